"""The ports of the wallet's use cases: a store and a fake meet each Protocol."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from casino.audit.model import AuditRecord
from casino.wallet.decision import BalanceFacts, RoundChange, Snapshot
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
from casino.wallet.queries import BalanceQuery, TokenExchange

if TYPE_CHECKING:  # the hot path knows neither holds nor releases
    from casino.bonus.model import Bonus
    from casino.limits.model import Play
    from casino.wallet.hold import Barred, Ending, Hold, Holding
    from casino.wallet.release import Release

type Opening = Hold | Barred
type BetEnding = Ending
type WinRelease = Release
type WithHolds = Holding
type LedgerItem = Entry | Tombstone | VoidMarker | Release | Hold | Barred | Ending


#: A name of an entry, and the entry's integration and transaction id.
type Reference = tuple[str, tuple[str, str]]

#: Player and currency of the wallet that a page ended with.
type WalletPlace = tuple[str, str]


class EntryPlace(NamedTuple):
    """Where an entry stands in its wallet's history; without a name it is all of its number."""

    seq: int
    integration: str = ""
    transaction_id: str = ""

    @staticmethod
    def of(entry: Entry) -> "EntryPlace":
        """Return the place of an entry."""
        return EntryPlace(entry.seq, entry.integration, entry.transaction_id)


@dataclass(frozen=True, slots=True)
class Commit:
    """One atomic write: the entry if its id is free, and what hangs on it.

    `wallet` is the wallet as it was read: its version is the condition, and the entry holds its
    new balance, sequence number and head. `None` records a refusal, which changes no wallet.
    With `checks_bet` the bet that the entry names must not stand in another round of the wallet.
    `play` is what is counted in the wallet from now on, `bonus` what it knows of its bonuses;
    `None` leaves them as they are.
    """

    entry: Entry
    wallet: Wallet | None = None
    round_change: RoundChange | None = None
    void: VoidMarker | None = None
    tombstone: Tombstone | None = None
    checks_bet: bool = False
    play: "Play | None" = None
    bonus: "Bonus | None" = None


class Ledger(Protocol):
    """The append-only ledger together with the wallet heads and rounds that move with it."""

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        """Read all that deciding `request` needs, consistently, in one round trip.

        `seen` is what an earlier try saw: it names what the request does not, as a refund's round.

        Raises `UnavailableError` when it cannot be read.
        """

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Write `commit` atomically; return `None` when it is done.

        Returns the snapshot to decide again from when somebody was faster. Raises `BusyError` and
        `UnavailableError` for a write that was certainly not made, and `OutcomeUnknownError` for
        one that may have been made: then load again, the entry tells.
        """


class Tokens(Protocol):
    """The one-time tokens of launched sessions."""

    def exchange(self, request: TokenExchange, now: float) -> BalanceQuery:
        """Bind the token to the session token that uses it; return whose balance to answer.

        Raises `RequestRefusedError` for a token that is unknown, over, or used by another.
        """


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that nobody wrote so: `what` says which, `wallet` is empty where none is known."""

    what: str
    wallet: str
    detail: str


class History(Protocol):
    """Reading the ledger for people: operators, auditors, the verifier.

    Whoever names an item that cannot be read gets `AdminError` with the code `unreadable_item`.
    """

    def find(self, integration: str, transaction_id: str) -> Entry | Tombstone | None:
        """Return what stands under a transaction's id."""

    def find_all(self, ids: Iterable[tuple[str, str]]) -> list[Entry | Tombstone]:
        """Return what stands under the ids of transactions (integration, id), in no order."""

    def void(self, integration: str, bet_transaction_id: str) -> VoidMarker | None:
        """Return the marker of a refunded bet."""

    def release(self, integration: str, transaction_id: str) -> WinRelease | None:
        """Return the release of a held win."""

    def hold(self, integration: str, bet_id: str) -> Opening | None:
        """Return the hold of a bet, or what bars it."""

    def ending(self, integration: str, bet_id: str) -> BetEnding | None:
        """Return what ended a hold."""

    def of_wallet(self, player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        """Yield the entries that are attributed to a wallet, in order of sequence number.

        `since` is the lowest of these numbers. What cannot be read is left out, like what is
        missing.
        """

    def latest(
        self, player_id: str, currency: str, most: int, place: EntryPlace
    ) -> tuple[list[Entry], EntryPlace | None]:
        """Return the next entries of a wallet, the newest first, and the place that they end with.

        Entries that share a number are in no order, but always in the same. They begin after
        `place`; one that names no transaction begins with its number. At most `most` are read, and
        what cannot be read is left out. `None` is the end.
        """

    def holding(
        self, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[WithHolds], WalletPlace | None]]:
        """Yield the wallets with open holds, page by page, each page with where the next begins.

        The pages begin `after` such a place; `None` is the beginning, and the end.
        """

    def everything(self) -> Iterator[LedgerItem | Unreadable]:
        """Yield every item of the ledger, in no order."""

    def rounds(self) -> Iterator[Round | Unreadable]:
        """Yield every round, in no order."""

    def rounds_of(
        self, player_id: str, currency: str, integrations: Iterable[str]
    ) -> Iterator[Round | Unreadable]:
        """Yield the rounds of a wallet with some integrations."""

    def head(self, player_id: str, currency: str) -> Wallet | Unreadable | None:
        """Return a wallet."""

    def heads(self) -> Iterator[Wallet | Unreadable]:
        """Yield every wallet, in no order."""

    def sessions(self, ids: Iterable[str]) -> Iterator[Session | Unreadable]:
        """Yield the sessions with these ids, in no order; `what` of an unreadable one is its id."""

    def player(self, player_id: str) -> Player | Unreadable | None:
        """Return a player."""

    def changes(self, player_id: str) -> Sequence[AuditRecord | Unreadable] | None:
        """Return the audit of a player, the oldest first; `None` where nobody may read it."""


class References(Protocol):
    """The index of the names of entries: our references, and trace ids.

    It follows the ledger with a delay of some seconds.
    """

    def add(self, references: Iterable[Reference]) -> None:
        """Keep names of entries; raises `RetryableError`: then all can be added again."""

    def entries(self, name: str) -> list[tuple[str, str]]:
        """Return (integration, transaction id) of the entries with a name, at most 20."""


class Accounts(Protocol):
    """Players and their wallets, as the platform manages them.

    A change is written in one transaction with its audit record, of which the store fills in `old`
    and `new`. What stands so already is left alone, and leaves no record. The record of a request
    that changes something once raises `AnsweredError` when the request was answered before.
    """

    def player(self, player_id: str) -> Player | None:
        """Return a player, or `None`."""

    def wallet(self, player_id: str, currency: str) -> Wallet | None:
        """Return a wallet, or `None`."""

    def balance(self, player_id: str, currency: str, session_id: str | None) -> BalanceFacts:
        """Read what a balance answer needs, consistently, in one round trip."""

    def wallets(self, player_id: str | None = None) -> Iterator[Wallet]:
        """Yield the wallets of one player, or every wallet."""

    def add_player(
        self, player: Player, audit: AuditRecord, currencies: Sequence[str] = ()
    ) -> bool:
        """Create the player with empty wallets, all or nothing; false when it exists."""

    def add_wallet(self, player_id: str, currency: str, audit: AuditRecord) -> None:
        """Create an empty wallet, blocked as its player is, unless it exists.

        Raises `LookupError` when the player does not exist.
        """

    def set_blocked(self, player_id: str, blocked: bool, audit: AuditRecord) -> None:
        """Block or unblock the player: no bet decided before it returns is applied after."""
