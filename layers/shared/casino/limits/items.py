"""Limits and counts as attributes of a wallet's item."""

from typing import cast

from casino.aws.attributes import Value, number, text
from casino.limits.model import Limits, PerWindow, Play

_ZONE = "zone"
_SELF_EXCLUSION = "self_excluded_until"
_COOL_OFF = "cool_off_until"


def limits_value(limits: Limits) -> Value:
    """Store limits: one number for each, and the time zone."""
    values = dict(limits.values) | {
        _SELF_EXCLUSION: limits.self_excluded_until,
        _COOL_OFF: limits.cool_off_until,
    }
    return {"M": {_ZONE: text(limits.zone), **{name: number(values[name]) for name in values}}}


def read_limits(value: Value) -> Limits:
    """Read limits."""
    stored: dict[str, Value] = value["M"]
    values = {name: int(each["N"]) for name, each in stored.items() if name != _ZONE}
    self_excluded, cool_off = values.pop(_SELF_EXCLUSION), values.pop(_COOL_OFF)
    return Limits(tuple(sorted(values.items())), stored[_ZONE]["S"], self_excluded, cool_off)


def play_value(play: Play) -> Value:
    """Store counts: a list of numbers, in the order of their fields; of no bonus, none."""
    sums = (*play.staked, *play.returned)
    check = (play.check_active_s, play.check_staked, play.check_returned)
    bonus = play.bonus if any(play.bonus) else ()
    numbers = (play.at, play.played_at, *sums, play.active_s, *check, *bonus)
    return {"L": [number(each) for each in numbers]}


def read_play(value: Value) -> Play:
    """Read counts."""
    at, played_at, *rest = (int(each["N"]) for each in value["L"])
    staked, returned = cast("PerWindow", tuple(rest[:3])), cast("PerWindow", tuple(rest[3:6]))
    active_s, check_active_s, check_staked, check_returned = rest[6:10]
    bonus = cast("PerWindow", tuple(rest[10:] or (0, 0, 0)))
    check = (check_active_s, check_staked, check_returned)
    return Play(at, played_at, staked, returned, active_s, *check, bonus)
