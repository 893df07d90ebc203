"""The words of a rebuild: what a restore tore, how it is mended, and what nobody here can know."""

from dataclasses import dataclass
from typing import Final, Literal

from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Player, Round, Tombstone, VoidMarker, Wallet
from casino.wallet.release import Release

type Mark = VoidMarker | Tombstone | Hold | Barred | Ending | Release

type TornCode = Literal[
    # a wallet's item
    "head_behind",  # entries stand beyond it
    "head_ahead",  # it counts entries that are lost
    "head_differs",  # it stands at its last entry and says something else
    "head_missing",
    # a wallet's entries
    "entries_missing",  # numbers are missing before the last one
    "entries_unclear",  # a number twice, or a chain that does not hold: `ledger verify` says more
    # a round's item
    "round_missing",
    "round_differs",
    "round_ahead",  # it counts entries that are lost
    # the items beside an entry
    "mark_missing",
    "mark_without_entry",
    # other tables
    "promised_entry_missing",
    "unreadable_item",
]

#: What the provider (or the cashier) knows and the ledger has lost: to be asked for.
LOST: Final[frozenset[TornCode]] = frozenset(
    {"head_ahead", "entries_missing", "round_ahead", "mark_without_entry", "promised_entry_missing"}
)


@dataclass(frozen=True, slots=True)
class HeadChange:
    """The wallet as it was read, `None` where none was, and as its entries make it."""

    stored: Wallet | None
    derived: Wallet


@dataclass(frozen=True, slots=True)
class RoundChange:
    """The same for a round; `since` is the time of its first bet, empty where it has none."""

    stored: Round | None
    derived: Round
    since: str


@dataclass(frozen=True, slots=True)
class MarkAdded:
    """An item beside an entry that the entry shows to be missing."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class MarkRemoved:
    """An item whose entry is lost: the other half of a write that this copy does not have."""

    mark: Mark


type Mending = HeadChange | RoundChange | MarkAdded | MarkRemoved


@dataclass(frozen=True, slots=True)
class Torn:
    """One thing that does not fit: `name` is a transaction or a round, empty for a wallet.

    `mending` is `None` where entries are lost: nothing can be derived from what is not there.
    """

    code: TornCode
    wallet: str
    name: str
    detail: str
    mending: Mending | None = None

    @property
    def asks(self) -> bool:
        """Whether something is lost that the provider or the cashier has to be asked for."""
        return self.code in LOST


@dataclass(frozen=True, slots=True)
class Promise:
    """An item of another table that says that an entry was written with it."""

    player_id: str
    currency: str
    integration: str
    transaction_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What other tables say: players, open reservations by wallet, and what promises entries.

    `limits` holds by wallet what people left of its limits, where the audit says it; days begin in
    `zone` where a wallet has lost its own.
    """

    players: dict[str, Player]
    reserved_minor: dict[tuple[str, str], int]
    promises: tuple[Promise, ...]
    limits: dict[tuple[str, str], tuple[tuple[str, int], ...]]
    zone: str = "UTC"
