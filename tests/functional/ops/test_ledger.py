"""The `ops` command line: history, explanation and proof of the ledger."""

import json
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casino.aws.attributes import number, text
from testing.hooks import Caller
from testing.play import Play
from testing.world import GAME, World
from tests.functional.ops.console import Console


@pytest.fixture
def play(world: World, hook: Caller) -> Play:
    return Play(world, hook, player_id="ann", session_id=world.player("ann"))


def spoil(world: World, table: str, key: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    world.client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


# History


def test_the_history_lists_applied_entries_and_refusals_in_order(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.bet("5000.00", transaction_id="bet-2", round_id="r1")
    play.win("25.50", transaction_id="win-1", round_id="r1", finished=True)
    found = ops.json("ledger", "history", "ann", "EUR")
    assert found["complete"]
    rows = [(e["seq"], e["transaction_id"], e["outcome"]) for e in found["entries"][1:]]
    assert rows == [(2, "bet-1", "applied"), (2, "bet-2", "refused"), (3, "win-1", "applied")]
    assert found["entries"][-1]["balance_after"] == Decimal("1015.50")
    assert found["entries"][2]["rule"] == "insufficient_funds"
    lines = ops("ledger", "history", "ann", "EUR").out.splitlines()
    assert lines[0].startswith("seq counts")
    assert len(lines) == 6
    assert "1015.50" in lines[-1]


def test_a_history_whose_index_lags_says_so(ops: Console, play: Play) -> None:
    play.bet("10.00")
    key = {"player_id": text("ann"), "currency": text("EUR")}
    spoil(ops.world, ops.world.tables.wallets, key, "seq", number(3))
    assert not ops.json("ledger", "history", "ann", "EUR")["complete"]
    assert "ask again" in ops("ledger", "history", "ann", "EUR").out


def test_the_history_of_an_unknown_player_is_an_error(ops: Console) -> None:
    assert ops.error("ledger", "history", "nobody", "EUR") == "player_not_found"


# Explanation


def test_a_bet_is_explained_from_its_rule_to_its_refund(ops: Console, play: Play) -> None:
    bet = play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.refund("10.00", "bet-1", transaction_id="refund-1")
    told = ops.json("ledger", "explain", "bet-1")
    assert told["player_id"] == "ann"
    assert (told["kind"], told["outcome"], told["rule"]) == ("bet", "applied", "bet_debit")
    assert "debited" in told["explanation"]
    assert (told["balance_before"], told["balance_after"]) == (
        Decimal("1000.00"),
        Decimal("990.00"),
    )
    assert told["postings"] == {"integration": Decimal("10.00"), "player": Decimal("-10.00")}
    assert told["refunded_by"] == "refund-1"
    assert (told["session_id"], told["session_status"]) == (play.session_id, "active")
    assert (told["game_id"], told["round_id"]) == (GAME, "r1")
    assert told["response"] == {"status": 200, "body": bet.text}
    assert told["platform_transaction_id"] == bet.json["transaction_id"]
    assert told["chain"]["seq"] == 2
    assert told["chain"]["hash_matches"]


def test_a_refund_is_explained_with_the_bet_it_refunds(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.refund("10.00", "bet-1", transaction_id="refund-1")
    told = ops.json("ledger", "explain", "refund-1")
    assert (told["refunds_bet"], told["round_id"]) == ("bet-1", "r1")
    page = ops("ledger", "explain", "refund-1").out
    assert "990.00 before, 1000.00 after" in page
    assert "bet-1" in page


def test_a_refusal_is_explained_with_the_balance_that_decided_it(ops: Console, play: Play) -> None:
    play.bet("5000.00", transaction_id="bet-1")
    told = ops.json("ledger", "explain", "bet-1")
    assert (told["outcome"], told["rule"]) == ("refused", "insufficient_funds")
    assert told["balance_before"] == told["balance_after"] == Decimal("1000.00")
    assert "too low" in told["explanation"]
    assert told["response"]["status"] == 402
    assert "after entry 1" in ops("ledger", "explain", "bet-1").out


def test_n1_explain_shows_the_reservation_and_what_it_left(ops: Console, play: Play) -> None:
    ops.json("player", "reserve", "ann", "EUR", "999.00")
    play.bet("2.50", transaction_id="bet-1")
    told = ops.json("ledger", "explain", "bet-1")
    assert (told["balance_before"], told["balance_after"]) == (Decimal("1000.00"),) * 2
    assert (told["reserved"], told["spendable_before"]) == (Decimal("999.00"), Decimal("1.00"))
    assert "reserved funds" in told["explanation"]
    assert "1.00 before, 999.00 reserved" in ops("ledger", "explain", "bet-1").out
    (_, entry) = ops.json("ledger", "history", "ann", "EUR")["entries"]
    assert entry["reserved"] == Decimal("999.00")


def test_a_bet_that_never_came_is_explained_by_its_tombstone(ops: Console, play: Play) -> None:
    play.refund("10.00", "bet-1", transaction_id="refund-1")
    told = ops.json("ledger", "explain", "bet-1")
    assert (told["outcome"], told["refunded_by"]) == ("tombstone", "refund-1")
    assert "never debits" in ops("ledger", "explain", "bet-1").out


def test_n11_an_altered_entry_says_so_and_ends_with_1(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1")
    key = {"id": text("sandbox#tx#bet-1")}
    spoil(ops.world, ops.world.tables.ledger, key, "amount", number(1))
    said = ops("ledger", "explain", "bet-1", "--json")
    assert (said.code, said.json["chain"]["hash_matches"]) == (1, False)
    page = ops("ledger", "explain", "bet-1")
    assert page.code == 1
    assert "somebody changed it in the table" in page.out


def test_a_deposit_is_found_under_the_platforms_own_ids(ops: Console) -> None:
    ops.json("player", "fund", "bob", "EUR", "5.00", "--transaction-id", "gift-1")
    told = ops.json("ledger", "explain", "gift-1")
    assert (told["integration"], told["rule"]) == ("platform", "deposit")
    assert told["session_id"] is None


def test_an_id_that_two_integrations_use_asks_for_the_integration(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="same")
    ops.json("player", "fund", "ann", "EUR", "5.00", "--transaction-id", "same")
    assert ops.error("ledger", "explain", "same") == "ambiguous_transaction"
    told = ops.json("ledger", "explain", "same", "--integration", "sandbox")
    assert told["kind"] == "bet"


def test_an_unknown_transaction_is_an_error(ops: Console) -> None:
    assert ops.error("ledger", "explain", "none") == "transaction_not_found"


def line(**fields: Any) -> str:
    return json.dumps(
        {"integration": "sandbox", "transaction_id": "bet-1", "replay": True} | fields
    )


def test_replays_are_counted_from_the_functions_logs(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1")
    ops.logs.write("/hooks", line(), "START RequestId: bet-1", line(replay=False), line())
    ops.logs.write(
        "/bet", line(transaction_id="bet-10"), line(integration="other"), line(), "[1]", "bet-1"
    )
    assert ops.json("ledger", "explain", "bet-1")["replays_seen"] == 3
    assert {asked["filterPattern"] for asked in ops.logs.asked} == {'"bet-1"'}


def test_an_id_that_a_filter_would_misread_is_looked_for_in_every_line(
    ops: Console, play: Play
) -> None:
    play.bet("10.00", transaction_id='a "b" ü')
    ops.logs.write("/hooks", line(transaction_id='a "b" ü'))
    assert ops.json("ledger", "explain", 'a "b" ü')["replays_seen"] == 1
    assert "filterPattern" not in ops.logs.asked[0]


def test_without_readable_logs_the_replays_are_unknown_and_not_zero(
    ops: Console, play: Play
) -> None:
    play.bet("10.00", transaction_id="bet-1")
    assert ops.json("ledger", "explain", "bet-1")["replays_seen"] is None
    ops.logs.write("/hooks")
    ops.logs.error = ClientError({"Error": {"Code": "AccessDeniedException"}}, "FilterLogEvents")
    assert ops.json("ledger", "explain", "bet-1")["replays_seen"] is None
    assert "unknown (logs not readable)" in ops("ledger", "explain", "bet-1").out


# Proof


def test_a_sound_ledger_is_proved_whole_and_wallet_by_wallet(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.win("3.00", round_id="r1")
    play.refund("10.00", "bet-1")
    play.refund("10.00", "bet-2")
    play.bet("5000.00")
    ops.world.player("bob")
    everything = ops.json("ledger", "verify", "--all")
    assert everything == {"ok": True, "wallets": 2, "entries": 7, "faults": []}
    assert ops.json("ledger", "verify") == everything
    assert ops.json("ledger", "verify", "ann", "EUR")["entries"] == 6
    assert ops("ledger", "verify", "--all").out == "2 wallets, 7 entries, 0 faults\n"


@pytest.mark.parametrize("scope", [("--all",), ("ann", "EUR")])
def test_a_spoiled_ledger_is_named_by_its_faults_and_ends_with_1(
    ops: Console, play: Play, scope: tuple[str, ...]
) -> None:
    play.bet("10.00", transaction_id="bet-1")
    key = {"id": text("sandbox#tx#bet-1")}
    spoil(ops.world, ops.world.tables.ledger, key, "after", number(1_000_00))
    said = ops("ledger", "verify", *scope, "--json")
    assert said.code == 1
    found = {(fault["code"], fault["wallet"]) for fault in said.json["faults"]}
    assert found == {
        ("entry_hash", "EUR#ann"),
        ("player_posting", "EUR#ann"),
        ("answer", "EUR#ann"),
        ("head_balance", "EUR#ann"),
    }
    assert not said.json["ok"]
    page = ops("ledger", "verify", *scope)
    assert page.code == 1
    assert "player_posting" in page.out


def test_a_lost_entry_or_marker_is_found(ops: Console, play: Play) -> None:
    play.bet("10.00", transaction_id="bet-1")
    play.refund("10.00", "bet-1", transaction_id="refund-1")
    table = ops.world.tables.ledger
    ops.world.client.delete_item(TableName=table, Key={"id": text("sandbox#void#bet-1")})
    for scope in (("--all",), ("ann", "EUR")):
        said = ops("ledger", "verify", *scope, "--json")
        assert [fault["code"] for fault in said.json["faults"]] == ["void_missing"]
    ops.world.client.delete_item(TableName=table, Key={"id": text("sandbox#tx#refund-1")})
    for scope in (("--all",), ("ann", "EUR")):
        said = ops("ledger", "verify", *scope, "--json")
        assert [fault["code"] for fault in said.json["faults"]] == ["sequence_gap"]


def test_a_balance_that_was_set_by_hand_is_found(ops: Console, play: Play) -> None:
    key = {"player_id": text(play.player_id), "currency": text("EUR")}
    spoil(ops.world, ops.world.tables.wallets, key, "balance", number(9_999_00))
    said = ops("ledger", "verify", "ann", "EUR", "--json")
    assert [fault["code"] for fault in said.json["faults"]] == ["head_balance"]


def test_a_wallet_is_named_in_full_or_not_at_all(ops: Console, play: Play) -> None:
    assert ops("ledger", "verify", "ann").code == 2
    assert ops("ledger", "verify", "ann", "EUR", "--all").code == 2
    assert ops.error("ledger", "verify", "ann", "USD") == "wallet_not_found"
