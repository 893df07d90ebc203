"""The unknown fields of a request, as they are kept with an entry."""

from collections.abc import Mapping, Set
from hashlib import sha256
from typing import Any, Final

import msgspec

#: How many bytes of unknown fields are kept with an entry.
MOST_EXTRA: Final = 2 * 1024
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", order="sorted")

#: The name under which the round stands that a win named wrongly; no request has it as unknown.
_ROUND: Final = "round_id"
#: What the names of our own notes begin with; a request's own get another one.
_NOTE: Final = "~"
#: The name of the note that stands with the bet which crosses a reality check.
REALITY_CHECK_NOTE: Final = "reality_check"
#: The name of the note that stands with a bet which met a limit.
LIMIT_NOTE: Final = "limit"


def with_round(extra: str | None, round_id: str | None) -> str:
    """Return `extra` with the round that a request named, where the entry has another one."""
    fields = msgspec.json.decode(extra) if extra is not None else {}
    return _ENCODER.encode(fields | {_ROUND: round_id}).decode()


def with_note(extra: str | None, name: str, note: object) -> str:
    """Return `extra` with a note of ours."""
    fields = msgspec.json.decode(extra) if extra is not None else {}
    return _ENCODER.encode(fields | {f"{_NOTE}{name}": note}).decode()


def note_in(extra: str | None, name: str) -> Any:
    """Return what `with_note` wrote down, if anything."""
    try:
        fields = msgspec.json.decode(extra or "{}")
    except msgspec.DecodeError:
        return None
    return fields.get(f"{_NOTE}{name}") if isinstance(fields, dict) else None


def round_in(extra: str | None) -> str | None:
    """Return what `with_round` wrote down, if anything."""
    try:
        fields = msgspec.json.decode(extra or "{}")
    except msgspec.DecodeError:
        return None
    named = fields.get(_ROUND) if isinstance(fields, dict) else None
    return named if isinstance(named, str) else None


def kept(fields: Mapping[str, Any], known: Set[str]) -> str | None:
    """Return the unknown fields as JSON, sorted by name, so that their order tells no copies apart.

    Of many fields, digest and size are kept, which cost no write units.
    """
    extra = {
        f"{_NOTE}{name}" if name.startswith(_NOTE) else name: value
        for name, value in fields.items()
        if name not in known
    }
    if not extra:
        return None
    text = _ENCODER.encode(extra)
    if len(text) > MOST_EXTRA:
        text = _ENCODER.encode({"sha256": sha256(text).hexdigest(), "bytes": len(text)})
    return text.decode()
