"""Finds what a restore tore, and mends what the entries tell.

A point-in-time restore takes each table by itself: a write to several items may be there in part.
What entries say is true; wallets, rounds and the items beside entries follow from them. What is
lost cannot be derived: it is listed, to be asked of the provider or the cashier.

It is meant for tables that nobody plays on. On others it harms nothing: wallets and rounds are read
before what they are derived from, and each write is conditional on what was read; what traffic
overtakes is left for the next run. The whole ledger stands in memory meanwhile, without the bodies:
about a gigabyte for a million entries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from casino.audit.model import EVERYONE, AuditRecord, Who, of_player
from casino.base.clock import Clock
from casino.wallet.chain import entry_hash
from casino.wallet.dialect import Words
from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Entry, Round, Tombstone, VoidMarker, Wallet, wallet_key
from casino.wallet.ports import History, LedgerItem, Unreadable
from casino.wallet.proof.links import RoundKey
from casino.wallet.rebuild.heads import Basis, torn_head
from casino.wallet.rebuild.marks import Marks, maker_of, name_of
from casino.wallet.rebuild.model import Beside, MarkRemoved, Torn
from casino.wallet.rebuild.ports import Mender
from casino.wallet.rebuild.rounds import Stakes, stakes_of, torn_rounds
from casino.wallet.release import Release

type _Key = tuple[str, str]


@dataclass(slots=True)
class _Found:
    """What was read."""

    marks: Marks
    heads: dict[_Key, Wallet] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    entries: dict[_Key, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, record: LedgerItem | Round | Wallet | Unreadable) -> None:
        match record:
            case Wallet():
                self.heads[record.player_id, record.currency] = record
            case Round():
                self.rounds.append(record)
            case Unreadable():
                self.unreadable.append(record)
            case Entry():
                self._add_entry(record)
            case VoidMarker() | Tombstone() | Hold() | Barred() | Ending() | Release():
                self.marks.stored[name_of(record)] = record

    def _add_entry(self, entry: Entry) -> None:
        key = (entry.player_id, entry.currency)
        if entry_hash(entry) != entry.hash:
            self.unreadable.append(
                Unreadable(entry.transaction_id, wallet_key(*key), "its fields were changed")
            )
        self.marks.see(entry)
        # Of what is wide only the terms of a grant are needed again.
        extra = entry.extra if entry.kind == "bonus_grant" else None
        self.entries[key].append(replace(entry, body="", extra=extra, fingerprint=""))


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The use case; `beside` reads other tables' items, `words` are those of an integration."""

    history: History
    mender: Mender
    beside: Callable[[], Beside]
    words: Callable[[str], Words]
    clock: Clock

    def find(self) -> list[Torn]:
        """Return what is torn now; [] where everything fits."""
        found = _Found(Marks(self.words))
        for read in (self.history.heads, self.history.rounds):
            for record in read():
                found.add(record)
        # After the wallets: else funds reserved meanwhile would look as if nobody reserved them.
        beside = self.beside()
        for item in self.history.everything():
            found.add(item)
        return list(self._torn(found, beside))

    def mend(self, torn: Iterable[Torn], who: Who) -> list[Torn]:
        """Write what is to be mended, each with its audit record; return what was not written.

        Not written is what lacks a mending, and what moved since it was read: another run finds it.
        """
        who = who.explained()
        return [each for each in torn if not self._mended(each, who)]

    def _mended(self, torn: Torn, who: Who) -> bool:
        if torn.mending is None or (
            isinstance(torn.mending, MarkRemoved)
            # Both are one write: an entry that is there now was written since.
            and self.history.find(*maker_of(torn.mending.mark)) is not None
        ):
            return False
        return self.mender.mend(torn.mending, self._record(torn, who))

    def _record(self, torn: Torn, who: Who) -> AuditRecord:
        _, _, player_id = torn.wallet.partition("#")
        subject = of_player(player_id) if player_id else EVERYONE
        detail = f"{torn.code} {torn.wallet} {torn.name}: {torn.detail}"
        return who.record(subject, "rebuild", self.clock.now(), detail=detail)

    def _torn(self, found: _Found, beside: Beside) -> Iterator[Torn]:
        for item in found.unreadable:
            yield Torn("unreadable_item", item.wallet, item.what, item.detail)
        closed, bases = {item.wallet for item in found.unreadable}, _bases(found.marks)
        for key in sorted(found.heads.keys() | found.entries.keys()):
            if wallet_key(*key) not in closed:
                yield from self._torn_head(key, found, bases, beside)
        entries = [entry for each in found.entries.values() for entry in each]
        stakes: dict[RoundKey, Stakes] = {}
        for each in found.entries.values():
            stakes |= stakes_of([entry for entry in each if entry.record == "applied"])
        rounds = torn_rounds(found.rounds, entries, stakes)
        yield from (each for each in rounds if each.wallet not in closed)
        yield from found.marks.torn()
        for promise in beside.promises:
            if (promise.integration, promise.transaction_id) not in found.marks.made:
                wallet = wallet_key(promise.player_id, promise.currency)
                yield Torn("promised_entry_missing", wallet, promise.transaction_id, promise.what)

    def _torn_head(
        self, key: _Key, found: _Found, bases: Mapping[_Key, Basis], beside: Beside
    ) -> Iterator[Torn]:
        applied = [entry for entry in found.entries.get(key, ()) if entry.record == "applied"]
        player, reserved = beside.players.get(key[0]), beside.reserved_minor.get(key, 0)
        basis = replace(
            bases.get(key, Basis()),
            reserved_minor=reserved,
            player=player,
            limits=beside.limits.get(key),
            zone=beside.zone,
        )
        yield from torn_head(found.heads.get(key), applied, basis)


def _bases(marks: Marks) -> dict[_Key, Basis]:
    """Return what the marks say of wallets: what was released, and which versions holds know."""
    bases: dict[_Key, Basis] = defaultdict(Basis)
    for mark in marks.stored.values():
        if isinstance(mark, Release) and marks.has_maker(mark):
            key = (mark.player_id, mark.currency)
            released = bases[key].released_minor + mark.amount_minor
            bases[key] = replace(bases[key], released_minor=released)
        elif isinstance(mark, Hold):
            key = (mark.wallet.player_id, mark.wallet.currency)
            version = max(bases[key].version, mark.wallet.version)
            bases[key] = replace(bases[key], version=version)
    return bases
