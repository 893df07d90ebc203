"""Calendar windows in a time zone: a window that ended is not counted, so nothing sweeps."""

from datetime import date, datetime
from typing import Final

from casino.limits.model import PerWindow

_DAY_S: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()
#: What `zoneinfo` raises for a name that is no zone, and for a moment beyond a zone's calendar.
_UNKNOWN: Final = (LookupError, ValueError, OSError, OverflowError)


def is_zone(name: str) -> bool:
    """Tell whether a time zone is known here."""
    if name == "UTC":
        return True
    from zoneinfo import ZoneInfo

    try:
        return bool(ZoneInfo(name).key)
    except _UNKNOWN:
        return False


def windows(zone: str, at: int) -> PerWindow:
    """Return what tells the day, the ISO week and the month of a moment from any other."""
    ordinal = _local(zone, at)[0]
    day = date.fromordinal(ordinal)
    return ordinal, ordinal - day.weekday(), ordinal - day.day


def since_midnight_s(zone: str, at: int) -> int:
    """Return what a clock on the wall has counted since midnight, in seconds."""
    return _local(zone, at)[1]


def _local(zone: str, at: int) -> tuple[int, int]:
    """Return the day's ordinal, and the seconds on the wall's clock.

    UTC needs no data of time zones, which a cold start would load. It stands in for a zone that is
    not known here: what is owed is counted as well, and must pass.
    """
    if zone != "UTC":
        from zoneinfo import ZoneInfo

        try:
            local = datetime.fromtimestamp(at, ZoneInfo(zone))
            return local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second
        except _UNKNOWN:
            pass
    days, seconds = divmod(at, _DAY_S)
    return _EPOCH + days, seconds
