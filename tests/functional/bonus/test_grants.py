"""Grants: who gets one, how it ends, and what comes after its end."""

from dataclasses import replace
from typing import Any

import pytest

from casino.base.errors import AdminError
from casino.integrations.model import WalletTerms, WinLimits
from testing.transactions import PLAYER
from tests.functional.bonus.table import SEAT, START, WHO, Table
from tests.integration.wallet.crowd import winupgo_round


def test_a_grant_that_is_wagered_becomes_cash_once(table: Table) -> None:
    table.grant(500)
    assert table.play(999) == "ok"
    with pytest.raises(AdminError, match="not wagered"):
        table.convert()
    assert table.play(1, "r2") == "ok"
    first = table.convert()
    assert (first.code, first.replay, table.money) == ("ok", False, (2_500, 0, 0))
    assert table.convert().replay
    with pytest.raises(AdminError) as caught:
        table.forfeit()
    assert caught.value.code == "transaction_mismatch"


def test_past_its_deadline_a_grant_is_not_played_with_whoever_is_late(table: Table) -> None:
    table.grant(order="bonus_first", max_bet_minor=100)
    with pytest.raises(AdminError) as caught:
        table.forfeit(reason="expired")
    assert caught.value.code == "bonus_stands"
    table.clock.advance(86_400)
    assert table.play(500) == "ok"
    assert table.play(2_501, "r2") == "insufficient_funds"
    assert table.money == (2_500, 1_000, 0)
    assert table.forfeit(reason="expired").code == "ok"
    assert table.money == (2_500, 0, 0)


def test_a_grant_that_was_wagered_in_time_is_kept_past_its_deadline(table: Table) -> None:
    table.grant(500)
    assert table.play(1_000) == "ok"
    table.clock.advance(86_400)
    with pytest.raises(AdminError) as caught:
        table.forfeit(reason="expired")
    assert caught.value.code == "bonus_stands"
    assert table.convert().code == "ok"
    assert table.money == (2_500, 0, 0)


@pytest.mark.parametrize("ends", ["converted", "forfeited"])
def test_what_comes_after_the_end_of_its_grant_goes_where_that_went(
    table: Table, ends: str
) -> None:
    table.grant(1_000, required_minor=1)
    assert table.play(3_000, "r0") == "ok"
    bet, (hold, settle) = table.bet(200, "r1"), winupgo_round(SEAT, "x", 300, 600)[:2]
    assert [table.send(each).code for each in (bet, hold)] == ["ok", "ok"]
    assert table.play(400, "r2") == "ok"
    end = table.convert if ends == "converted" else table.forfeit
    assert end().code == "ok"
    cash = 100 if ends == "converted" else 0
    assert table.money == (cash, 0, 0)
    assert (table.refund(bet), table.send(settle).code, table.win(1_000, "r2")) == ("ok",) * 3
    assert table.money == ((cash + 200 + 600 + 1_000) if cash else 0, 0, 0)


def test_what_an_earlier_grant_won_is_never_the_next_ones(table: Table) -> None:
    table.grant(order="bonus_first")
    assert table.play(500) == "ok"
    table.forfeit()
    table.grant(grant_id="g2", order="bonus_first")
    assert table.play(500) == "ok"  # half of the round's stakes are of either grant
    assert table.win(2_000) == "ok"
    assert table.money == (3_000, 500 + 1_000, 500)


def test_a_grant_of_free_spins_alone_is_wagered_from_its_first_win_on(table: Table) -> None:
    table.grant(0, required_minor=0, pays="bonus", times=2)
    with pytest.raises(AdminError, match="not wagered"):
        table.convert()
    assert (table.play(0, type="freespin"), table.win(500, type_="freespin")) == ("ok", "ok")
    assert table.play(1_000, "r2") == "ok"
    assert table.convert().code == "ok"
    assert table.money == (2_500, 0, 0)


def test_whatever_a_free_round_wins_first_has_to_be_wagered(table: Table) -> None:
    """A jackpot of a free round was bonus money that nothing could make cash."""
    table.grant(0, required_minor=0, pays="bonus", times=2)
    assert (table.play(0, type="freespin"), table.win(500, type_="jackpot")) == ("ok", "ok")
    assert table.grant_now is not None
    assert (table.grant_now.balance_minor, table.grant_now.required_minor) == (500, 1_000)
    assert (table.play(1_000, "r2"), table.win(1_000, "r2")) == ("ok", "ok")
    assert table.convert().code == "ok"


