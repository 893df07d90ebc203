"""What was read of a ledger, in the order in which it is judged."""

from collections import defaultdict
from dataclasses import dataclass, field

from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Entry, Round, Tombstone, VoidMarker, Wallet
from casino.wallet.ports import LedgerItem, Unreadable, WalletPlace
from casino.wallet.proof.holds import HoldItems
from casino.wallet.release import Release


@dataclass(slots=True)
class Collection:
    """Everything, one wallet, or what belongs to none; wallets by player and currency."""

    heads: dict[WalletPlace, Wallet] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    entries: dict[WalletPlace, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    tombstones: list[Tombstone] = field(default_factory=list)
    voids: list[VoidMarker] = field(default_factory=list)
    holds: HoldItems = field(default_factory=HoldItems)
    releases: list[Release] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, record: LedgerItem | Round | Wallet | Unreadable) -> None:
        """Keep what was read."""
        match record:
            case Wallet():
                self.heads[record.player_id, record.currency] = record
            case Round():
                self.rounds.append(record)
            case Entry():
                self.entries[record.player_id, record.currency].append(record)
            case Release():
                self.releases.append(record)
            case Unreadable():
                self.unreadable.append(record)
            case Tombstone():
                self.tombstones.append(record)
            case VoidMarker():
                self.voids.append(record)
            case Hold() | Barred() | Ending():
                self.holds.add(record)
