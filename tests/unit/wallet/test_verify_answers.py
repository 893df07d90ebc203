"""The verifier renders each answer anew, and names what no rule, session or player explains."""

from dataclasses import replace
from typing import Any

import pytest

from casino.dialects.igsp.dialect import Igsp
from casino.wallet.proof.verify import Verifier
from testing.arranged import blocking
from testing.fake_ledger import FakeHistory, FakeTables
from testing.fakes import FakeWorld
from tests.unit.wallet.verified import WALLET, change, codes, entry, everything, played_tables


@pytest.fixture
def tables() -> FakeTables:
    return played_tables()


def answered(tables: FakeTables) -> set[str]:
    return codes(Verifier(FakeHistory(tables), lambda name: Igsp()).everything().faults)


def test_every_stored_answer_is_what_its_dialect_says(tables: FakeTables) -> None:
    assert answered(tables) == set()


@pytest.mark.parametrize("name", ["bet-3", "refund-8", "refund-9", "free-undo", "out-1"])
@pytest.mark.parametrize("changes", [{"status": 418}, {"body": '{"balance":1}'}, {"body": "no"}])
def test_another_status_or_body_is_found(
    tables: FakeTables, name: str, changes: dict[str, Any]
) -> None:
    change(tables, name, **changes)
    assert "answer" in answered(tables)


def test_a_message_may_be_worded_otherwise(tables: FakeTables) -> None:
    said = entry(tables, "acme", "bet-3")
    change(tables, "bet-3", body=said.body.replace("The balance is too low.", "Too little."))
    assert answered(tables) == set()
    change(tables, "bet-3", body=said.body.replace("insufficient_funds", "player_blocked"))
    assert answered(tables) == {"answer"}


def test_a_code_that_no_dialect_knows_is_a_fault_and_no_crash(tables: FakeTables) -> None:
    change(tables, "bet-3", rule="never")
    assert "answer" in answered(tables)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("win-1", "bet_debit"),
        ("bet-1", "freespin_notional"),
        ("free-1", "bet_debit"),
        ("bet-3", "busy"),
        ("bet-3", "round_refunded"),
        ("refund-9", "player_blocked"),
        ("out-1", "withdrawn"),
    ],
)
def test_a_rule_that_never_decides_such_an_entry_is_found(
    tables: FakeTables, name: str, rule: str
) -> None:
    change(tables, name, rule=rule)
    assert "rule_of_kind" in everything(tables)


def test_more_reserved_than_there_was_is_found(tables: FakeTables) -> None:
    change(tables, "win-1", reserved_minor=900_00)
    assert "spendable" in everything(tables)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"player_id": "bob"}, "session_mismatch"),
        ({"currency": "JPY"}, "session_mismatch"),
        ({"integration": "other"}, "session_missing"),
    ],
)
def test_a_session_of_somebody_else_is_found(
    tables: FakeTables, changes: dict[str, Any], code: str
) -> None:
    tables.stored_sessions["ann"] = replace(tables.stored_sessions["ann"], **changes)
    assert everything(tables) == {code}


def test_a_session_that_is_gone_is_found(tables: FakeTables) -> None:
    del tables.stored_sessions["ann"]
    assert everything(tables) == {"session_missing"}


def test_a_block_that_nobody_recorded_is_found(tables: FakeTables) -> None:
    tables.heads[WALLET] = replace(tables.heads[WALLET], blocked=True)
    assert everything(tables) == {"block_mismatch"}
    tables.players["ann"] = replace(tables.players["ann"], blocked=True)
    assert everything(tables) == {"block_not_audited"}
    told = blocking("ann", True)
    tables.audit.append(replace(told, old="active", new="blocked"))
    assert everything(tables) == set()


def test_changes_of_one_moment_are_told_apart_by_what_they_led_to(tables: FakeTables) -> None:
    """The audit sorts equal times in any order."""
    accounts = FakeWorld(tables).accounts
    for blocked in (True, False, True):
        accounts.set_blocked("ann", blocked)
    tables.audit.reverse()
    assert everything(tables) == set()


def test_a_wallet_without_its_player_is_found(tables: FakeTables) -> None:
    del tables.players["bob"]
    assert everything(tables) == {"player_missing"}
