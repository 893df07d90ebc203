"""Stricter limits hold at once, looser ones wait; an exclusion is only ever lengthened."""

from dataclasses import replace
from typing import Final

import pytest

from casino.accounts.limits import DAY_S, LONGEST_COOL_OFF_S, LimitsAdmin
from casino.audit.model import Who, of_player
from casino.audit.store import DynamoDbAudit
from casino.base.errors import AdminError
from casino.limits.model import FOR_GOOD, Pending
from casino.wallet.proof.verify import Verifier
from testing.clock import FakeClock
from testing.play import Play
from testing.world import World

WHO: Final = Who("local:test", "the player asked")
PLAYER: Final = "player-912"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def limits(world: World, clock: FakeClock) -> LimitsAdmin:
    world.player(PLAYER)
    return replace(world.limits, clock=clock)


def audited(world: World) -> list[tuple[str, str, str]]:
    found = DynamoDbAudit(world.client, world.tables).records(of_player(PLAYER))
    return [(each.what, each.old, each.new) for each in found if each.who == WHO.name]


def values(limits: LimitsAdmin) -> dict[str, int]:
    return dict(limits.standing(PLAYER, "EUR").limits.values)


def code(error: pytest.ExceptionInfo[AdminError]) -> str:
    return error.value.code


def test_the_first_limit_and_a_lower_one_hold_at_once(
    limits: LimitsAdmin, world: World, clock: FakeClock
) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": 1_000, "stake": 500}, who=WHO)
    clock.advance(1)
    limits.set(PLAYER, "EUR", {"loss_day": 999}, who=WHO)
    assert values(limits) == {"loss_day": 999, "stake": 500}
    assert audited(world) == [
        ("set limits", "", "loss_day=1000 stake=500"),
        ("set limits", "loss_day=1000 stake=500", "loss_day=999 stake=500"),
    ]


@pytest.mark.parametrize("looser", [1_001, None])
def test_a_looser_limit_waits_and_is_confirmed(
    limits: LimitsAdmin, clock: FakeClock, world: World, looser: int | None
) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    asked = int(clock.now())
    after = limits.set(PLAYER, "EUR", {"loss_day": looser}, who=WHO)
    assert after.pending == (Pending("loss_day", looser, asked + DAY_S),)
    assert values(limits) == {"loss_day": 1_000}
    with pytest.raises(AdminError) as error:
        limits.confirm(PLAYER, "EUR", who=WHO)
    assert code(error) == "too_early"
    clock.advance(DAY_S)
    assert values(limits) == {"loss_day": 1_000}, "time alone changes nothing"
    done = limits.confirm(PLAYER, "EUR", who=WHO)
    assert (done.pending, values(limits)) == ((), {} if looser is None else {"loss_day": looser})
    assert [each[0] for each in audited(world)] == ["set limits", "set limits", "confirm limits"]
    with pytest.raises(AdminError) as error:
        limits.confirm(PLAYER, "EUR", who=WHO)
    assert code(error) == "nothing_to_confirm"


def test_asking_again_begins_the_waiting_time_anew(limits: LimitsAdmin, clock: FakeClock) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": 2_000}, who=WHO)
    clock.advance(DAY_S - 1)
    limits.set(PLAYER, "EUR", {"loss_day": 3_000}, who=WHO)
    clock.advance(1)
    with pytest.raises(AdminError, match="wait until"):
        limits.confirm(PLAYER, "EUR", who=WHO)


def test_a_stricter_limit_ends_what_waits(limits: LimitsAdmin, clock: FakeClock) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": 1_000, "stake": 500}, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": 2_000, "stake": None}, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    clock.advance(DAY_S)
    limits.confirm(PLAYER, "EUR", who=WHO)
    assert values(limits) == {"loss_day": 1_000}


def test_what_stands_so_already_leaves_no_record(limits: LimitsAdmin, world: World) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    assert len(audited(world)) == 1


def test_what_takes_nothing_away_leaves_no_record(limits: LimitsAdmin, world: World) -> None:
    limits.set(PLAYER, "EUR", {"loss_day": None}, who=WHO)
    assert audited(world) == []


def test_a_bet_between_reading_and_writing_is_counted(
    world: World, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first limit counts the history: a bet that comes between makes it read again."""
    limits = world.limits
    read = limits.controls.read
    bets = iter(["bet"])

    def overtaken(player_id: str, currency: str) -> object:
        found = read(player_id, currency)
        if next(bets, None):
            assert play.bet("2.50").status == 200
        return found

    monkeypatch.setattr(limits.controls, "read", overtaken)
    after = limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    assert after.wallet.play is not None
    assert after.wallet.play.staked == (250, 250, 250)
    assert Verifier(world.history).everything().faults == ()


def test_a_self_exclusion_is_lengthened_and_never_shortened(
    limits: LimitsAdmin, clock: FakeClock, world: World
) -> None:
    now = int(clock.now())
    assert limits.exclude(PLAYER, "self_exclusion", now + DAY_S, who=WHO) == now + DAY_S
    with pytest.raises(AdminError) as error:
        limits.exclude(PLAYER, "self_exclusion", now + DAY_S - 1, who=WHO)
    assert code(error) == "exclusion_stands"
    limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
    standing = limits.standing(PLAYER, "EUR").limits
    player = world.accounts.player(PLAYER)
    assert player is not None
    assert standing.self_excluded_until == player.self_excluded_until == FOR_GOOD
    assert [each[0] for each in audited(world)] == ["self_exclusion", "self_exclusion"]


def test_setting_limits_leaves_an_exclusion_as_it_is(limits: LimitsAdmin, clock: FakeClock) -> None:
    limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": 1_000}, who=WHO)
    limits.set(PLAYER, "EUR", {"loss_day": None}, who=WHO)
    clock.advance(DAY_S)
    limits.confirm(PLAYER, "EUR", who=WHO)
    assert limits.standing(PLAYER, "EUR").limits.self_excluded_until == FOR_GOOD


@pytest.mark.parametrize("ago", [0, 1])
def test_an_exclusion_ends_in_the_future(limits: LimitsAdmin, clock: FakeClock, ago: int) -> None:
    with pytest.raises(AdminError, match="in the future"):
        limits.exclude(PLAYER, "self_exclusion", int(clock.now()) - ago, who=WHO)


def test_a_cool_off_lasts_six_weeks_at_most(limits: LimitsAdmin, clock: FakeClock) -> None:
    longest = int(clock.now()) + LONGEST_COOL_OFF_S
    for until in (longest + 1, None):
        with pytest.raises(AdminError, match="six weeks"):
            limits.exclude(PLAYER, "cool_off", until, who=WHO)
    assert limits.exclude(PLAYER, "cool_off", longest, who=WHO) == longest


def test_a_player_without_the_wallet_is_told(limits: LimitsAdmin) -> None:
    for player_id, currency, expected in (
        ("nobody", "EUR", "player_not_found"),
        (PLAYER, "USD", "wallet_not_found"),
    ):
        with pytest.raises(AdminError) as error:
            limits.set(player_id, currency, {"stake": 1}, who=WHO)
        assert code(error) == expected


def test_an_exclusion_is_recorded_after_what_came_before_it(
    limits: LimitsAdmin, clock: FakeClock, world: World
) -> None:
    clock.advance(0.25)
    limits.set(PLAYER, "EUR", {"stake": 500}, who=WHO)
    clock.advance(0.25)
    limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
    assert [each[0] for each in audited(world)] == ["set limits", "self_exclusion"]
