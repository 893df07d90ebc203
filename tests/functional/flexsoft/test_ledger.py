"""The operators' tools know what came with Flexsoft: notices, free rounds, rollbacks."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from casino.wallet.chain import seal
from casino.wallet.model import Entry
from casino.wallet.proof.verify import Verifier
from casino.wallet.store.items import entry_item
from testing.launching import PLAYER
from tests.functional.flexsoft.partner import INTEGRATION, Partner
from tests.functional.ops.console import Console


@pytest.fixture
def played(partner: Partner) -> Partner:
    """Every kind of request, answered with 200 or refused."""
    partner.auth()
    partner.bet(1_000, provider_tx_id="b1")
    partner.win(2_500, provider_tx_id="w1")
    partner.bet(300, action="FREE_BET", provider_tx_id="f1", round_id="r2")
    partner.win(700, action="FREE_BET_WIN", provider_tx_id="fw1", round_id="r2")
    partner.bet(2_000, provider_tx_id="b2", round_id="r3")
    partner.roll_back("b2", amount=7_000, provider_tx_id="x2")
    partner.roll_back("b2", provider_tx_id="x2-again")
    partner.roll_back("never", provider_tx_id="x3")
    partner.bet(1_000, action="FREE_BET", provider_tx_id="f4", round_id="r4")
    partner.roll_back("f4", provider_tx_id="x4")
    partner.bet(9_000_000, provider_tx_id="b5")
    partner.close_round("r1", provider_tx_id="c1", multiplier=2.5)
    partner.close_round("r1", provider_tx_id="c2")
    return partner


def faults(partner: Partner) -> list[str]:
    verifier = partner.world.verifier
    return [fault.code for fault in verifier.everything().faults]


def put(partner: Partner, entry: Entry) -> None:
    partner.world.client.put_item(
        TableName=partner.world.tables.ledger, Item=entry_item(seal(entry))
    )


def test_ledger_of_all_that_flexsoft_sends_is_proved(played: Partner) -> None:
    assert faults(played) == []
    verifier = played.world.verifier
    assert verifier.wallet(PLAYER, "EUR").faults == ()


def test_tampered_entries_are_told(played: Partner) -> None:
    notice = played.entry("c1")
    put(played, replace(notice, extra='{"multiplier":9}'))
    assert faults(played) == ["fingerprint"]
    put(played, replace(notice, balance_after_minor=5))
    assert "refusal_moved_money" in faults(played)
    put(played, notice)
    played.world.client.delete_item(
        TableName=played.world.tables.ledger,
        Key={"id": {"S": f"{INTEGRATION}#void#b2"}},
    )
    assert faults(played) == ["void_missing", "void_missing"]


def test_round_that_no_notice_closed_is_told(played: Partner) -> None:
    for tx in ("c1", "c2"):
        key = {"id": {"S": f"{INTEGRATION}#tx#{tx}"}}
        played.world.client.delete_item(TableName=played.world.tables.ledger, Key=key)
    assert faults(played) == ["round_counters"]


def test_a_notice_whose_round_lost_its_flag_or_is_gone_is_told(played: Partner) -> None:
    client, table = played.world.client, played.world.tables.rounds
    key = {"wallet": {"S": f"{INTEGRATION}##"}, "round_id": {"S": "r1"}}
    client.update_item(TableName=table, Key=key, UpdateExpression="REMOVE finished")
    assert faults(played) == ["notice_without_round"]
    client.delete_item(TableName=table, Key=key)
    assert faults(played) == ["notice_without_round"]


def test_a_round_that_is_closed_while_it_is_proved_is_sound(
    played: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice comes after the rounds were read, and before the ledger is."""
    history = played.world.history
    everything = history.everything

    def later() -> Iterator[object]:
        played.close_round("r9", provider_tx_id="c9")
        return everything()

    monkeypatch.setattr(history, "everything", later)
    assert Verifier(history).everything().faults == ()


def test_notice_is_explained(played: Partner) -> None:
    said = Console(played.world)("ledger", "explain", "c1").out
    assert "notice (round), noted" in said
    assert "for all of its players" in said
    told = Console(played.world).json("ledger", "explain", "c1")
    assert (told["outcome"], told["rule"], told["round_id"]) == ("noted", "round_closed", "r1")


@pytest.mark.parametrize(
    ("tx", "words"),
    [
        ("f1", "debits no cash"),
        ("fw1", "win (freespin) of 0.70 EUR, applied"),
        ("x2", "its stored stake was credited"),
        ("x2-again", "refunded already: nothing moved"),
        ("x3", "the bet can never debit"),
        ("never", "a tombstone stands in its place"),
    ],
)
def test_each_row_is_explained(played: Partner, tx: str, words: str) -> None:
    assert words in Console(played.world)("ledger", "explain", tx).out


def test_history_shows_free_rounds_and_rollbacks(played: Partner) -> None:
    told = Console(played.world).json("ledger", "history", PLAYER, "EUR")
    rows = {row["transaction_id"]: row for row in told["entries"]}
    assert (rows["f1"]["type"], rows["f1"]["rule"]) == ("freespin", "freespin_notional")
    assert rows["x2"]["balance_after"] - rows["x2"]["balance_before"] == 2
    assert rows["x2-again"]["rule"] == "refund_repeated"
    assert rows["b5"]["outcome"] == "refused"
    assert json.dumps(rows["b1"]["session_id"]) == json.dumps(played.session_id)
    assert "c1" not in rows
