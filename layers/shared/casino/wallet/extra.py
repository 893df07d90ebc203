"""The unknown fields of a request, as they are kept with an entry."""

from collections.abc import Mapping, Set
from hashlib import sha256
from typing import Any, Final

import msgspec

#: How many bytes of unknown fields are kept with an entry.
MOST_EXTRA: Final = 2 * 1024
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", order="sorted")


def kept(fields: Mapping[str, Any], known: Set[str]) -> str | None:
    """Return the unknown fields as JSON, sorted by name, so that their order tells no copies apart.

    Of many fields, digest and size are kept, which cost no write units.
    """
    extra = {name: value for name, value in fields.items() if name not in known}
    if not extra:
        return None
    text = _ENCODER.encode(extra)
    if len(text) > MOST_EXTRA:
        text = _ENCODER.encode({"sha256": sha256(text).hexdigest(), "bytes": len(text)})
    return text.decode()
