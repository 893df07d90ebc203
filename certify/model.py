"""What a scenario is made of, what a step asks for, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal

Severity = Literal["must", "should", "informs"]
#: `lost`: no answer came.
Kind = Literal["ok", "refused", "failed", "lost"]
Verdict = Literal["passed", "failed", "observed", "skipped"]
#: Minor units; a part of one only where a protocol can tell it and a platform does.
type Minor = int | Decimal

#: Decimals of currencies that have not two.
_DECIMALS: Final = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}


def decimals(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    return _DECIMALS.get(currency, 2)


def number(minor: Minor, places: int) -> str:
    """Write minor units as a JSON number of the main unit: 250, 2 → 2.50."""
    main = Decimal(minor).scaleb(-places)
    return f"{main:.{places}f}" if minor == int(minor) else f"{main:f}"


@dataclass(frozen=True)
class Seat:
    """A test player who sits in a session; what is special about the player is its trait."""

    player_id: str
    currency: str
    session_id: str
    trait: str = "normal"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> int:
        return decimals(self.currency)


@dataclass(frozen=True)
class Amount:
    """A fixed amount, or a part of the balance: `all`, `all/2`, `all+0.01`. In minor units."""

    fixed: int = 0
    of_balance: bool = False
    divisor: int = 1

    def minor(self, balance: Minor) -> int:
        return (int(balance) // self.divisor if self.of_balance else 0) + self.fixed


@dataclass(frozen=True)
class Expect:
    """What the answer of a step must be."""

    kinds: frozenset[str] = frozenset()
    """Empty: any answer; the step tells what was seen."""
    effect: int = 0
    """1 credits the amount, -1 debits it, 0 moves nothing; a refusal never moves anything."""
    credit: int | None = None
    """Moves this much instead of the step's amount; minor units."""
    statuses: frozenset[int] = frozenset()
    code: str = ""
    holds: str = ""
    """A field that the answer's body must have."""
    like: Literal["", "alike", "same"] = ""
    one: bool = False
    """Of copies sent at once exactly one applies, and all get its outcome."""
    start: bool = False
    """By now the player has what there was before the scenario."""
    rival: bool = False
    """Of the rivals that are sent at once at most one is accepted."""
    bare: bool = False
    """The form of the answer is not judged: something in front of the platform may give it."""
    unique: bool = False
    """The platform's reference is none that it gave before."""
    ladder: bool = False
    """Each answer tells the balance right after its own transaction."""


@dataclass(frozen=True)
class Step:
    """One request, or several of a kind at once, and what must come back."""

    text: str
    verb: str
    name: str
    expect: Expect
    amount: Amount | None = None
    amount_of: str = ""
    """The amount is that of another transaction."""
    count: int = 1
    different: bool = False
    """Several requests are several transactions, not copies of one."""
    joined: bool = False
    """It is sent at the same moment as the step before it."""
    seat: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    tweaks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One thing that a wallet is tried for."""

    id: str
    title: str
    proves: str
    text: str
    """Which text demands it."""
    severity: Severity
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    remedy: str
    seats: tuple[str, ...] = ("normal",)
    behaviours: Mapping[str, str] = field(default_factory=dict)
    """Kinds of the answers that were only seen, in order → what the platform does."""
    needs: tuple[str, ...] = ()
    """Settings without which it is skipped."""


@dataclass(frozen=True)
class Raw:
    """JSON text that is sent as it is."""

    text: str


@dataclass(frozen=True)
class Request:
    """What goes over the line."""

    path: str
    headers: tuple[tuple[str, str | bytes], ...]
    body: bytes
    method: str = "POST"
    cut: Literal["", "answer", "body"] = ""
    """Hang up before the answer, or in the middle of the body."""


@dataclass(frozen=True)
class Reply:
    """What came back over the line; status 0: nothing."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    ms: float = 0.0
    why: str = ""
    """Why nothing came back."""


@dataclass(frozen=True)
class Answer:
    """A reply as a dialect reads it."""

    kind: Kind
    status: int
    body: bytes
    balance: Minor | None = None
    reference: str = ""
    code: str = ""
    faults: tuple[str, ...] = ()
    """What is wrong with its form."""
    json: Any = None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, as the report tells it."""

    at: str
    step: str
    trace_id: str
    path: str
    status: int
    ms: float
    sent: str
    answered: str
    their_trace_id: str = ""


@dataclass
class Result:
    """What came of a scenario."""

    scenario: Scenario
    verdict: Verdict
    faults: list[str] = field(default_factory=list)
    observed: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    seconds: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)


def now() -> str:
    """Return the moment in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
