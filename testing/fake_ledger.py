"""The ledger's ports in memory, as strict as DynamoDB: the contract tests run against both.

A commit checks all its items before it writes one, evaluates every condition, and hands back the
items on which conditions failed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from casino.accounts.model import Identity
from casino.audit.model import AnsweredError, AuditRecord, Once, OnceRecord, of_player
from casino.base.errors import BusyError, UnavailableError
from casino.wallet.decision import RoundChange, Snapshot
from casino.wallet.hold import Barred, Ending, Hold, Holding
from casino.wallet.model import (
    Entry,
    Player,
    Round,
    Session,
    Tombstone,
    Transaction,
    VoidMarker,
    Wallet,
)
from casino.wallet.ports import Commit, EntryPlace, LedgerItem, Unreadable, WalletPlace
from casino.wallet.purchase import Order
from casino.wallet.release import Release


@dataclass
class FakeTables:
    """What the tables hold."""

    records: dict[tuple[str, str], Entry | Tombstone] = field(default_factory=dict)
    voids: dict[tuple[str, str], VoidMarker] = field(default_factory=dict)
    releases: dict[tuple[str, str], Release] = field(default_factory=dict)
    heads: dict[tuple[str, str], Wallet] = field(default_factory=dict)
    rounds: dict[tuple[str, str, str, str], Round] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)
    stored_sessions: dict[str, Session] = field(default_factory=dict)
    openings: dict[tuple[str, str], Hold | Barred] = field(default_factory=dict)
    endings: dict[tuple[str, str], Ending] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    identities: dict[tuple[str, str], Identity] = field(default_factory=dict)
    audit: list[AuditRecord] = field(default_factory=list)
    answers: dict[str, Once] = field(default_factory=dict)

    def tell(self, record: AuditRecord) -> None:
        """Keep a record, and what its request is answered; call it before the change."""
        if isinstance(record, OnceRecord) and record.once is not None:
            if record.once.key in self.answers:
                raise AnsweredError
            self.answers[record.once.key] = record.once
        self.audit.append(record)


class FakeLedger:
    """`Ledger` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        tables, bet_id = self._tables, request.bet_transaction_id
        if request.kind != "refund" and None not in (request.session_id, request.round_id):
            bet_id = None
        known = seen or Snapshot()
        round_id = known.round_of(request)
        return Snapshot(
            entry=tables.records.get((request.integration, request.transaction_id)),
            wallet=tables.heads.get((request.player_id, request.currency)),
            session=tables.stored_sessions.get(request.session_id or ""),
            round=tables.rounds.get(_round_key(request, round_id or "")),
            bet=tables.records.get((request.integration, bet_id)) if bet_id else known.bet,
            void=tables.voids.get((request.integration, bet_id)) if bet_id else None,
        )

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        if _names_an_item_twice(commit):
            raise UnavailableError
        overtaken = self._overtaken(commit, snapshot)
        if overtaken is not snapshot:
            return overtaken
        self._write(commit)
        return None

    def _overtaken(self, commit: Commit, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot itself when every condition holds."""
        tables, entry = self._tables, commit.entry
        taken = tables.records.get((entry.integration, entry.transaction_id))
        if taken is not None:
            snapshot = replace(snapshot, entry=taken)
        if commit.wallet is not None:
            head = tables.heads.get((entry.player_id, entry.currency))
            if head is None:
                raise BusyError
            if head.version != commit.wallet.version:
                snapshot = replace(snapshot, wallet=head)
        if commit.round_change is not None:
            round_ = tables.rounds.get(_round_key(entry, commit.round_change.round_id))
            if not _round_stands(round_, commit.round_change):
                if round_ is None:
                    raise BusyError
                snapshot = replace(snapshot, round=round_)
        return self._overtaken_markers(commit, snapshot)

    def _overtaken_markers(self, commit: Commit, snapshot: Snapshot) -> Snapshot:
        tables, entry = self._tables, commit.entry
        if commit.void is not None:
            key = (commit.void.integration, commit.void.bet_transaction_id)
            if key in tables.voids:
                snapshot = replace(snapshot, void=tables.voids[key])
            bet = tables.records.get(key)
            if bet is None:
                raise BusyError
            if not isinstance(bet, Entry) or bet.record != "applied":
                snapshot = replace(snapshot, bet=bet)
        if commit.checks_bet:
            bet = tables.records.get((entry.integration, entry.bet_transaction_id or ""))
            if isinstance(bet, Entry) and bet.kind == "bet" and bet.record == "applied":
                own = (bet.player_id, bet.currency) == (entry.player_id, entry.currency)
                if own and bet.round_id != entry.round_id:
                    snapshot = replace(snapshot, bet=bet)
        if commit.tombstone is not None:
            key = (commit.tombstone.integration, commit.tombstone.bet_transaction_id)
            if key in tables.records:
                snapshot = replace(snapshot, bet=tables.records[key])
        return snapshot

    def _write(self, commit: Commit) -> None:
        tables, entry = self._tables, commit.entry
        tables.records[entry.integration, entry.transaction_id] = entry
        if commit.wallet is not None:
            key = (entry.player_id, entry.currency)
            head = tables.heads[key]
            tables.heads[key] = replace(
                head,
                reserved_minor=head.reserved_minor + entry.held_win_minor,
                held_wins_minor=head.held_wins_minor + entry.held_win_minor,
                balance_minor=entry.balance_after_minor,
                seq=entry.seq,
                head_hash=entry.hash,
                version=commit.wallet.version + 1,
                play=commit.play or head.play,
                bonus=commit.bonus or head.bonus,
            )
        if commit.round_change is not None:
            self._change_round(entry, commit.round_change)
        if commit.void is not None:
            void = commit.void
            tables.voids[void.integration, void.bet_transaction_id] = void
        if commit.tombstone is not None:
            stone = commit.tombstone
            tables.records[stone.integration, stone.bet_transaction_id] = stone

    def _change_round(self, entry: Entry, change: RoundChange) -> None:
        key = _round_key(entry, change.round_id)
        unplayed = Round(entry.integration, entry.player_id, entry.currency, change.round_id)
        round_ = self._tables.rounds.get(key, unplayed)
        if change.staked_minor is not None:
            grants = Counter(dict(round_.grants))
            for number, minor in [change.grant] if change.grant is not None else []:
                grants[number] += minor
            staked_minor = (round_.staked_minor or 0) + change.staked_minor
            told = tuple(sorted(grants.items()))
            round_ = replace(round_, staked_minor=staked_minor, grants=told)
        self._tables.rounds[key] = replace(
            round_,
            bets=round_.bets + change.bets,
            refunds=round_.refunds + change.refunds,
            paid_wins=round_.paid_wins + change.paid_wins,
            finished=round_.finished or change.finish,
            version=round_.version + 1,
        )


class FakeHistory:
    """`History` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def find(self, integration: str, transaction_id: str) -> Entry | Tombstone | None:
        return self._tables.records.get((integration, transaction_id))

    def find_all(self, ids: Iterable[tuple[str, str]]) -> list[Entry | Tombstone]:
        return [found for each in dict.fromkeys(ids) if (found := self.find(*each))]

    def void(self, integration: str, bet_transaction_id: str) -> VoidMarker | None:
        return self._tables.voids.get((integration, bet_transaction_id))

    def release(self, integration: str, transaction_id: str) -> Release | None:
        return self._tables.releases.get((integration, transaction_id))

    def of_wallet(self, player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        entries = [
            record
            for record in self._tables.records.values()
            if isinstance(record, Entry)
            and record.attributed
            and (record.player_id, record.currency) == (player_id, currency)
            and record.seq >= since
        ]
        return iter(sorted(entries, key=lambda e: (e.seq, e.record == "refused", e.at)))

    def latest(
        self, player_id: str, currency: str, most: int, place: EntryPlace
    ) -> tuple[list[Entry], EntryPlace | None]:
        places = {EntryPlace.of(entry): entry for entry in self.of_wallet(player_id, currency)}
        named = bool(place.transaction_id)
        after = [p for p in places if (p < place if named else p.seq <= place.seq)]
        after.sort(reverse=True)
        following = after[most - 1] if len(after) > most else None
        return [places[each] for each in after[:most]], following

    def holding(
        self, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[Holding], WalletPlace | None]]:
        """Each wallet is a page of its own."""
        places = sorted(place for place in self._tables.heads if after is None or place > after)
        for index, place in enumerate(places):
            head = self._tables.heads[place]
            found = Holding(*place, head.held_since, head.held_seq)
            following = place if index + 1 < len(places) else None
            yield [found] if head.held_since else [], following

    def hold(self, integration: str, bet_id: str) -> Hold | Barred | None:
        return self._tables.openings.get((integration, bet_id))

    def ending(self, integration: str, bet_id: str) -> Ending | None:
        return self._tables.endings.get((integration, bet_id))

    def everything(self) -> Iterator[LedgerItem | Unreadable]:
        yield from self._tables.records.values()
        yield from self._tables.voids.values()
        yield from self._tables.openings.values()
        yield from self._tables.endings.values()
        yield from self._tables.releases.values()

    def rounds(self) -> Iterator[Round | Unreadable]:
        return iter(self._tables.rounds.values())

    def rounds_of(
        self, player_id: str, currency: str, integrations: Iterable[str]
    ) -> Iterator[Round | Unreadable]:
        wanted = [(name, player_id, currency) for name in integrations]
        return (found for key, found in self._tables.rounds.items() if key[:3] in wanted)

    def head(self, player_id: str, currency: str) -> Wallet | Unreadable | None:
        return self._tables.heads.get((player_id, currency))

    def heads(self) -> Iterator[Wallet | Unreadable]:
        return iter(self._tables.heads.values())

    def sessions(self, ids: Iterable[str]) -> Iterator[Session | Unreadable]:
        return (found for each in ids if (found := self._tables.stored_sessions.get(each)))

    def player(self, player_id: str) -> Player | Unreadable | None:
        return self._tables.players.get(player_id)

    def changes(self, player_id: str) -> list[AuditRecord | Unreadable]:
        return [each for each in self._tables.audit if each.subject == of_player(player_id)]


def _round_key(owner: Transaction | Entry, round_id: str) -> tuple[str, str, str, str]:
    return owner.integration, owner.player_id, owner.currency, round_id


def _names_an_item_twice(commit: Commit) -> bool:
    """DynamoDB refuses such a transaction as a whole."""
    own = (commit.entry.integration, commit.entry.transaction_id)
    others = [
        (marker.integration, marker.bet_transaction_id)
        for marker in (commit.void, commit.tombstone)
        if marker is not None
    ]
    return own in others or len(others) != len(set(others))


def _round_stands(round_: Round | None, change: RoundChange) -> bool:
    """Tell whether the round is still as the decision needs it."""
    if change.expected_version is None:
        unpaid = round_ is None or round_.paid_wins == 0
        return unpaid or not (change.unpaid or round_ is None or round_.finished)
    return (round_.version if round_ is not None else 0) == change.expected_version
