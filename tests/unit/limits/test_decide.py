"""What a bet meets, and what is counted: every rule of responsible gaming by itself."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.limits.decide import LONGEST_GAP_S, checked, counted, folded, met_by
from casino.limits.model import FOR_GOOD, LIMITS, Limits, Met, Movement, Play
from casino.limits.windows import windows

#: Wednesday, 2026-03-11T12:00:00Z.
NOON: Final = 1_773_230_400
HOUR_S: Final = 3_600
DAY_S: Final = 86_400


def limits(**values: int) -> Limits:
    return Limits(tuple(sorted(values.items())))


def bet(minor: int = 0) -> Movement:
    return Movement(staked_minor=minor, plays=True)


def won(minor: int) -> Movement:
    return Movement(returned_minor=minor)


def met(
    allowed: Limits,
    *played: tuple[int, Movement],
    stake: int = 100,
    now: int = NOON,
    since: int = 0,
) -> Met | None:
    """Return what a bet of `stake` meets after what was played; moments are relative to `now`."""
    play = folded(allowed, [(now + ago, movement) for ago, movement in played])
    return met_by(allowed, play, bet(stake), now, since or now)


def test_a_stake_limit_is_for_one_bet() -> None:
    assert met(limits(stake=100), (-1, bet(100))) is None
    assert met(limits(stake=99)) == Met("rg_stake_limit", "stake", 99, left=99)


@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_what_came_back_counts_for_losses_and_not_for_wagers(window: str) -> None:
    played = ((-2, bet(500)), (-1, won(300)))
    loss, wager = f"loss_{window}", f"wager_{window}"
    assert met(limits(**{loss: 300}), *played) is None
    assert met(limits(**{loss: 299}), *played) == Met("rg_loss_limit", loss, 299, left=99)
    assert met(limits(**{wager: 600}), *played) is None
    assert met(limits(**{wager: 599}), *played) == Met("rg_wager_limit", wager, 599, left=99)


def test_what_was_won_may_be_lost_again() -> None:
    assert met(limits(loss_day=100), (-2, bet(100)), (-1, won(1_000)), stake=1_000) is None
    found = met(limits(loss_day=100), (-2, bet(100)), (-1, won(1_000)), stake=1_001)
    assert found == Met("rg_loss_limit", "loss_day", 100, left=1_000)


@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_bonus_money_is_staked_and_never_lost(window: str) -> None:
    """Of EUR 5.00 EUR 3.00 were bonus money; the bet stakes EUR 1.00, EUR 0.60 of it such."""
    played = counted(limits(), Play(), Movement(500, plays=True, bonus_minor=300), NOON)
    staked = Movement(100, plays=True, bonus_minor=60)
    loss, wager = f"loss_{window}", f"wager_{window}"
    for name, allowed, code, left in [
        (loss, 240, "rg_loss_limit", 39),
        (wager, 600, "rg_wager_limit", 99),
    ]:
        assert met_by(limits(**{name: allowed}), played, staked, NOON, None) is None
        found = met_by(limits(**{name: allowed - 1}), played, staked, NOON, None)
        assert found == Met(code, name, allowed - 1, left=left)
    alone = Movement(100, plays=True, bonus_minor=100)
    assert met_by(limits(**{loss: 0}), played, alone, NOON, None) is None
    assert met_by(limits(stake=99), played, alone, NOON, None) is not None


def test_nothing_is_left_of_a_limit_that_was_lowered_below_what_is_spent() -> None:
    found = met(limits(wager_day=100), (-1, bet(500)))
    assert found == Met("rg_wager_limit", "wager_day", 100, left=0)


@pytest.mark.parametrize(
    ("window", "ago", "counts"),
    [
        ("day", -12 * HOUR_S, True),
        ("day", -12 * HOUR_S - 1, False),
        ("week", -2 * DAY_S - 12 * HOUR_S, True),
        ("week", -2 * DAY_S - 12 * HOUR_S - 1, False),
        ("month", -10 * DAY_S - 12 * HOUR_S, True),
        ("month", -10 * DAY_S - 12 * HOUR_S - 1, False),
    ],
)
def test_a_window_that_ended_is_not_counted(window: str, ago: int, counts: bool) -> None:
    assert bool(met(limits(**{f"wager_{window}": 199}), (ago, bet(100)))) is counts


def test_windows_are_those_of_the_zone() -> None:
    """At noon of UTC the day in Auckland is an hour old."""
    allowed = replace(limits(wager_day=199), zone="Pacific/Auckland")
    assert met(allowed, (-HOUR_S, bet(100))) is not None
    assert met(allowed, (-HOUR_S - 1, bet(100))) is None


def test_a_session_is_limited_since_its_start() -> None:
    allowed = limits(time_session=HOUR_S)
    assert met(allowed, since=NOON - HOUR_S + 1) is None
    assert met(allowed, since=NOON - HOUR_S) == Met("rg_time_limit", "time_session", HOUR_S)


def test_a_bet_whose_session_is_not_known_meets_no_limit_of_it() -> None:
    assert met_by(limits(time_session=0), Play(), bet(100), NOON, None) is None


def test_active_time_has_no_gap_above_five_minutes() -> None:
    two, gap = (-2 * LONGEST_GAP_S, bet(1)), (-LONGEST_GAP_S, bet(1))
    assert met(limits(time_day=2 * LONGEST_GAP_S), two, gap) is not None
    assert met(limits(time_day=2 * LONGEST_GAP_S + 1), two, gap) is None
    later = (-LONGEST_GAP_S - 1, bet(1))
    assert met(limits(time_day=1), two, later) is not None  # the first gap counts
    assert met(limits(time_day=LONGEST_GAP_S), two, later) is None  # the second does not


def test_active_time_of_the_day_begins_at_midnight() -> None:
    midnight = NOON - 12 * HOUR_S
    played = folded(limits(), [(midnight - 100, bet()), (midnight - 10, bet())])
    assert played.active_s == 90
    assert counted(limits(), played, bet(), midnight + 20).active_s == 20


def test_a_win_is_no_active_play() -> None:
    played = folded(limits(), [(NOON, bet()), (NOON + 100, won(5))])
    assert (played.active_s, played.at, played.played_at) == (0, NOON + 100, NOON)


@pytest.mark.parametrize(
    ("name", "code"), [("self_exclusion", "rg_self_excluded"), ("cool_off", "rg_cool_off")]
)
def test_an_exclusion_stops_every_bet_until_its_moment(name: str, code: str) -> None:
    def until(end: int) -> Limits:
        if name == "cool_off":
            return Limits(cool_off_until=end)
        return Limits(self_excluded_until=end)

    assert met(until(NOON + 1), stake=0) == Met(code, name, until=NOON + 1)
    assert met(until(NOON)) is None


def test_the_strictest_comes_first() -> None:
    amounts = limits(stake=0, loss_day=0, wager_day=0)
    every = limits(**dict(amounts.values), time_day=0, time_session=0)
    situations = (
        replace(every, self_excluded_until=FOR_GOOD, cool_off_until=FOR_GOOD),
        replace(every, cool_off_until=FOR_GOOD),
        every,
        amounts,
        limits(loss_day=0, wager_day=0),
        limits(wager_day=0),
    )
    codes = [found.code for each in situations if (found := met(each))]
    assert codes == [
        "rg_self_excluded",
        "rg_cool_off",
        "rg_time_limit",
        "rg_stake_limit",
        "rg_loss_limit",
        "rg_wager_limit",
    ]


def test_a_bet_without_a_stake_meets_times_and_exclusions_alone() -> None:
    amounts = {name: 0 for name in LIMITS if not name.startswith(("time", "reality"))}
    assert met(limits(**amounts), stake=0) is None
    assert met(limits(**amounts, time_day=0), stake=0) is not None


def test_a_reality_check_is_due_after_active_play_and_begins_anew() -> None:
    allowed = limits(reality_check=300)
    first = Movement(200, plays=True, bonus_minor=80)
    paid = Movement(returned_minor=30, bonus_returned_minor=20)
    played = folded(allowed, [(NOON, first), (NOON + 299, bet(100)), (NOON + 299, paid)])
    assert checked(allowed, played) is None
    crossed = counted(allowed, played, bet(10), NOON + 300)
    shown = (crossed.check_active_s, crossed.check_staked, crossed.check_returned)
    assert shown == (300, 310, 50)
    anew = checked(allowed, crossed)
    assert anew == replace(crossed, check_active_s=0, check_staked=0, check_returned=0)
    assert checked(limits(), crossed) is None


movements = st.tuples(
    st.integers(-40 * DAY_S, 0), st.integers(0, 1_000), st.integers(0, 1_000), st.booleans()
)


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "America/Havana"]), st.lists(movements, max_size=30)
)
def test_the_counts_are_the_sums_of_the_windows_of_the_last_movement(
    zone: str, played: list[tuple[int, int, int, bool]]
) -> None:
    """Clocks may run back: what comes later in the wallet counts as later."""
    allowed, at, rows = Limits(zone=zone), 0, []
    for ago, staked, returned, plays in played:
        at = max(at, NOON + ago)
        rows.append((at, Movement(staked, returned, plays)))
    counts = folded(allowed, [(NOON + each[0], Movement(*each[1:])) for each in played])
    assert counts.at == at
    last = windows(zone, at)
    for index in range(3):
        inside = [each for when, each in rows if windows(zone, when)[index] == last[index]]
        assert counts.staked[index] == sum(each.staked_minor for each in inside)
        assert counts.returned[index] == sum(each.returned_minor for each in inside)
    assert counts.check_staked == sum(each.staked_minor for _, each in rows)
    assert 0 <= counts.active_s <= counts.check_active_s


def test_nothing_played_is_nothing_counted() -> None:
    assert folded(limits(), []) == Play()


def test_a_win_at_midnight_moves_no_time_of_yesterday_into_today() -> None:
    midnight = NOON + 43_200
    late = counted(limits(), Play(), bet(), midnight - 200)
    paid = counted(limits(), late, Movement(returned_minor=1), midnight + 10)
    assert counted(limits(), paid, bet(), midnight + 20).active_s == 20
