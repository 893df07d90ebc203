"""A limit is met inside the bet, in every dialect alike; what is owed passes."""

from decimal import Decimal
from typing import Any, Final

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.wallet.extra import REALITY_CHECK_NOTE, note_in
from casino.wallet.model import Entry
from casino.wallet.proof.verify import Verifier
from testing.play import Play
from testing.world import World
from tests.functional.winupgo.partner import connect

WHO: Final = Who("local:test", "the player asked")
PLAYER: Final = "player-912"


def allow(world: World, **values: int | None) -> None:
    world.limits.set(PLAYER, "EUR", values, who=WHO)


def faults(world: World) -> tuple[Any, ...]:
    return Verifier(world.history).everything().faults


def staked(world: World) -> tuple[int, ...]:
    play = world.limits.standing(PLAYER, "EUR").wallet.play
    assert play is not None
    return play.staked


def test_a_bet_above_what_is_left_is_refused_and_says_so(play: Play, world: World) -> None:
    allow(world, loss_day=1_000)
    assert play.bet("9.00").balance == Decimal("991.00")
    refused = play.bet("1.01")
    assert (refused.status, refused.error) == (409, "rg_loss_limit")
    assert "loss_day: 1.00 EUR left of 10.00 EUR" in refused.json["message"]
    assert play.bet("1.00").status == 200
    assert faults(world) == ()


def test_a_refused_bet_stays_refused_when_a_win_makes_room(play: Play, world: World) -> None:
    allow(world, loss_day=1_000)
    play.bet("10.00")
    refused = play.bet("1.00", transaction_id="too-much")
    play.win("5.00")
    assert play.bet("1.00", transaction_id="too-much").text == refused.text
    assert play.bet("1.00").status == 200
    assert faults(world) == ()


def test_wins_and_refunds_pass_whatever_is_met(play: Play, world: World) -> None:
    play.bet("2.50", transaction_id="bet-a")
    allow(world, stake=0, loss_day=0, wager_day=0, time_day=0, time_session=0)
    world.limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
    assert play.bet("0.01").error == "rg_self_excluded"
    assert play.bet("0.00", type="freespin").error == "rg_self_excluded"
    assert play.win("5.00").status == 200
    assert play.refund("2.50", "bet-a").status == 200
    assert play.cash() == Decimal("1005.00")
    assert faults(world) == ()


def test_what_was_played_before_the_first_limit_counts(play: Play, world: World) -> None:
    play.bet("9.00")
    play.win("3.00")
    allow(world, loss_day=1_000, wager_day=10_000)
    assert play.bet("4.01").error == "rg_loss_limit"
    assert play.bet("4.00").status == 200
    assert staked(world) == (1_300, 1_300, 1_300)
    assert faults(world) == ()


def test_a_deposit_is_nothing_played(play: Play, world: World) -> None:
    allow(world, loss_day=1_000)
    play.bet("10.00")
    world.deposit(PLAYER, "EUR", "500.00")
    assert play.bet("0.01").error == "rg_loss_limit"
    assert faults(world) == ()


def test_a_hold_and_a_bet_of_another_counterpart_share_a_limit(play: Play, world: World) -> None:
    partner = connect(world)
    allow(world, wager_day=1_000)
    assert partner.authorize("k1", "6.00").status == 200
    refused = play.bet("4.01")
    assert (refused.status, refused.error) == (409, "rg_wager_limit")
    assert play.bet("4.00").status == 200
    said = partner.authorize("k2", "0.01", bet_id="b2")
    assert (said.status, said.json["code"]) == (403, "RG_LIMIT_WAGER")
    assert "wager_day: 0.00 EUR left of 10.00 EUR" in said.json["message"]
    assert partner.settle("k3", "2.00").status == 200
    assert staked(world)[0] == 1_000
    assert faults(world) == ()


def test_a_hold_that_is_rolled_back_leaves_no_loss(play: Play, world: World) -> None:
    partner = connect(world)
    allow(world, loss_day=1_000)
    assert partner.authorize("k1", "10.00").status == 200
    assert partner.authorize("k2", "0.01", bet_id="b2").json["code"] == "RG_LIMIT_LOSS"
    assert partner.roll_back("k3").status == 200
    assert partner.authorize("k4", "10.00", bet_id="b3").status == 200
    assert partner.settle("k5", "10.00", bet_id="b3").status == 200
    assert partner.authorize("k6", "10.00", bet_id="b4").status == 200
    assert faults(world) == ()


def test_a_bet_that_crosses_a_reality_check_says_what_was_played(play: Play, world: World) -> None:
    allow(world, reality_check=0)
    play.bet("2.50", transaction_id="crossing")
    entry = world.history.find("sandbox", "crossing")
    assert isinstance(entry, Entry)
    assert note_in(entry.extra, REALITY_CHECK_NOTE) == {
        "active_s": 0,
        "staked_minor": 250,
        "returned_minor": 0,
    }
    assert faults(world) == ()


@pytest.mark.parametrize("before", [{"reality_check": 0}, {"stake": 10_000}])
def test_a_reality_check_tells_of_nothing_before_it(
    play: Play, world: World, before: dict[str, int]
) -> None:
    play.bet("9.00")
    allow(world, **before)
    if "stake" in before:
        play.bet("8.00")
        allow(world, reality_check=0)
    play.bet("2.50", transaction_id="crossing")
    entry = world.history.find("sandbox", "crossing")
    assert isinstance(entry, Entry)
    assert note_in(entry.extra, REALITY_CHECK_NOTE)["staked_minor"] == 250
    assert faults(world) == ()


def test_a_provider_cannot_write_a_note_of_ours(play: Play, world: World) -> None:
    play.bet("2.50", transaction_id="forged", **{"~reality_check": {"active_s": 1}})
    entry = world.history.find("sandbox", "forged")
    assert isinstance(entry, Entry)
    assert note_in(entry.extra, REALITY_CHECK_NOTE) is None
    assert entry.extra == '{"~~reality_check":{"active_s":1}}'


def test_an_exclusion_holds_in_wallets_that_come_later(play: Play, world: World) -> None:
    world.limits.exclude(PLAYER, "cool_off", _soon(world), who=WHO)
    world.accounts.add_wallet(PLAYER, "USD")
    world.deposit(PLAYER, "USD", "10.00")
    session_id = world.session(PLAYER, "USD")
    refused = play.bet("1.00", currency="USD", session_id=session_id)
    assert refused.error == "rg_cool_off"


def _soon(world: World) -> int:
    return int(world.limits.clock.now()) + 3_600


@pytest.mark.parametrize("name", ["loss", "LOSS_DAY", ""])
def test_an_unknown_limit_is_refused(play: Play, world: World, name: str) -> None:
    with pytest.raises(AdminError, match="a limit is one of"):
        allow(world, **{name: 1})


@pytest.mark.parametrize("value", [-1, 10**30 + 1])
def test_a_value_that_is_no_limit_is_refused(play: Play, world: World, value: int) -> None:
    with pytest.raises(AdminError, match="a limit is a number"):
        allow(world, loss_day=value)


def test_winupgo_opens_no_session_for_a_player_who_is_excluded(world: World) -> None:
    partner = connect(world)
    partner.configure(opens_sessions=True)
    world.limits.exclude(PLAYER, "cool_off", _soon(world), who=WHO)
    said = partner.open_session("k1")
    assert (said.status, said.json["code"]) == (403, "RG_COOL_OFF")
    world.limits.exclude(PLAYER, "self_exclusion", None, who=WHO)
    assert partner.open_session("k2").json["code"] == "RG_SELF_EXCLUDED"
