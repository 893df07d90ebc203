"""Signature families: who sent these bytes, and are they what was sent?"""

from typing import Final

from casino.signing.base import (
    TOLERANCE_S,
    Family,
    Headers,
    SignatureRefusedError,
    Version,
    headers_of,
)
from casino.signing.igsp import IgspFamily

__all__ = [
    "FAMILIES",
    "TOLERANCE_S",
    "Family",
    "Headers",
    "SignatureRefusedError",
    "Version",
    "family",
    "headers_of",
]

#: Name of a family, as an integration's record holds it → the family.
FAMILIES: Final[dict[str, Family]] = {"igsp": IgspFamily()}


def family(name: str) -> Family:
    """Return the signature family `name`; raises `LookupError` for an unknown one."""
    try:
        return FAMILIES[name]
    except KeyError:
        raise LookupError(f"unknown signature family {name!r}") from None
