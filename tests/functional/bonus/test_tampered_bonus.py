"""Verify names what somebody changed: bonus money, what is wagered, a share, a round's stakes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casino.aws.attributes import number
from casino.bonus.model import BONUS
from casino.wallet.chain import seal
from casino.wallet.model import Entry, Round
from casino.wallet.proof.bonus import check_bonus
from testing.transactions import PLAYER
from tests.functional.bonus.table import Table

type Item = dict[str, Any]


@pytest.fixture
def table() -> Table:
    table = Table()
    table.grant(order="bonus_first")
    assert (table.play(400), table.win(100), table.play(500, "r2")) == ("ok",) * 3
    assert table.faults() == set()
    return table


def changed(table: Table, name: str, change: Callable[[Item], None]) -> None:
    """Change the items of a table that somebody writes to without asking."""
    client, held = table.world.client, getattr(table.world.tables, name)
    for item in client.scan(TableName=held)["Items"]:
        change(item)
        client.put_item(TableName=held, Item=item)


def grant_of(wallet: Item) -> Item:
    grant: Item = wallet["bonus"]["M"]["grant"]["M"]
    return grant


@pytest.mark.parametrize(
    ("attribute", "fault"),
    [
        ("balance", "bonus_balance"),
        ("wagered", "bonus_wagered"),
        ("required", "bonus_wagered"),
        ("max_bet_minor", "bonus_grant"),
        ("expires_at", "bonus_grant"),
    ],
)
def test_of_a_wallets_grant(table: Table, attribute: str, fault: str) -> None:
    changed(table, "wallets", lambda item: grant_of(item).update({attribute: number(7)}))
    assert table.faults() == {fault}


def test_a_bonus_that_is_taken_off_its_wallet(table: Table) -> None:
    changed(table, "wallets", lambda item: item.pop("bonus"))
    assert table.faults() == {"bonus_grant"}


@pytest.mark.parametrize("attribute", ["staked", "grant_1"])
def test_of_a_rounds_stakes(table: Table, attribute: str) -> None:
    changed(table, "rounds", lambda item: item.update({attribute: number(1)}))
    assert table.faults() == {"bonus_round"}


def entries_of(table: Table) -> list[Entry]:
    return list(table.world.history.of_wallet(PLAYER, "EUR"))


def found(table: Table, kind: str, change: Callable[[Entry], Entry]) -> set[str]:
    """Return what is found of the wallet when one entry is another, sealed as if it were right."""
    entries = entries_of(table)
    index = next(i for i, entry in enumerate(entries) if entry.kind == kind)
    entries[index] = seal(change(entries[index]))
    rounds = [each for each in table.world.history.rounds() if isinstance(each, Round)]
    return {fault.code for fault in check_bonus(table.wallet, entries, rounds)}


@pytest.mark.parametrize("kind", ["bet", "win", "bonus_grant"])
def test_of_an_entrys_shares(table: Table, kind: str) -> None:
    def moved(entry: Entry) -> Entry:
        parts = dict(entry.postings)
        parts[BONUS], parts["player"] = parts[BONUS] + 1, parts.get("player", 0) - 1
        return replace(entry, postings=tuple(sorted(parts.items())))

    assert "bonus_split" in found(table, kind, moved)


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("balance_minor", "bonus_balance"),
        ("shown_minor", "bonus_balance"),
        ("wagered_minor", "bonus_wagered"),
        ("total_minor", "bonus_wagered"),
        ("required_minor", "bonus_wagered"),
        ("number", "bonus_grant"),
    ],
)
def test_of_what_an_entry_says(table: Table, field: str, fault: str) -> None:
    def said(entry: Entry) -> Entry:
        assert entry.bonus is not None
        more: dict[str, Any] = {field: getattr(entry.bonus, field) + 1}
        return replace(entry, bonus=replace(entry.bonus, **more))

    assert fault in found(table, "bet", said)


def test_a_conversion_that_came_too_early(table: Table) -> None:
    assert table.play(1_100, "r3") == "ok"
    assert table.convert().code == "ok"

    def early(entry: Entry) -> Entry:
        assert entry.bonus is not None
        return replace(entry, bonus=replace(entry.bonus, wagered_minor=0))

    assert "bonus_grant" in found(table, "bet", early)
