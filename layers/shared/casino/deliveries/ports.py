"""The port of the stored deliveries."""

from collections.abc import Iterator
from typing import Literal, Protocol

from casino.audit.model import AuditRecord
from casino.deliveries.model import Delivery, Outcome, State

type Committed = Literal["committed", "lost", "claimed", "overtaken"]
"""`lost`: somebody else took the delivery up or ended it. `claimed`: another delivery has acted on
the same thing. `overtaken`: something that the effect had read has changed, so it has to be asked
again. Only with `committed` was anything written."""


class Inbox(Protocol):
    """Every delivery, for as long as its retention says.

    Reads raise `UnavailableError`. Writes raise `RetryableError`; with `OutcomeUnknownError` they
    may have been made.
    """

    def put_if_absent(self, delivery: Delivery) -> Delivery | None:
        """Store a delivery; return the one that has its key already, else `None`."""

    def get(self, integration: str, key: str) -> Delivery | None:
        """Return a delivery."""

    def take(self, delivery: Delivery, now: float) -> Delivery | None:
        """Count a try of a received delivery that is due, and put the next one off.

        Returns the delivery as it is then, or `None` when it is not due, or not as it was read.
        """

    def commit(self, taken: Delivery, outcome: Outcome, now: float) -> Committed:
        """Write an outcome with its state, all or nothing, if `taken` is still the last try."""

    def put_off(self, taken: Delivery, reason: str, state: State, now: float) -> None:
        """Note what a try met: the delivery stays `received`, or has `failed`.

        Does nothing when `taken` is not the last try any more.
        """

    def of_state(self, state: State, integration: str | None = None) -> Iterator[Delivery]:
        """Yield the deliveries of a state, the oldest first, without bodies, headers and events.

        What was written a moment ago may be missing.
        """

    def change(self, delivery: Delivery, state: State, now: float, audit: AuditRecord) -> bool:
        """Give a delivery another state for a person, with the record; false when it has changed.

        `received` begins the tries anew, at once.
        """
