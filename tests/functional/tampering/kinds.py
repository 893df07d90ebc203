"""Kinds of tampering: what somebody does to the tables, and the fault that names it.

`docs/tampering.md` lists the same, and a test compares the two.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.functional.tampering.casino import Books, Item, consistent

type Do = Callable[[Books], object]

LAST: Final = "sandbox#tx#last-bob"
BET: Final = "sandbox#tx#bet-1"
POOR: Final = "sandbox#tx#poor"
BOB: Final = ("bob", "JPY")
ANN: Final = ("ann", "EUR")


@dataclass(frozen=True)
class Kind:
    """One kind: its name, what is done, and the code of the fault that names it."""

    name: str
    fault: str
    do: Do


def _set(table: str, *key: str, **values: Item) -> Do:
    return lambda books: books.item(table, *key).update(values)


def _n(value: int) -> Item:
    return {"N": str(value)}


def _s(value: str) -> Item:
    return {"S": value}


def _rewrite(name: str, **changes: Any) -> Do:
    """Change an entry and all that follows from it alone: not the chain."""
    return lambda books: books.put(consistent(replace(books.read(name), **changes)))


def _rechained(name: str, wallet: tuple[str, str], **changes: Any) -> Do:
    def do(books: Books) -> None:
        books.change(name, **changes)
        books.rechain(*wallet)

    return do


def _lose(*names: str) -> Do:
    return lambda books: [books.items("ledger").pop((name,)) for name in names]


def _copy(name: str, to: str, **changes: Any) -> Do:
    """Invent an entry after the image of another one."""
    return lambda books: books.put(
        consistent(replace(books.read(name), transaction_id=to, **changes))
    )


def _roll_back_head(books: Books) -> None:
    last = books.read(LAST)
    books.move(*BOB, last.seq - 1, last.balance_before_minor, last.previous_hash)


def _truncate(books: Books) -> None:
    _roll_back_head(books)
    books.lose(LAST)
    del books.items("rounds")["sandbox#JPY#bob", "b2"]


def _win_at_the_end(books: Books) -> None:
    """A win that never came, with chain and head."""
    last = books.read(LAST)
    postings = (("integration", -1_000), ("player", 1_000))
    won: Item = {"kind": "win", "rule": "win_credit", "type": "jackpot", "round_id": None}
    amounts: Item = {"amount_minor": 1_000, "postings": postings, "seq": last.seq + 1}
    books.put(replace(last, transaction_id="gift", **won, **amounts))
    books.rechain(*BOB)


def _forget_bob(books: Books) -> None:
    for entry in books.of_wallet(*BOB):
        books.lose(f"{entry.integration}#tx#{entry.transaction_id}")
    for table in ("wallets", "players", "rounds"):
        items = books.items(table)
        for key in [key for key in items if "bob" in "#".join(key)]:
            del items[key]


def _swap(books: Books) -> None:
    """Two entries change places in the chain."""
    one, two = books.read(BET), books.read("sandbox#tx#bet-2")
    books.change(BET, seq=two.seq)
    books.change("sandbox#tx#bet-2", seq=one.seq)


def _unblock(books: Books) -> None:
    for table, key in (("players", ("dan",)), ("wallets", ("dan", "EUR"))):
        books.item(table, *key)["blocked"] = {"BOOL": False}


def _lift_exclusion(books: Books) -> None:
    books.item("players", "eve")["self_excluded_until"] = _n(0)
    books.item("wallets", "eve", "EUR")["limits"]["M"]["self_excluded_until"] = _n(0)


def _end_hold_alone(books: Books) -> None:
    item = dict(books.entry("winupgo#end#held-2"))
    books.items("ledger")["winupgo#end#open-1",] = item | {"id": _s("winupgo#end#open-1")}


def _round(**values: Item) -> Do:
    return _set("rounds", "sandbox#EUR#ann", "r1", **values)


def _count_less(books: Books) -> None:
    books.item("wallets", *ANN)["play"]["L"][2] = _n(0)


def _raise_limit(books: Books) -> None:
    books.item("wallets", *ANN)["limits"]["M"]["stake"] = _n(10**9)


def _double(books: Books) -> None:
    """A second refund of a refunded bet, in the chain."""
    refund = books.read("sandbox#tx#refund-4")
    last = books.of_wallet(*ANN)[-1]
    books.put(replace(refund, transaction_id="refund-4b", seq=last.seq + 1))
    books.rechain(*ANN)


#: What `ops ledger verify` names by itself.
ALONE: Final = (
    Kind("an entry's amount", "entry_hash", _set("ledger", BET, amount=_n(1))),
    Kind("an entry's balance after it", "entry_hash", _set("ledger", BET, after=_n(10**6))),
    Kind("an entry's time", "entry_hash", _set("ledger", BET, at=_s("2020-01-01T00:00:00.000Z"))),
    Kind("an entry's stored answer", "entry_hash", _set("ledger", BET, body=_s("{}"))),
    Kind("an answer, with the entry's hash", "answer", lambda b: b.change(LAST, body='{"a":1}')),
    Kind("a status, with the entry's hash", "answer", lambda b: b.change(POOR, status=200)),
    Kind("a rule, with the entry's hash", "rule_of_kind", _rewrite(LAST, rule="win_credit")),
    Kind("an unknown kind of entry", "kind_unknown", lambda b: b.change(LAST, kind="gift")),
    Kind(
        "postings to an account of another kind",
        "accounts_of_kind",
        lambda b: b.change(LAST, postings=(("platform", 50), ("player", -50))),
    ),
    Kind(
        "a stake that the casino pays",
        "accounts_of_kind",
        lambda b: b.change(LAST, postings=(("integration", 50), ("promotion", -50))),
    ),
    Kind(
        "postings that do not sum to zero",
        "postings_unbalanced",
        lambda b: b.change(LAST, postings=(("integration", 49), ("player", -50))),
    ),
    Kind(
        "an amount, with hash, fingerprint and answer",
        "amount_posting",
        _rewrite(LAST, amount_minor=1),
    ),
    Kind("a request's game, with the hash", "fingerprint", lambda b: b.change(LAST, game_id="x")),
    Kind("a middle entry rewritten whole", "chain_broken", _rewrite(BET, trace_id="other")),
    Kind("the last entry rewritten whole", "head_hash", _rewrite(LAST, trace_id="other")),
    Kind("two entries that change places", "chain_broken", _swap),
    Kind("a middle entry deleted", "sequence_gap", _lose(BET)),
    Kind("the last entry deleted", "sequence_gap", _lose(LAST)),
    Kind("the head rolled back", "entry_beyond_head", _roll_back_head),
    Kind("a second entry with the same number", "sequence_duplicate", _copy(LAST, "twin")),
    Kind(
        "a bet that took more than there was",
        "overspent",
        lambda b: b.change(LAST, reserved_minor=4_990),
    ),
    Kind(
        "more reserved than the balance",
        "spendable",
        lambda b: b.change(LAST, reserved_minor=9_999),
    ),
    Kind(
        "a refusal that moved money",
        "refusal_moved_money",
        lambda b: b.change(POOR, balance_after_minor=1),
    ),
    Kind(
        "a refusal decided from another balance",
        "refusal_out_of_place",
        lambda b: b.change(POOR, balance_before_minor=1, balance_after_minor=1),
    ),
    Kind("a wallet's balance", "head_balance", _set("wallets", *ANN, balance=_n(10**8))),
    Kind("a wallet's head", "head_hash", _set("wallets", *ANN, head={"B": b"\0" * 32})),
    Kind("a wallet deleted", "entry_beyond_head", lambda b: b.items("wallets").pop(BOB)),
    Kind("reserved funds set free", "reserved_sum", _set("wallets", *ANN, reserved=_n(700_00))),
    Kind("held wins set free", "held_sum", _set("wallets", *ANN, held_wins=_n(0))),
    Kind("the release of a held win deleted", "held_sum", _lose("sandbox#release#big-1")),
    Kind("the held account", "held_account", _set("wallets", *ANN, held=_n(0))),
    Kind(
        "an open hold that nobody looks for",
        "held_mark",
        lambda b: b.item("wallets", *ANN).pop("held_since"),
    ),
    Kind("a hold's item deleted", "hold_missing", _lose("winupgo#hold#open-1")),
    Kind("a hold's amount", "hold_mismatch", _set("ledger", "winupgo#hold#open-1", amount=_n(1))),
    Kind("the end of a hold deleted", "end_missing", _lose("winupgo#end#held-2")),
    Kind("an end invented for an open hold", "end_without_entry", _end_hold_alone),
    Kind("what bars a late hold deleted", "hold_missing", _lose("winupgo#hold#never-4")),
    Kind("a void marker deleted", "void_missing", _lose("sandbox#void#bet-4")),
    Kind("a refund doubled, with chain and head", "bet_refunded_twice", _double),
    Kind("a tombstone deleted", "tombstone_missing", _lose("sandbox#tx#bet-9")),
    Kind(
        "a refund deleted whose tombstone stands",
        "tombstone_without_refund",
        _lose("sandbox#tx#refund-9"),
    ),
    Kind("a round's counters", "round_counters", _round(bets=_n(9))),
    Kind(
        "a finished round opened again",
        "round_counters",
        lambda b: b.item("rounds", "sandbox#EUR#ann", "r1").pop("finished"),
    ),
    Kind(
        "a round deleted",
        "round_missing",
        lambda b: b.items("rounds").pop(("sandbox#EUR#ann", "r1")),
    ),
    Kind("what is counted against limits", "limit_counts", _count_less),
    Kind("a limit raised", "limits_not_audited", _raise_limit),
    Kind(
        "a wallet unblocked",
        "block_mismatch",
        _set("wallets", "dan", "EUR", blocked={"BOOL": False}),
    ),
    Kind("a player unblocked in every table", "block_not_audited", _unblock),
    Kind(
        "an exclusion lifted in the wallet",
        "exclusion_mismatch",
        lambda b: b.item("wallets", "eve", "EUR").pop("limits"),
    ),
    Kind("an exclusion lifted in every table", "exclusion_not_audited", _lift_exclusion),
    Kind(
        "a session given to another player",
        "session_mismatch",
        lambda b: [i.update(player_id=_s("eve")) for i in b.items("sessions").values()],
    ),
    Kind(
        "a session given to another integration",
        "session_missing",
        lambda b: [i.update(integration=_s("invo")) for i in b.items("sessions").values()],
    ),
    Kind("a session deleted", "session_missing", lambda b: b.items("sessions").clear()),
    Kind("a player deleted", "player_missing", lambda b: b.items("players").pop(("bob",))),
    Kind(
        "a purchase deleted, of which a part was taken back",
        "reversal_without_purchase",
        _lose("invo#tx#purchase/ord"),
    ),
    Kind("an item that nobody can read", "unreadable_item", lambda b: b.entry(BET).pop("seq")),
)

#: What hangs together: only the archive knows better.
ARCHIVED: Final = (
    Kind("a truncated tail, with the head rolled back", "archived_missing", _truncate),
    Kind(
        "a consistently rewritten chain",
        "archived_otherwise",
        _rechained(
            "sandbox#tx#bet-bob", BOB, amount_minor=1, postings=(("integration", 1), ("player", -1))
        ),
    ),
    Kind(
        "the last entry rewritten, with the head",
        "archived_otherwise",
        _rechained(LAST, BOB, trace_id="other"),
    ),
    Kind("a win invented at the end, with the head", "not_archived", _win_at_the_end),
    Kind("a refusal deleted", "archived_missing", _lose(POOR)),
    Kind("a refusal invented", "not_archived", _copy(POOR, "poorer")),
    Kind(
        "a refusal rewritten",
        "archived_otherwise",
        lambda b: b.change(POOR, at="2020-01-01T00:00:00.000Z"),
    ),
    Kind(
        "a refund of an unknown bet deleted, with its tombstone",
        "archived_missing",
        _lose("sandbox#tx#refund-9", "sandbox#tx#bet-9"),
    ),
    Kind("a wallet deleted, with all its entries and its player", "archived_missing", _forget_bob),
)
