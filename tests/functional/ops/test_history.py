"""`ops ledger history` with its filters, and the names by which `ops ledger explain` finds."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from testing.hooks import Caller
from testing.play import Play
from testing.world import GAME, World
from tests.functional.ops.console import Console

HISTORY = ("ledger", "history", "ann", "EUR")


@pytest.fixture
def play(world: World, hook: Caller) -> Play:
    """ann has bet in two rounds and two sessions, and a bet was refunded before it came."""
    play = Play(world, hook, player_id="ann", session_id=world.player("ann"))
    play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.bet("5000.00", transaction_id="bet-2", round_id="r1")
    play.refund("3.00", "late", transaction_id="refund-1", round_id="r2")
    play.bet("1.00", transaction_id="bet-3", round_id="r2", session_id=world.session("ann"))
    return play


def rows(ops: Console, *options: str) -> list[tuple[Any, ...]]:
    entries = ops.json(*HISTORY, *options)["entries"]
    return [(row["seq"], row["transaction_id"], row["outcome"]) for row in entries]


def test_n6_a_late_bet_stands_behind_the_refund_that_barred_it(ops: Console, play: Play) -> None:
    assert play.bet("3.00", transaction_id="late").error == "bet_cancelled"
    assert rows(ops)[1:] == [
        (2, "bet-1", "applied"),
        (2, "bet-2", "refused"),
        (2, "refund-1", "refused"),
        (2, "late", "tombstone"),
        (3, "bet-3", "applied"),
    ]
    assert ops.json(*HISTORY)["entries"][4]["refunded_by"] == "refund-1"


def test_n6_rows_are_chosen_by_round_session_game_and_number(ops: Console, play: Play) -> None:
    assert [row[1] for row in rows(ops, "--round", "r1")] == ["bet-1", "bet-2"]
    assert [row[1] for row in rows(ops, "--session", play.session_id)] == [
        *("bet-1", "bet-2", "refund-1", "late"),
    ]
    assert len(rows(ops, "--game", GAME)) == 5
    assert rows(ops, "--game", "another") == []
    assert [row[1] for row in rows(ops, "--limit", "2")] == ["late", "bet-3"]
    assert ops.json(*HISTORY, "--limit", "1")["complete"], "a limit hides nothing from the check"


def test_n6_rows_are_chosen_by_time(ops: Console, play: Play) -> None:
    at = {row["transaction_id"]: row["at"] for row in ops.json(*HISTORY)["entries"]}
    since = [row[1] for row in rows(ops, "--from", at["bet-3"])]
    assert since[-1] == "bet-3"
    assert "bet-1" not in since
    until = [row[1] for row in rows(ops, "--to", at["bet-3"])]
    assert "bet-1" in until
    assert "bet-3" not in until
    assert rows(ops, "--to", "2020-01-01") == []
    assert len(rows(ops, "--from", "2020-01-01T00:00+02:00")) == 6
    assert ops.error(*HISTORY, "--from", "yesterday") == "invalid_request"


def test_n6_csv_has_every_column_and_no_formula(ops: Console, play: Play) -> None:
    play.bet("1.00", transaction_id="=1+1", round_id="r9")
    table = list(csv.DictReader(io.StringIO(ops(*HISTORY, "--csv").out)))
    assert table[0].keys() == ops.json(*HISTORY)["entries"][0].keys()
    assert (table[1]["transaction_id"], table[1]["amount"]) == ("bet-1", "10.00")
    assert table[-1]["transaction_id"] == "'=1+1", "a provider chose it"


def test_n6_the_heading_says_once_why_a_number_repeats(ops: Console, play: Play) -> None:
    lines = ops(*HISTORY).out.splitlines()
    assert [line for line in lines if "repeats" in line] == [lines[0]]
    assert lines[1].split()[:3] == ["seq", "at", "kind"]


def test_n2_our_reference_and_a_trace_id_are_found_in_the_index(ops: Console, play: Play) -> None:
    won = play.win("2.50", transaction_id="win-1", round_id="r1")
    lost = play.bet("5000.00", transaction_id="bet-9", round_id="r1")
    ops.world.index()
    for name in (won.json["transaction_id"], won.headers["X-Trace-Id"]):
        told = ops.json("ledger", "explain", name)
        assert (told["transaction_id"], told["amount"]) == ("win-1", Decimal("2.50"))
        assert told["platform_transaction_id"] == won.json["transaction_id"]
    assert ops.json("ledger", "explain", lost.headers["X-Trace-Id"])["outcome"] == "refused"


@pytest.mark.parametrize("where", [("--player", "ann", "--currency", "EUR"), ("--everywhere",)])
def test_n2_they_are_found_without_logs_in_a_wallet_or_in_the_whole_ledger(
    ops: Console, play: Play, where: tuple[str, ...]
) -> None:
    won = play.win("2.50", transaction_id="win-1", round_id="r1")
    for name in (won.json["transaction_id"], won.headers["X-Trace-Id"]):
        assert ops.error("ledger", "explain", name) == "transaction_not_found"
        assert ops.json("ledger", "explain", name, *where)["transaction_id"] == "win-1"
    assert ops.error("ledger", "explain", "plt-0", *where) == "transaction_not_found"
    assert ops.error("ledger", "explain", "plt-0", "--player", "ann") == "invalid_request"


def test_n2_a_trace_id_of_several_transactions_names_them(ops: Console, play: Play) -> None:
    traced = Play(ops.world, play.hook, player_id="ann", session_id=play.session_id)
    for name in ("bet-8", "bet-9"):
        sent = play.sent[0] | {"transaction_id": name}
        traced.hook(sent, x_trace_id="t-1")
    said = ops("ledger", "explain", "t-1", "--everywhere")
    assert (said.code, "(ambiguous_transaction)" in said.err) == (1, True)
    assert "bet-8 of sandbox, bet-9 of sandbox" in said.err


def test_n2_what_the_index_names_must_stand_in_the_ledger_under_that_name(
    ops: Console, play: Play
) -> None:
    ops.world.references.add([("t-1", ("sandbox", "bet-1")), ("t-1", ("sandbox", "never"))])
    assert ops.error("ledger", "explain", "t-1") == "transaction_not_found"


def test_an_id_that_looks_like_a_reference_hides_nothing(ops: Console, play: Play) -> None:
    won = play.win("2.50", transaction_id="win-1", round_id="r1")
    reference = won.json["transaction_id"]
    play.bet("1.00", transaction_id=reference, round_id="r1")
    ops.world.index()
    assert ops.error("ledger", "explain", reference) == "ambiguous_transaction"


def test_an_integration_cannot_be_named_by_a_part_of_a_key(ops: Console, play: Play) -> None:
    play.bet("1.00", transaction_id="a#tx#b", round_id="r1")
    assert ops.json("ledger", "explain", "a#tx#b", "--integration", "sandbox")["kind"] == "bet"
    said = ops.error("ledger", "explain", "b", "--integration", "sandbox#tx#a")
    assert said == "transaction_not_found"


def test_rows_are_chosen_by_kind_outcome_and_integration(ops: Console, play: Play) -> None:
    assert [row[1] for row in rows(ops, "--kind", "bet", "--outcome", "applied")] == [
        *("bet-1", "bet-3"),
    ]
    assert len(rows(ops, "--integration", "platform")) == 1


@pytest.mark.parametrize("time", ["0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_outside_the_calendar_is_a_mistake_of_who_types_it(
    ops: Console, play: Play, time: str
) -> None:
    assert ops.error(*HISTORY, "--from", time) == "invalid_request"


def test_n11_numbers_have_their_nouns(ops: Console) -> None:
    ops.world.player("bob")
    assert ops("ledger", "verify").out == "1 wallet, 1 entry, 0 faults\n"
    assert "7 days" in ops("integration", "show", "sandbox").out
