"""What is kept of a launch's call to its provider: both sides, short, and without what lets one in.

A provider may answer with anything, also with the headers that it was sent. So values that are
named like a credential are masked, and of a URL only the host stays: the rest lets a player in.
"""

import re
from collections.abc import Mapping
from typing import Final

from casino.sessions.model import Exchange

#: How much of both sides is kept together, in bytes: the hooks read the session's item.
MOST_BYTES: Final = 4_096
MASK: Final = "***"

#: Masks make texts shorter, so a bit more than is kept has to be looked at.
_LOOKED_AT: Final = 2 * MOST_BYTES
#: An object, a list, a text in one of three quotes (the third within a JSON text), or a word.
_VALUE: Final = (
    r"""(\{[^{}]*\}?|\[[^\[\]]*\]?|"(?:[^"\\]|\\.)*"?|'[^']*'?|\\"(?:[^"\\]|\\[^"])*(?:\\")?"""
    r"""|[^\s,;&"'}\]]+)"""
)
_NAMED: Final = re.compile(
    r"((?:secret|token|passw|authorization|api[_-]?key|signature|credential|cookie|player_?name)"
    rf"""[\w-]{{0,32}}\\?["']?\s*[:=]\s*)(?:bearer\s+)?{_VALUE}""",
    re.IGNORECASE,
)
#: Where a URL should stand, and something else does.
_NO_URL: Final = re.compile(
    rf"""(url\\?["']?\s*[:=]\s*)(?!\\?["']?https?:){_VALUE}""", re.IGNORECASE
)
_BEARER: Final = re.compile(r"(bearer\s+)[^\s\"',;]+", re.IGNORECASE)
_URL: Final = re.compile(
    r"""(https?:(?:\\?/){2})(?:[^\s/\\?#"'<>@]*@)?([^\s/\\?#"'<>]*)[^\s"'<>]*"""
)


def kept(
    request: str, response: str, status: int | None, correlation: Mapping[str, str]
) -> Exchange:
    """Return both sides as they may be stored, shown to operators and logged."""
    asked = _cut(_clean(request), MOST_BYTES // 2)
    answered = _cut(_clean(response), MOST_BYTES - len(asked.encode()))
    return Exchange(asked, answered, status, correlation)


def _clean(text: str) -> str:
    text = _URL.sub(rf"\1\2/{MASK}", text[:_LOOKED_AT])
    for pattern in (_NAMED, _NO_URL):
        text = pattern.sub(_masked, text)
    return _BEARER.sub(rf"\1{MASK}", text)


def _masked(found: re.Match[str]) -> str:
    quoted = found[2][0] in '{["'
    return found[1] + (f'"{MASK}"' if quoted else MASK)


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
