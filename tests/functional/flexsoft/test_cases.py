"""The table of cases of docs/flexsoft.md, through the function, as the partner sees it."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from casino.wallet.model import Round, Tombstone, platform_transaction_id, session_key
from testing.launching import PLAYER
from tests.functional.flexsoft.partner import INTEGRATION, Partner

FULL = Decimal(1000)


def data(**fields: Any) -> dict[str, Any]:
    return {"code": 200, "message": "Success", "data": fields}


def moved(partner: Partner, tx: str, old: int, new: int) -> dict[str, Any]:
    ours = platform_transaction_id(INTEGRATION, tx)
    return data(
        user_id=PLAYER,
        operator_tx_id=ours,
        provider_tx_id=tx,
        old_balance=old,
        new_balance=new,
        currency="EUR",
    )


def test_bet_debits_and_answers_in_thousandths(partner: Partner) -> None:
    reply = partner.bet(5_440, provider_tx_id="b")
    assert (reply.status, reply.json) == (200, moved(partner, "b", 1_000_000, 994_560))
    entry = partner.entry("b")
    assert entry.postings == (("integration", 544), ("player", -544))
    assert (entry.session_id, entry.game_id, entry.round_id) == (
        partner.session_id,
        "chicken-race",
        "r1",
    )
    assert entry.attributed


def test_win_credits(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b")
    reply = partner.win(2_500, provider_tx_id="w", withdraw_provider_tx_id="b")
    assert (reply.status, reply.json) == (200, moved(partner, "w", 999_000, 1_001_500))
    assert partner.entry("w").rule == "win_credit"


def test_win_of_nothing_is_noted(partner: Partner) -> None:
    partner.bet(1_000)
    assert partner.win(0).status == 200
    assert partner.cash() == FULL - 1


@pytest.mark.parametrize("amount", [0, 100, 5_000_000, 1, "?", ...])
def test_free_bet_moves_no_cash_whatever_it_says(partner: Partner, amount: Any) -> None:
    reply = partner.bet(amount, action="FREE_BET", provider_tx_id="f")
    assert (reply.status, reply.json["data"]["new_balance"]) == (200, 1_000_000)
    assert (partner.entry("f").type, partner.entry("f").rule) == ("freespin", "freespin_notional")


def test_free_bet_win_credits(partner: Partner) -> None:
    partner.bet(100, action="FREE_BET")
    reply = partner.win(700, action="FREE_BET_WIN", provider_tx_id="w")
    assert reply.json["data"]["new_balance"] == 1_000_700
    assert partner.entry("w").type == "freespin"


@pytest.mark.parametrize("amount", [0, 1_000, 9_990, 1_001, -1_000, ...])
def test_roll_back_gives_back_the_stored_stake(partner: Partner, amount: Any) -> None:
    partner.bet(1_000, provider_tx_id="b")
    reply = partner.roll_back("b", amount=amount, provider_tx_id="x")
    assert (reply.status, reply.json) == (200, moved(partner, "x", 999_000, 1_000_000))
    assert partner.entry("x").postings == (("integration", -100), ("player", 100))


def test_roll_back_of_a_free_bet_moves_no_cash(partner: Partner) -> None:
    partner.bet(100, action="FREE_BET", provider_tx_id="f")
    assert partner.roll_back("f").json["data"]["new_balance"] == 1_000_000


def test_second_roll_back_under_a_new_id_moves_nothing(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b")
    partner.roll_back("b")
    reply = partner.roll_back("b", provider_tx_id="x2")
    assert (reply.status, reply.json) == (200, moved(partner, "x2", 1_000_000, 1_000_000))
    assert (partner.cash(), partner.entry("x2").rule) == (FULL, "refund_repeated")


def test_roll_back_of_an_unknown_bet_bars_it(partner: Partner) -> None:
    reply = partner.roll_back("never", provider_tx_id="x")
    assert (reply.status, reply.json) == (200, moved(partner, "x", 1_000_000, 1_000_000))
    assert isinstance(partner.world.history.find(INTEGRATION, "never"), Tombstone)
    late = partner.bet(1_000, provider_tx_id="never")
    assert (late.status, late.json["data"]) == (409, None)
    assert late.json["message"].startswith("bet_cancelled: ")
    assert partner.again().text == late.text
    assert partner.roll_back("never").status == 200
    assert partner.cash() == FULL


def test_roll_back_of_a_refused_bet_moves_nothing(partner: Partner) -> None:
    assert partner.bet(9_000_000, provider_tx_id="b").status == 402
    assert partner.roll_back("b").json["data"]["new_balance"] == 1_000_000
    assert partner.bet(9_000_000, provider_tx_id="b").status == 402


@pytest.mark.parametrize("round_id", ["r1", ...])
def test_roll_back_after_a_win_of_the_round_is_refused_and_counted(
    partner: Partner, round_id: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.bet(1_000, provider_tx_id="b", round_id=round_id)
    partner.win(3_000, withdraw_provider_tx_id="b", round_id=round_id)
    capsys.readouterr()
    reply = partner.roll_back("b", provider_tx_id="rb", round_id=round_id)
    assert (reply.status, reply.json["data"]) == (409, None)
    assert reply.json["message"].startswith("round_finished: ")
    assert partner.cash() == FULL + 2
    told = capsys.readouterr().out
    assert '"OwedMoneyRefused":[1' in told
    assert '"RollbacksAfterWin":[1' in told
    assert partner.roll_back("b", provider_tx_id="rb", round_id=round_id).text == reply.text
    assert "RollbacksAfterWin" not in capsys.readouterr().out, "a copy rings no alarm"


@pytest.mark.parametrize("session_token", ["ps_1", ...])
def test_win_without_a_round_and_the_roll_back_of_its_bet_exclude_each_other(
    partner: Partner, session_token: Any
) -> None:
    """A win that names its bet alone belongs to the bet's round, whatever that is called."""
    named = {"round_id": ..., "session_token": session_token}
    for bet in ("b1", "b2"):
        partner.bet(1_000, provider_tx_id=bet, round_id=f"round of {bet}")
    won = partner.win(3_000, provider_tx_id="w1", withdraw_provider_tx_id="b1", **named)
    assert (won.status, partner.entry("w1").round_id) == (200, "round of b1")
    assert partner.entry("w1").rule == "win_credit"
    assert partner.again().text == won.text
    assert partner.roll_back("b1").status == 409
    assert partner.roll_back("b2").status == 200
    assert partner.win(3_000, withdraw_provider_tx_id="b2", **named).status == 409
    assert partner.cash() == FULL + 2
    assert not tuple(partner.world.verifier.everything().faults)


