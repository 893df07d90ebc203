"""One text form for moments: ISO 8601 UTC with milliseconds and a `Z`."""

from datetime import UTC, datetime


def iso_utc(seconds: float) -> str:
    """Return seconds since the epoch as `2025-10-17T12:03:45.123Z`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch(iso: str) -> float:
    """Return the seconds since the epoch of an ISO 8601 time with its offset."""
    return datetime.fromisoformat(iso).timestamp()
