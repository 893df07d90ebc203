"""Checks of the input of people who run the casino, as strict as those of a provider's requests."""

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final

from casino.base.errors import AdminError
from casino.base.money import EXPONENTS
from casino.base.times import iso_utc

_ID: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,256}")


def an_id(value: str, what: str) -> str:
    """Return an id that the hooks can name: 1 to 256 characters, none of them a control."""
    if not _ID.fullmatch(value):
        raise AdminError("invalid_request", f"{what} must be 1 to 256 printable characters")
    return value


def a_currency(value: str) -> str:
    """Return a currency of the table."""
    if value not in EXPONENTS:
        raise AdminError("unsupported_currency", f"{value} is not a known currency")
    return value


def a_moment(value: str) -> str:
    """Return an ISO 8601 time as the ledger writes it; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(value)
        return iso_utc((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (OverflowError, ValueError):
        message = f"{value} is no time: 2025-10-17, or 2025-10-17T12:03:45Z"
        raise AdminError("invalid_request", message) from None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet: not private, link-local or our own."""
    found = ip_address(address)
    return found.is_global and not found.is_multicast
