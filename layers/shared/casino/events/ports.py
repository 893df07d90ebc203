"""What the use cases of events need from outside."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from casino.audit.model import AuditRecord
from casino.events.checkpoint import Signed
from casino.events.model import Event
from casino.events.record import Image, Kept, Record, Source

type WalletName = tuple[str, str]
"""A player and a currency."""


class Untaken(NamedTuple):
    """What the bus did not take: what may be told again, and what it will never take."""

    later: list[Event]
    never: list[Event]


class Bus(Protocol):
    """Where events are told."""

    def put(self, events: Sequence[Event]) -> Untaken:
        """Tell all of them, each at least once, and return those that were not taken."""


class Archive(Protocol):
    """What was told, for good: objects that nobody changes."""

    def put(self, source: Source, day: str, kept: Sequence[Kept]) -> None:
        """Keep what happened on a day; the same lines in any order are the same object.

        Raises `UnavailableError`: then it may be kept, and can be put again.
        """

    def of_day(self, source: Source, day: str) -> Iterator[Kept]:
        """Yield what is kept of a day, some of it repeatedly; raises `UnavailableError`."""

    def of_object(self, key: str) -> list[Kept]:
        """Return what an object keeps.

        Raises `LookupError`, `TypeError` or `ValueError` for what nobody wrote so, and
        `UnavailableError`.
        """

    def objects(self, source: Source, day: str = "") -> list[str]:
        """Return the keys of the objects of a day, or of all days; raises `UnavailableError`."""


class Checkpoints(Protocol):
    """What was signed of the archive, one for each day."""

    def put(self, signed: Signed) -> bool:
        """Keep a checkpoint; false when its day has one. Raises `UnavailableError`."""

    def days(self) -> list[str]:
        """Return the days that have a checkpoint, in order."""

    def of_day(self, day: str) -> Signed:
        """Return a day's checkpoint; raises `ValueError` where there is none that can be read."""


class Signer(Protocol):
    """Who signs."""

    def sign(self, text: str) -> bytes:
        """Return the signature of a text; raises `UnavailableError`."""


class Items(Protocol):
    """The ledger as it is stored."""

    def between(self, since: str, until: str) -> Iterator[Image]:
        """Yield the items of an ISO 8601 time and later, before another, in no order.

        All of the ledger is read for it, consistently.
        """

    def counted(self, since: str, until: str) -> Iterator[Image]:
        """Yield the same items with their keys, times and numbers alone: no amount is read."""

    def of_wallet(self, player_id: str, currency: str) -> Iterator[Image]:
        """Yield the items that are attributed to a wallet, by sequence number."""


class Failed(NamedTuple):
    """A batch that a stream gave up; times are in seconds since the epoch."""

    receipt: str
    stream: str
    shard: str
    first: str
    last: str
    since: float
    until: float


class FailedBatches(Protocol):
    """The queue of what a stream gave up."""

    def take(self) -> list[Failed]:
        """Return some that nobody else gets meanwhile; none when the queue is empty."""

    def done(self, failed: Failed) -> None:
        """Take a batch off the queue."""


class Streams(Protocol):
    """The streams themselves, which keep what they tell for a day."""

    def records(self, failed: Failed) -> list[Any] | None:
        """Return a batch as Lambda handed it over; `None` when the stream has forgotten it."""


class Intents(Protocol):
    """The audit of what people ask for."""

    def append(self, record: AuditRecord) -> None:
        """Write a record."""


class Published(NamedTuple):
    """What became of records: `untaken` are those whose events the bus did not take now, `lost`
    counts the items that no event can be made of and the events that the bus never takes."""

    untaken: list[Record]
    lost: int


class Publishes(Protocol):
    """The use case of publishing, as others use it."""

    def publish(self, records: Sequence[Record]) -> Published:
        """Keep and tell, each at least once."""


class Observer(Protocol):
    """Who is told of what goes wrong."""

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        """Log what happened."""

    def crash(self, error: BaseException, **fields: object) -> None:
        """Log where an unexpected error came from."""

    def count(self, metric: str, value: float = 1, **metadata: object) -> None:
        """Write one metric."""
