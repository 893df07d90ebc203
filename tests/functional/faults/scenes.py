"""One fault at one call of one request: what may be said then, and how it settles.

However the wire fails, an answer is either the right one or 503; the same request sent again
settles to one outcome; and the ledger then proves itself, with the balance to the cent.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from casino.wallet.model import PLATFORM, Entry, Tombstone
from casino.wallet.proof.verify import Verifier
from testing.clock import FakeClock
from testing.world import World
from tests.functional.faults.wire import NOT_SENT, Call, Fault, Plan, Wire, faults_of

RETRYABLE: Final = {"busy", "unavailable", "outcome_unknown"}
NOTHING_MOVED: Final = {"busy", "unavailable"}
#: What the longest request may take, in seconds: Lambda ends a function that takes longer.
LONGEST_S: Final = 3.0

#: Which calls a fault hits: the one with a number alone, every one from there on, or that one
#: with nothing reaching DynamoDB after it.
SPREADS: Final[dict[str, Callable[[Fault, int], Plan]]] = {
    "once": lambda fault, hit: lambda number, call: fault if number == hit else None,
    "from then on": lambda fault, hit: (
        lambda number, call: fault if number >= hit and fault.can_hit(call) else None
    ),
    "then nothing is sent": lambda fault, hit: (
        lambda number, call: fault if number == hit else NOT_SENT if number > hit else None
    ),
}


@dataclass(frozen=True)
class Sent:
    """What came back; `code` is the wallet's: `ok`, or why not."""

    status: int
    code: str
    body: str
    replayed: bool = False


@dataclass(frozen=True)
class Case:
    """One request, sendable again and again, with its only right answer, and the money then."""

    send: Callable[[], Sent]
    status: int
    code: str
    balance_minor: int
    transaction_id: str = ""
    """Empty for what the ledger does not record."""
    integration: str = ""
    held_minor: int = 0
    is_copy: bool = False
    """Whether the request was answered before."""
    in_one_write: bool = True
    """Whether one write decides it: then a single fault is settled before the answer."""


class Desk(Protocol):
    """An endpoint whose wire to DynamoDB can fail."""

    @property
    def world(self) -> World: ...
    @property
    def clock(self) -> FakeClock: ...
    @property
    def wire(self) -> Wire: ...


class Seat(Protocol):
    """A player at a desk, whose requests are arranged one after the other."""

    player_id: str

    @property
    def desk(self) -> Desk: ...
    def arrange(self, action: str) -> Case:
        """Return the request of an action, in a round of its own, ready to be sent."""


@dataclass(frozen=True)
class Scenario:
    """One fault on one call of an action."""

    hit: int
    call: Call
    fault: Fault
    lands_first: bool
    """Whether what is on its way at the first answer arrives before the request is sent again."""

    def __str__(self) -> str:
        return f"call {self.hit} ({self.call.operation}) {self.fault}, {self.lands_first=}"


def scenarios(calls: list[Call]) -> Iterator[Scenario]:
    """Yield every fault at every call."""
    for hit, call in enumerate(calls):
        for fault in faults_of(call):
            yield Scenario(hit, call, fault, lands_first=True)
            if fault.name == "lands after the answer":
                yield Scenario(hit, call, fault, lands_first=False)


def play(seat: Seat, action: str, spread: str) -> int:
    """Play every scenario of an action; return how many there were."""
    case, desk = seat.arrange(action), seat.desk
    desk.wire.watch()
    assert is_right(case.send(), case), action
    calls, played = desk.wire.calls, 0
    for scenario in scenarios(calls):
        case = seat.arrange(action)
        label = f"{action}: {scenario}"
        sent = send_faulty(desk, case, SPREADS[spread](scenario.fault, scenario.hit), label)
        if spread == "once" and case.in_one_write:
            assert is_right(sent, case), (label, sent)
            # What this very request wrote is no replay, however it learnt of it.
            assert sent.replayed == case.is_copy, label
        settle(desk, case, sent, label, lands_first=scenario.lands_first)
        assert money_of(desk, seat.player_id) == (case.balance_minor, case.held_minor), label
        played += 1
    assert_proved(desk)
    return played


def entry_of(desk: Desk, case: Case) -> Entry | Tombstone | None:
    """Return what the ledger says of a request."""
    if not case.transaction_id:
        return None
    return desk.world.history.find(case.integration, case.transaction_id)


def money_of(desk: Desk, player_id: str) -> tuple[int, int]:
    """Return balance and held stakes in EUR, in minor units."""
    wallet = desk.world.accounts.wallet(player_id, "EUR")
    assert wallet is not None
    return wallet.balance_minor, wallet.held_minor


def is_right(sent: Sent, case: Case) -> bool:
    """Tell whether an answer is the one of the case."""
    return (sent.status, sent.code) == (case.status, case.code)


def send_faulty(desk: Desk, case: Case, plan: Plan, label: str) -> Sent:
    """Send once under faults, and check that what is said is true, or leaves it open."""
    before, started = entry_of(desk, case), desk.clock.monotonic()
    desk.wire.watch(plan)
    sent = case.send()
    desk.wire.watch()
    if case.integration != PLATFORM:
        assert desk.clock.monotonic() - started <= LONGEST_S, (label, sent)
    if not is_right(sent, case):
        assert sent.status == 503, (label, sent)
        assert sent.code in RETRYABLE, (label, sent)
        assert json.loads(sent.body).get("retryable", True) is True, (label, sent)
    if sent.code in NOTHING_MOVED and case.in_one_write:
        desk.wire.deliver()
        assert entry_of(desk, case) == before, (label, sent)
    return sent


def settle(desk: Desk, case: Case, sent: Sent, label: str, *, lands_first: bool = True) -> None:
    """Send again without faults: one outcome, the same for every copy, and the one that stands."""
    if lands_first:
        desk.wire.deliver()
    settled = case.send() if sent.status == 503 else sent
    assert is_right(settled, case), (label, settled)
    desk.wire.deliver()
    copy = case.send()
    assert copy.body == settled.body, label
    entry = entry_of(desk, case)
    if entry is not None:
        assert (entry.status, entry.body) == (settled.status, settled.body), label
        assert copy.replayed, label


def assert_proved(desk: Desk) -> None:
    """Check the whole ledger."""
    assert Verifier(desk.world.history).everything().faults == ()
