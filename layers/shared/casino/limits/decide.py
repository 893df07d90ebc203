"""Decides whether a bet meets a limit, and counts what was played: pure functions.

Clocks of environments differ a little. So nothing is counted before what was counted last: the
wallet's order decides which movement is the later one.
"""

from collections.abc import Iterable
from typing import Final

from casino.limits.model import REALITY_CHECK, WINDOWS, Limits, Met, Movement, PerWindow, Play
from casino.limits.windows import since_midnight_s, windows

#: The longest gap between two bets that counts as play, in seconds.
LONGEST_GAP_S: Final = 300


def met_by(
    limits: Limits, play: Play, bet: Movement, now: int, session_since: int | None
) -> Met | None:
    """Return what a bet meets at `now`, the strictest first; `None` when it may be placed.

    `session_since` is when its session was opened, if that is known. A bet without a stake meets
    exclusions and times alone.
    """
    if now < limits.self_excluded_until:
        return Met("rg_self_excluded", "self_exclusion", until=limits.self_excluded_until)
    if now < limits.cool_off_until:
        return Met("rg_cool_off", "cool_off", until=limits.cool_off_until)
    values = dict(limits.values)
    present = counted(limits, play, Movement(plays=True), now)
    session_s = -1 if session_since is None else now - session_since
    for name, spent_s in (("time_session", session_s), ("time_day", present.active_s)):
        value = values.get(name)
        if value is not None and spent_s >= value:
            return Met("rg_time_limit", name, value)
    return _amount_met(values, present, bet)


def _amount_met(values: dict[str, int], present: Play, bet: Movement) -> Met | None:
    """A loss is of cash: bonus money counts for stakes alone."""
    stake, cash = bet.staked_minor, bet.staked_minor - bet.bonus_minor
    room = [("rg_stake_limit", "stake", 0, stake)]
    spent = zip(WINDOWS, present.staked, present.returned, present.bonus, strict=True)
    for window, staked, returned, bonus in spent:
        room.append(("rg_loss_limit", f"loss_{window}", staked - bonus - returned, cash))
        room.append(("rg_wager_limit", f"wager_{window}", staked, stake))
    for code, name, used, more in room:
        value = values.get(name)
        if value is not None and more and used + more > value:
            return Met(code, name, value, left=max(0, value - used))
    return None


def counted(limits: Limits, play: Play, movement: Movement, now: int) -> Play:
    """Return the counts after a movement at `now`."""
    at = max(play.at, now)
    today, before = windows(limits.zone, at), windows(limits.zone, play.at)
    gap_s = 0
    if movement.plays and play.played_at:
        gap_s = at - play.played_at
        gap_s = gap_s if gap_s <= LONGEST_GAP_S else 0
    active_s = play.active_s if today[0] == before[0] else 0
    if gap_s:
        active_s += min(gap_s, since_midnight_s(limits.zone, at))
    return Play(
        at=at,
        played_at=at if movement.plays else play.played_at,
        staked=_sums(play.staked, movement.staked_minor, before, today),
        returned=_sums(play.returned, movement.returned_minor, before, today),
        active_s=active_s,
        check_active_s=play.check_active_s + gap_s,
        check_staked=play.check_staked + movement.staked_minor,
        check_returned=play.check_returned
        + movement.returned_minor
        + movement.bonus_returned_minor,
        bonus=_sums(play.bonus, movement.bonus_minor, before, today),
    )


def _sums(sums: PerWindow, more: int, before: PerWindow, today: PerWindow) -> PerWindow:
    day, week, month = (
        (total if then == now else 0) + more
        for total, then, now in zip(sums, before, today, strict=True)
    )
    return day, week, month


def checked(limits: Limits, play: Play) -> Play | None:
    """Return the counts with the reality check begun anew, when it is due; else `None`."""
    every_s = limits.of(REALITY_CHECK)
    if every_s is None or play.check_active_s < every_s:
        return None
    return anew(play)


def anew(play: Play) -> Play:
    """Return the counts with what a reality check shows begun anew."""
    return Play(
        play.at, play.played_at, play.staked, play.returned, play.active_s, bonus=play.bonus
    )


def folded(
    limits: Limits, movements: Iterable[tuple[int, Movement]], play: Play | None = None
) -> Play:
    """Return the counts of a history: moments with what was moved, in the wallet's order.

    `play` is what was counted before them.
    """
    play = play or Play()
    for at, movement in movements:
        play = counted(limits, play, movement, at)
    return play
