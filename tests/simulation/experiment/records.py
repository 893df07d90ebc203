"""The items of the log: each says what was decided, and how the wallet and a round stand since."""

from dataclasses import dataclass, replace
from typing import Final

from casino.aws.attributes import Item, binary, flag, number, text
from casino.wallet.decision import RoundChange
from casino.wallet.model import Entry, Round, Tombstone, Transaction, VoidMarker, Wallet, wallet_key
from casino.wallet.ports import Commit
from casino.wallet.store.items import (
    entry_item,
    read_ledger_item,
    read_wallet,
    tombstone_item,
    wallet_item,
)

#: Attributes of a wallet that an applied entry says as well.
_OF_ENTRY: Final = ("balance", "seq", "head")
_OF_KEY: Final = ("player_id", "currency", "version")


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a wallet's log; its place is the wallet's version.

    `wallet` and `round` are as the record leaves them. `known` is a version up to which the views
    held everything before the record was put. A record without an entry is a change by the casino.
    """

    wallet: Wallet
    known: int
    entry: Entry | None = None
    round: Round | None = None
    void: VoidMarker | None = None
    tombstone: Tombstone | None = None

    @property
    def at(self) -> int:
        """Return the record's place in the log of its wallet."""
        return self.wallet.version

    def under(self, integration: str, transaction_id: str | None) -> Entry | Tombstone | None:
        """Return what the record says of a transaction's id."""
        named, barred = self.entry, self.tombstone
        if named and (named.integration, named.transaction_id) == (integration, transaction_id):
            return named
        if barred and (barred.integration, barred.bet_transaction_id) == (
            integration,
            transaction_id,
        ):
            return barred
        return None

    def void_of(self, integration: str, bet_id: str | None) -> VoidMarker | None:
        """Return the marker of a bet, if the record refunds it."""
        mark = self.void
        own = mark is not None and (mark.integration, mark.bet_transaction_id) == (
            integration,
            bet_id,
        )
        return mark if own else None

    def is_of_round(self, integration: str, round_id: str | None) -> bool:
        """Tell whether the record says how a round stands."""
        found = self.round
        return found is not None and (found.integration, found.round_id) == (integration, round_id)


def record_of(commit: Commit, before: Wallet, round_: Round | None, known: int) -> Record:
    """Return the record that makes a commit; `before` and `round_` are what it was decided from."""
    entry, change = commit.entry, commit.round_change
    if commit.wallet is None:
        after = replace(before, version=before.version + 1)
        return Record(after, known, entry, tombstone=commit.tombstone)
    after = replace(
        before,
        balance_minor=entry.balance_after_minor,
        reserved_minor=before.reserved_minor + entry.held_win_minor,
        held_wins_minor=before.held_wins_minor + entry.held_win_minor,
        seq=entry.seq,
        version=before.version + 1,
        head_hash=entry.hash,
        play=commit.play or before.play,
    )
    changed = None if change is None else _changed(entry, change, round_)
    return Record(after, known, entry, changed, commit.void, commit.tombstone)


def _changed(owner: Transaction | Entry, change: RoundChange, before: Round | None) -> Round:
    if before is None:
        before = Round(owner.integration, owner.player_id, owner.currency, change.round_id)
    return replace(
        before,
        bets=before.bets + change.bets,
        refunds=before.refunds + change.refunds,
        paid_wins=before.paid_wins + change.paid_wins,
        finished=before.finished or change.finish,
        version=before.version + 1,
    )


def log_key(player_id: str, currency: str, version: int) -> Item:
    """Return the key of a record; as text, places have an order, too."""
    return {"id": text(wallet_key(player_id, currency)), "at": text(f"{version:012}")}


def place_of(item: Item) -> int:
    """Return the place of a record's item."""
    return int(item["at"]["S"])


def record_item(record: Record) -> Item:
    """Store a record: what its entry says of the wallet is not said twice."""
    wallet, entry = record.wallet, record.entry
    item = log_key(wallet.player_id, wallet.currency, wallet.version)
    item["known"] = number(record.known)
    said = (*_OF_KEY, *_OF_ENTRY) if entry and entry.record == "applied" else _OF_KEY
    head = whole_wallet_item(wallet)
    item["head"] = {"M": {name: value for name, value in head.items() if name not in said}}
    if entry is not None:
        told = entry_item(entry)
        told.pop("wallet", None)
        item["entry"] = {"M": told}
    if record.round is not None:
        item["round"] = {"M": counts_item(record.round)}
    if record.void is not None:
        item["voids"] = flag(True)
    if record.tombstone is not None:
        item["tombstone"] = {"M": tombstone_item(record.tombstone)}
    return item


def read_record(item: Item) -> Record:
    """Read a record."""
    owner, version = item["id"], place_of(item)
    currency, player_id = owner["S"].split("#", 1)
    key = {"player_id": text(player_id), "currency": text(currency), "version": number(version)}
    entry = round_ = void = barred = None
    if "entry" in item:
        told = item["entry"]["M"]
        found = read_ledger_item(told if "claimed" in told else told | {"wallet": owner})
        assert isinstance(found, Entry)
        entry = found
        if entry.record == "applied":
            key |= {
                "balance": number(entry.balance_after_minor),
                "seq": number(entry.seq),
                "head": binary(entry.hash),
            }
        if "round" in item:
            round_ = _read_round(entry, item["round"]["M"])
        if "voids" in item:
            own, bet_id = entry.transaction_id, entry.bet_transaction_id or ""
            void = VoidMarker(entry.integration, bet_id, own, entry.at)
    if "tombstone" in item:
        left = read_ledger_item(item["tombstone"]["M"])
        barred = left if isinstance(left, Tombstone) else None
    wallet = read_wallet(key | item["head"]["M"])
    return Record(wallet, int(item["known"]["N"]), entry, round_, void, barred)


def whole_wallet_item(wallet: Wallet) -> Item:
    """Store a wallet with its held wins."""
    item = wallet_item(wallet)
    if wallet.held_wins_minor:
        item["held_wins"] = number(wallet.held_wins_minor)
    return item


def counts_item(found: Round) -> Item:
    """Store what a round counts."""
    item = {
        "bets": number(found.bets),
        "refunds": number(found.refunds),
        "paid_wins": number(found.paid_wins),
        "version": number(found.version),
    }
    return item | ({"finished": flag(True)} if found.finished else {})


def _read_round(entry: Entry, counts: Item) -> Round:
    return Round(
        entry.integration,
        entry.player_id,
        entry.currency,
        entry.round_id or "",
        bets=int(counts["bets"]["N"]),
        refunds=int(counts["refunds"]["N"]),
        paid_wins=int(counts["paid_wins"]["N"]),
        finished="finished" in counts,
        version=int(counts["version"]["N"]),
    )