def test_one_grant_stands_at_a_time_and_its_id_is_its_own(table: Table) -> None:
    terms = table.grant()
    assert table.bonuses.grant(PLAYER, "EUR", terms, who=WHO).replay
    codes = {
        "transaction_mismatch": replace(terms, amount_minor=2_000),
        "bonus_active": replace(terms, grant_id="g2"),
    }
    for code, wanted in codes.items():
        with pytest.raises(AdminError) as caught:
            table.bonuses.grant(PLAYER, "EUR", wanted, who=WHO)
        assert caught.value.code == code
    assert table.money == (3_000, 1_000, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_id": "a b"},
        {"grant_id": "-a"},
        {"amount_minor": -1},
        {"required_minor": 0},
        {"amount_minor": 0},
        {"max_bet_minor": 0},
        {"times": 3},
        {"contributions": (("slots", 101),)},
        {"contributions": (("\ud800", 1),)},
        {"contributions": (("slots", 1), ("slots", 2))},
    ],
)
def test_terms_that_contradict_each_other_are_refused(
    table: Table, changes: dict[str, Any]
) -> None:
    with pytest.raises(AdminError) as caught:
        table.grant(**changes)
    assert caught.value.code == "invalid_request"


def test_a_deadline_that_has_passed_is_refused(table: Table) -> None:
    with pytest.raises(AdminError) as caught:
        table.grant(expires_at=START)
    assert caught.value.code == "bonus_over"


def test_a_win_above_its_limits_is_held_back_when_its_grant_becomes_cash() -> None:
    table = Table(WalletTerms(win_limits=(("EUR", WinLimits(single_minor=900)),)))
    table.grant(1_000, required_minor=1, order="bonus_first")
    assert (table.play(500), table.win(1_000)) == ("ok", "ok")
    assert table.money == (3_000, 1_500, 500)
    assert table.wallet.spendable_minor == 3_000
    assert table.convert().rule == "win_held"
    assert (table.wallet.balance_minor, table.wallet.spendable_minor) == (4_500, 3_000)
    assert table.faults() == set()


def test_nothing_that_comes_of_a_win_above_its_limits_is_spent_unseen() -> None:
    table = Table(WalletTerms(win_limits=(("EUR", WinLimits(single_minor=900)),)))
    table.grant(1_000, required_minor=1_000, order="bonus_first")
    assert (table.play(500), table.win(1_000)) == ("ok", "ok")
    bet, (hold, settle) = table.bet(500, "r2"), winupgo_round(SEAT, "x", 300, 600)[:2]
    other, (held, _, back) = table.bet(200, "r3"), winupgo_round(SEAT, "y", 400, 0)[:3]
    assert [table.send(each).code for each in (bet, hold, other, held)] == ["ok"] * 4
    assert table.convert().rule == "win_held"
    ends = (table.refund(bet), table.send(settle).code, table.win(800, "r3"), table.send(back).code)
    assert ends == ("ok",) * 4
    assert table.wallet.balance_minor == 3_000 + 100 + 500 + 600 + 800 + 400
    assert table.wallet.spendable_minor == 3_000
    assert table.faults() == set()


@pytest.mark.parametrize("meanwhile", ["conversion", "forfeiture"])
def test_a_refund_that_a_grants_end_overtakes_is_decided_again(
    table: Table, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.grant(500, order="bonus_first")
    bets = [table.bet(400, "r1"), table.bet(600, "r2")]
    assert [table.send(each).code for each in bets] == ["ok", "ok"]
    ledger, end = table.world.ledger, table.convert if meanwhile == "conversion" else table.forfeit
    commit = type(ledger).commit

    def overtaken(self: object, *decided: Any) -> object:
        monkeypatch.setattr(type(ledger), "commit", commit)
        assert end().code == "ok"
        return commit(self, *decided)  # type: ignore[arg-type]

    monkeypatch.setattr(type(ledger), "commit", overtaken)
    assert table.refund(bets[0]) == "ok"
    # 500 of bonus money and 500 of cash were staked; the refund is of 400 of the former.
    assert table.money == ((2_900, 0, 0) if meanwhile == "conversion" else (2_500, 0, 0))
