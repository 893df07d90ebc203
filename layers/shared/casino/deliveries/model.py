"""The words of deliveries: what a counterpart told us, and how far it was acted on."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

type State = Literal["received", "done", "unmatched", "failed", "ignored"]
"""`received` waits for the worker, `unmatched` and `failed` for a person; `done` and `ignored` are
ends."""

STATES: Final[tuple[State, ...]] = ("received", "unmatched", "failed", "done", "ignored")

#: What names a delivery: printable ASCII, so that it can stand in a key, a log and a command.
KEY: Final = re.compile(r"[!-~]{1,256}", re.ASCII)

#: A try that fails is made again after 1, 2, 4, … minutes, an hour at most.
FIRST_PAUSE_S: Final = 60
LONGEST_PAUSE_S: Final = 3600
#: After so many tries a delivery has failed: a good day after the first.
MOST_ATTEMPTS: Final = 36

type Write = Any
"""One action of a transaction, as a store made it: a dialect passes it on and never looks inside.
`testing.fake_inbox` takes functions, and calls them when it commits."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that a counterpart told us, as it was verified; stored before it is believed.

    Times are in whole seconds since the epoch. The repr shows neither body nor headers, which name
    people.
    """

    integration: str
    dialect: str
    """The family of the integration, which says who acts on it: `invo`, `igv-seller`."""
    key: str
    """What tells it from every other delivery of the integration: see `KEY`."""
    kind: str
    """The counterpart's own word for what happened, such as `purchase.completed`."""
    body: bytes = field(repr=False)
    """Exactly what was verified: after decompression, before parsing."""
    received_at: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Those that the dialect wants to see again, by their name in lower case."""
    trace_id: str = ""
    state: State = "received"
    attempts: int = 0
    """How often the worker took it up. A commit names the try that it belongs to."""
    next_at: int = 0
    """When a worker may take it up (again)."""
    reason: str = ""
    """Why it is unmatched, failed or ignored, or what its last try met; names nobody."""
    ended_at: int = 0
    """When it became what it is; 0 while it is received."""
    told: tuple["Told", ...] = ()
    """The events that its effect made."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the body: two deliveries of one key should have the same."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """An event for the bus, stored with the state and published from the table's stream.

    `payload` is JSON without anything personal: only ids leave.
    """

    event_type: str
    payload: Mapping[str, Any]
    player_id: str = ""
    metric: str = ""
    """What the worker counts once it is committed, for an alarm; it is not stored."""


@dataclass(frozen=True, slots=True)
class Done:
    """The effect: all of it is written in one transaction with the state `done`, or none of it.

    No two `writes` may concern the same item. `claim` names what no other delivery of the
    integration may act on again, such as `order/123`; a later one with the same claim is ignored.
    """

    writes: tuple[Write, ...] = ()
    told: tuple[Told, ...] = ()
    claim: str = ""
    note: str = ""
    """What was done, for people; names nobody."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """It fits nothing that we know; a person finds out, and `ops delivery retry` tries again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """There is nothing to do, for good."""

    reason: str


type Outcome = Done | Unmatched | Ignored


def state_after(outcome: Outcome) -> State:
    """Return the state that an outcome leads to."""
    match outcome:
        case Done():
            return "done"
        case Unmatched():
            return "unmatched"
        case Ignored():
            return "ignored"


def pause_s(attempts: int) -> int:
    """Return how long the next try waits after so many, in seconds."""
    return int(min(FIRST_PAUSE_S * 2 ** min(attempts - 1, 10), LONGEST_PAUSE_S))
