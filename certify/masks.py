"""Keeps credentials out of what is reported, wherever a platform repeats them."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

#: What is shorter is no credential; masking it would spoil every other word.
SHORTEST: Final = 8
_PRIVATE: Final = frozenset({"authorization", "x-signature", "signature", "x-public-key"})
_TOKEN: Final = re.compile(r"[\w+/=.~-]{16,}")


class Mask:
    """Puts `[secret]` for a secret, `[session]` for a session: for each value what it is."""

    def __init__(self, known: Mapping[str, str]) -> None:
        values = sorted((v for v in known if len(v) >= SHORTEST), key=len, reverse=True)
        self._words = {form: f"[{known[value]}]" for value in values for form in forms(value)}

    def hide(self, text: str, headers: Iterable[tuple[str, str | bytes]] = ()) -> str:
        """Return a text without what is known, and without a request's key, token, signature."""
        for value, words in self._words.items():
            text = text.replace(value, words)
        for name, sent in headers:
            if name.lower() in _PRIVATE and isinstance(sent, str):
                for token in _TOKEN.findall(sent):
                    text = text.replace(token, f"[{name}]")
        return text


def forms(value: str) -> tuple[str, ...]:
    """Return a value as it stands in a text, and in JSON, also where slashes are escaped."""
    written = json.dumps(value)[1:-1]
    return tuple(dict.fromkeys((value, written, written.replace("/", "\\/"))))
