"""Whoever tampers keeps to no form: the verifier names what it cannot read, and goes on."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from casino.base.errors import AdminError
from casino.wallet.proof.faults import Fault
from testing.play import Play

type Item = dict[str, Any]
type Spoil = Callable[[Item], object]

WALLET: Final = "EUR#player-912"


def without(name: str) -> Spoil:
    return lambda item: item.pop(name)


def being(name: str, value: Item) -> Spoil:
    return lambda item: item.update({name: value})


#: Table → the item of it that is spoiled, and ways to do so.
ENTRY: Final[dict[str, Spoil]] = {
    **{f"no {name}": without(name) for name in ("record", "kind", "rule", "type", "amount", "seq")},
    **{f"no {n}": without(n) for n in ("before", "after", "postings", "body", "at", "hash")},
    "no wallet": without("wallet"),
    "a wallet without a player": being("wallet", {"S": "EUR"}),
    "an amount in words": being("amount", {"S": "ten"}),
    "an amount with decimals": being("amount", {"N": "2.5"}),
    "an amount with an exponent": being("amount", {"N": "1E+30"}),
    "a sequence number with decimals": being("seq", {"N": "1.5"}),
    "a status that is a list": being("status", {"L": []}),
    "postings in a list": being("postings", {"L": [{"N": "1"}]}),
    "a posting in words": being("postings", {"M": {"player": {"S": "x"}}}),
    "a hash in words": being("hash", {"S": "00"}),
    "a fingerprint that is a number": being("fingerprint", {"N": "1"}),
    "a flag in words": being("finished", {"S": "yes"}),
    "an unknown mark in its key": being("id", {"S": "sandbox#note#bet-1"}),
    "a key in one word": being("id", {"S": "bet-1"}),
    "no more than a key": lambda item: [item.pop(n) for n in [*item] if n != "id"],
}
HEAD: Final[dict[str, Spoil]] = {
    **{f"no {n}": without(n) for n in ("balance", "reserved", "seq", "version", "head", "blocked")},
    "a balance in words": being("balance", {"S": "much"}),
    "a balance with decimals": being("balance", {"N": "0.1"}),
    "held wins in words": being("held_wins", {"S": "some"}),
    "a head that is a flag": being("head", {"BOOL": True}),
}
ROUND: Final[dict[str, Spoil]] = {
    **{f"no {name}": without(name) for name in ("bets", "refunds", "paid_wins", "version")},
    "bets in words": being("bets", {"S": "one"}),
    "bets with decimals": being("bets", {"N": "1.5"}),
    "a partition in one word": being("wallet", {"S": "sandbox"}),
}
CASES: Final = [
    pytest.param(table, spoil, id=f"{table}: {name}")
    for table, spoils in (("ledger", ENTRY), ("wallets", HEAD), ("rounds", ROUND))
    for name, spoil in spoils.items()
]


def play_a_little(play: Play) -> None:
    play.bet("1.00", transaction_id="bet-1", round_id="r1")
    play.win("2.00", transaction_id="win-1", round_id="r1")
    play.refund("1.00", "bet-1", transaction_id="refund-1")
    play.refund("3.00", "bet-2", transaction_id="refund-2")


def spoil_item(play: Play, table: str, spoil: Spoil, key: str = "sandbox#tx#bet-1") -> None:
    """Put a spoiled copy in the place of an item; the key may be another one then."""
    client, name = play.world.client, getattr(play.world.tables, table)
    items = client.scan(TableName=name)["Items"]
    (item,) = (item for item in items if table != "ledger" or item["id"]["S"] == key)
    keys = {
        "ledger": ["id"],
        "wallets": ["player_id", "currency"],
        "rounds": ["wallet", "round_id"],
    }
    client.delete_item(TableName=name, Key={each: item[each] for each in keys[table]})
    spoil(item)
    client.put_item(TableName=name, Item=item)


def unreadable(faults: tuple[Fault, ...]) -> list[Fault]:
    return [fault for fault in faults if fault.code == "unreadable_item"]


@pytest.mark.parametrize(("table", "spoil"), CASES)
def test_m11_a_malformed_item_is_a_fault_and_hides_no_other(
    play: Play, table: str, spoil: Spoil
) -> None:
    play_a_little(play)
    client, wallets = play.world.client, play.world.tables.wallets
    play.world.player("bob")
    bob = {"player_id": {"S": "bob"}, "currency": {"S": "EUR"}}
    spoil_item(play, table, spoil) if table != "wallets" else None
    if table == "wallets":
        item = client.get_item(TableName=wallets, Key=bob)["Item"]
        spoil(item)
        client.put_item(TableName=wallets, Item=item)
    else:
        client.update_item(
            TableName=wallets,
            Key=bob,
            UpdateExpression="SET balance = :b",
            ExpressionAttributeValues={":b": {"N": "1"}},
        )
    faults = play.world.verifier.everything().faults
    (fault,) = unreadable(faults)
    assert fault.detail
    others = {each.code for each in faults if each.wallet == "EUR#bob"} - {"unreadable_item"}
    assert others == (set() if table == "wallets" else {"head_balance"})


@pytest.mark.parametrize("key", ["sandbox#void#bet-1", "sandbox#tx#bet-2", "sandbox#tx#refund-1"])
def test_m11_a_malformed_marker_or_refund_is_a_fault(play: Play, key: str) -> None:
    play_a_little(play)
    spoil_item(play, "ledger", without("at"), key)
    verifier = play.world.verifier
    assert len(unreadable(verifier.everything().faults)) == 1
    assert verifier.wallet("player-912", "EUR").faults, "of one wallet, too"


def test_m11_one_wallet_with_a_malformed_entry_or_head_is_verified_to_the_end(play: Play) -> None:
    play_a_little(play)
    verifier = play.world.verifier
    spoil_item(play, "ledger", being("amount", {"S": "ten"}))
    faults = verifier.wallet("player-912", "EUR").faults
    assert [fault.wallet for fault in unreadable(faults)] == [WALLET]
    assert "sequence_gap" in {fault.code for fault in faults}
    spoil_item(play, "wallets", without("head"))
    assert len(unreadable(verifier.wallet("player-912", "EUR").faults)) == 2


def test_m11_an_unreadable_item_is_told_to_whoever_names_it(play: Play) -> None:
    play_a_little(play)
    spoil_item(play, "ledger", being("amount", {"S": "ten"}))
    with pytest.raises(AdminError, match="sandbox#tx#bet-1") as caught:
        play.world.history.find("sandbox", "bet-1")
    assert caught.value.code == "unreadable_item"
    entries = play.world.history.of_wallet("player-912", "EUR")
    assert "bet-1" not in {entry.transaction_id for entry in entries}