@pytest.mark.parametrize("session_token", ["ps_1", ...])
@pytest.mark.parametrize("kind", ["BET", "FREE_BET"])
def test_win_that_names_its_bet_and_another_round_bars_the_bets_roll_back(
    partner: Partner, kind: str, session_token: Any
) -> None:
    partner.bet(1_000, provider_tx_id="b1", round_id="r1", action=kind)
    partner.bet(1_000, provider_tx_id="b2", round_id="r2")
    named = {"withdraw_provider_tx_id": "b1", "round_id": "r2", "session_token": session_token}
    won = partner.win(3_000, provider_tx_id="w1", note="n", **named)
    entry = partner.entry("w1")
    assert (won.status, entry.round_id, entry.rule) == (200, "r1", "win_credit")
    assert json.loads(entry.extra or "") == {"note": "n", "round_id": "r2"}
    assert partner.again().text == won.text
    cash = partner.cash()
    assert partner.roll_back("b1").status == 409
    assert partner.cash() == cash
    assert partner.roll_back("b2").status == 200
    assert not tuple(partner.world.verifier.everything().faults)


def test_win_of_a_rolled_back_bet_is_refused_in_whatever_round(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b", round_id="r1")
    partner.bet(2_000, round_id="r2")
    partner.roll_back("b")
    assert partner.win(3_000, withdraw_provider_tx_id="b", round_id="r2").status == 409
    assert partner.cash() == FULL - 2


@pytest.mark.parametrize("named", ["never", "refused", "w0", "own", "foreign"])
def test_win_that_names_no_bet_of_its_player_stays_in_its_round(
    partner: Partner, named: str
) -> None:
    partner.bet(9_000_000, provider_tx_id="refused", round_id="r1")
    partner.win(1_000, provider_tx_id="w0", round_id="r1")
    if named == "foreign":
        partner.world.accounts.add_wallet(PLAYER, "JPY")
        partner.world.deposit(PLAYER, "JPY", "100")
        token = session_key(INTEGRATION, "yen")
        session = partner.world.sessions.get(partner.session_id)
        assert session is not None
        partner.world.sessions.add(replace(session, session_id=token, currency="JPY"))
        in_yen = {"currency": "JPY", "session_token": "yen", "round_id": "r1"}
        assert partner.bet(1_000, provider_tx_id="foreign", **in_yen).status == 200
    partner.bet(1_000, round_id="r2")
    won = partner.win(3_000, provider_tx_id="own", withdraw_provider_tx_id=named, round_id="r2")
    assert (won.status, partner.entry("own").round_id) == (200, "r2")
    assert not tuple(partner.world.verifier.everything().faults)


def test_copy_of_a_notice_in_another_order_is_a_copy(partner: Partner) -> None:
    first = partner.close_round("r9", provider_tx_id="c", bets={"a": 1, "b": 2})
    copy = {"bets": {"b": 2, "a": 1}, "round_id": "r9", "provider_tx_id": "c"}
    again = partner.send("deposit", copy | {"game": "aviadrone", "action": "CLOSE_ROUND"})
    assert (again.text, again.replayed) == (first.text, True)


def test_win_of_a_rolled_back_round_is_refused(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b")
    partner.roll_back("b")
    assert partner.win(3_000, withdraw_provider_tx_id="b").status == 409
    assert partner.cash() == FULL


def test_roll_back_names_a_bet_and_no_other_transaction(partner: Partner) -> None:
    partner.win(1_000, provider_tx_id="w")
    assert partner.roll_back("w").status == 409
    assert partner.roll_back("own", provider_tx_id="own").status == 409


def test_close_round_is_noted_once_and_touches_no_wallet(partner: Partner) -> None:
    before = partner.world.accounts.wallet(PLAYER, "EUR")
    reply = partner.close_round("r9", provider_tx_id="c", bets=[{"amount": 100}])
    ours = platform_transaction_id(INTEGRATION, "c")
    assert (reply.status, reply.json) == (200, data(operator_tx_id=ours, provider_tx_id="c"))
    entry = partner.entry("c")
    assert (entry.record, entry.kind, entry.rule) == ("noted", "notice", "round_closed")
    assert json.loads(entry.extra or "") == {"bets": [{"amount": 100}]}
    rounds = partner.world.history.rounds()
    (flagged,) = [r for r in rounds if isinstance(r, Round) and r.round_id == "r9"]
    assert (flagged.integration, flagged.player_id, flagged.finished) == (INTEGRATION, "", True)
    assert partner.world.accounts.wallet(PLAYER, "EUR") == before
    assert partner.again().text == reply.text
    assert partner.close_round("r9", provider_tx_id="c", bets=[]).status == 409


def test_close_round_may_name_a_player_and_is_nobodys_all_the_same(partner: Partner) -> None:
    partner.bet(1_000, round_id="r9", provider_tx_id="b")
    assert partner.close_round("r9", **partner.player(), amount="?").status == 200
    assert partner.win(500, round_id="r9").status == 200
    assert partner.bet(500, round_id="r9").status == 200
    assert partner.close_round(..., provider_tx_id="no-round").status == 200  # type: ignore[arg-type]


def test_balance_is_read(partner: Partner) -> None:
    expected = data(user_id=PLAYER, balance=1_000_000, currency="EUR")
    assert partner.balance().json == expected
    assert partner.balance(session_token=...).json == expected


def test_balance_of_a_finer_currency_is_rounded_down(stranger: Partner) -> None:
    world = stranger.world
    world.accounts.add_wallet(PLAYER, "BTC")
    world.deposit(PLAYER, "BTC", "0.12345678")
    world.session(PLAYER, "BTC", integration=INTEGRATION)
    reply = stranger.balance(currency="BTC", session_token=...)
    assert reply.json["data"] == {"user_id": PLAYER, "balance": 123, "currency": "BTC"}


@pytest.mark.parametrize("kind", ["bet", "win", "roll_back", "close_round", "refused"])
def test_copy_gets_the_bytes_of_the_first_answer(partner: Partner, kind: str) -> None:
    partner.bet(2_000, provider_tx_id="b", round_id="r0")
    first = {
        "bet": lambda: partner.bet(1_000),
        "win": lambda: partner.win(1_000),
        "roll_back": lambda: partner.roll_back("b"),
        "close_round": lambda: partner.close_round("r0"),
        "refused": lambda: partner.bet(9_000_000),
    }[kind]()
    partner.sent.append(partner.sent[-1])
    sent = partner.sent[-1]
    partner.win(50, round_id="other")
    cash = partner.cash()

    copy = partner.post(*sent)

    assert (copy.status, copy.text, copy.replayed) == (first.status, first.text, True)
    assert partner.cash() == cash
