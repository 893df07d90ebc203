"""What the use cases need from the outside world: each Protocol is met by an adapter and a fake."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from casino.domain.model import (
    Entry,
    Integration,
    Player,
    Round,
    Session,
    SessionStatus,
    Tombstone,
    Transaction,
    VoidMarker,
    Wallet,
)
from casino.domain.wallet import RoundChange, Snapshot


class Clock(Protocol):
    """Time, so that nothing else asks the machine for it."""

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back; the time that the function was frozen counts."""

    def sleep(self, seconds: float) -> None:
        """Wait: used between the tries of a contended commit only."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One atomic write: the entry if its id is free, and what hangs on it.

    `wallet` is the wallet as it was read: its version is the condition, and the entry holds its
    new balance, sequence number and head. `None` records a refusal, which changes no wallet.
    """

    entry: Entry
    wallet: Wallet | None = None
    round_change: RoundChange | None = None
    void: VoidMarker | None = None
    tombstone: Tombstone | None = None


class Ledger(Protocol):
    """The append-only ledger together with the wallet heads and rounds that move with it."""

    def load(self, request: Transaction) -> Snapshot:
        """Read all that deciding `request` needs, consistently, in one round trip.

        Raises `UnavailableError` when it cannot be read.
        """

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Write `commit` atomically; return `None` when it is done.

        Returns the snapshot to decide again from when somebody was faster. Raises `BusyError` and
        `UnavailableError` for a write that was certainly not made, and `OutcomeUnknownError` for
        one that may have been made: then load again, the entry tells.
        """


class History(Protocol):
    """Reading the ledger for people: operators, auditors, the verifier."""

    def find(self, integration: str, transaction_id: str) -> Entry | Tombstone | None:
        """Return what stands under a transaction's id."""

    def void(self, integration: str, bet_transaction_id: str) -> VoidMarker | None:
        """Return the marker of a refunded bet."""

    def of_wallet(self, player_id: str, currency: str) -> Iterator[Entry]:
        """Yield every entry of a wallet, refusals too, in order of sequence number."""

    def everything(self) -> Iterator[Entry | Tombstone | VoidMarker]:
        """Yield every item of the ledger, in no order."""

    def rounds(self) -> Iterator[Round]:
        """Yield every round, in no order."""


class Accounts(Protocol):
    """Players and their wallets, as the platform manages them."""

    def player(self, player_id: str) -> Player | None:
        """Return a player, or `None`."""

    def wallet(self, player_id: str, currency: str) -> Wallet | None:
        """Return a wallet, or `None`."""

    def balance(
        self, player_id: str, currency: str, session_id: str | None
    ) -> tuple[Player | None, Wallet | None, Session | None]:
        """Read what a balance answer needs, consistently, in one round trip."""

    def wallets(self, player_id: str | None = None) -> Iterator[Wallet]:
        """Yield the wallets of one player, or every wallet."""

    def add_player(self, player: Player) -> None:
        """Create the player, unless it exists."""

    def add_wallet(self, player_id: str, currency: str) -> None:
        """Create an empty wallet, blocked as its player is, unless it exists.

        Raises `LookupError` when the player does not exist.
        """

    def set_blocked(self, player_id: str, blocked: bool) -> None:
        """Block or unblock the player: no bet decided before it returns is applied after."""

    def set_reserved(self, player_id: str, currency: str, reserved_minor: int) -> None:
        """Set what the platform holds back from play; at most the balance (`ValueError`)."""


class Sessions(Protocol):
    """Game sessions."""

    def get(self, session_id: str) -> Session | None:
        """Return a session, or `None`."""

    def add(self, session: Session) -> bool:
        """Create the session; false when its id is taken."""

    def set_status(self, session_id: str, status: SessionStatus) -> bool:
        """Change a session's status; false when it does not exist, or is closed for good."""


class Registry(Protocol):
    """The integrations, and which live `api_key` belongs to which."""

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key; its switches include those for all.

        Raises `UnavailableError` when it cannot be read.
        """

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name."""

    def put(self, integration: Integration, api_keys: tuple[str, ...] = ()) -> None:
        """Store an integration, and point `api_keys` at it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One live version of an integration's credentials; its repr shows no secret."""

    label: str
    """`current`, `pending` or `previous`."""
    api_key: str
    secret_key: str
    created_at: float = 0.0
    """When the version was made, in seconds since the epoch."""
    version_id: str = ""
    until: float = float("inf")
    """When it stops verifying, in seconds since the epoch."""

    def __repr__(self) -> str:
        return f"Secret(label={self.label!r})"


class Keyring(Protocol):
    """The live versions of each integration's secret."""

    def live(self, integration: Integration) -> tuple[Secret, ...]:
        """Return the live versions known now, the current one first.

        Raises `UnavailableError` when none can be read.
        """

    def refresh(self, integration: Integration) -> bool:
        """Read the versions again after a mismatch; false when the rate limit says no."""


class Renderer(Protocol):
    """The wire form of an answer: stored with the entry, so rendered exactly once."""

    def success(self, balance_minor: int, currency: str, transaction_id: str | None) -> str:
        """Return the body of a 200."""

    def error(
        self,
        code: str,
        trace_id: str,
        *,
        balance: tuple[int, str] | None = None,
        transaction_id: str | None = None,
        detail: str = "",
    ) -> str:
        """Return the body of the error `code`; `balance` is minor units and currency (402)."""
