"""The shape of `results/latest.json`: everything that one run of the benchmark found.

The file is the one source of the README's table, the plots and the cost model. Times are in
milliseconds and sizes in bytes, unless a name says otherwise. A quick run leaves parts out, so
every figure may be missing here; what reads them decides what that means.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import msgspec

SCHEMA: Final = 1
FOLDER: Final = Path(__file__).resolve().parents[1] / "results"
LATEST: Final = FOLDER / "latest.json"

OURS: Final = "wallet"
DIGITS: Final = 4
"""Significant digits that are kept: more would claim a precision that no timing has."""


class Cold(msgspec.Struct, frozen=True):
    """A fresh environment until its first bet is answered: medians; `samples` are totals."""

    init_ms: float
    first_bet_ms: float
    total_ms: float
    samples: list[float] = []


class Warm(msgspec.Struct, frozen=True):
    """CPU time of one bet: the median of the blocks in `samples`, each the mean of its bets."""

    cpu_ms: float
    bets: int
    samples: list[float] = []


class Latency(msgspec.Struct, frozen=True):
    """How long a warm bet takes when the services answer as slowly as AWS does, see `delays`."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    bets: int


class Package(msgspec.Struct, frozen=True):
    """What one function ships, the layer included."""

    zipped: int
    unzipped: int


class RoundTrips(msgspec.Struct, frozen=True):
    """Requests to AWS that one action makes, counted at the wire."""

    bet: int | None = None
    win: int | None = None
    refund: int | None = None
    replay: int | None = None
    balance: int | None = None


class Units(msgspec.Struct, frozen=True):
    """What one action consumes: units of the tables, of their indexes, both together; of reads."""

    write: float
    read: float
    write_tables: float | None = None
    write_index: float | None = None

    @property
    def tables(self) -> float:
        """The write units without those of an index."""
        return self.write if self.write_tables is None else self.write_tables


class Capacity(msgspec.Struct, frozen=True):
    """Request units by action."""

    bet: Units | None = None
    win: Units | None = None
    refund: Units | None = None
    replay: Units | None = None
    balance: Units | None = None


class Variant(msgspec.Struct, frozen=True):
    """One way to build the same bet; `log_bytes` is what its bet writes to its log."""

    title: str
    cold: Cold | None = None
    warm: Warm | None = None
    latency: Latency | None = None
    """With delays that are spread as widely as AWS's."""
    latency_constant: Latency | None = None
    """With delays that are always what the budgets assume."""
    memory_mb: float | None = None
    package: Package | None = None
    round_trips: RoundTrips | None = None
    capacity: Capacity | None = None
    log_bytes: float | None = None


class ItemBytes(msgspec.Struct, frozen=True):
    """Sizes of the items that a bet in a round leaves behind, by DynamoDB's rules."""

    entry: int
    index: int
    round: int


class Wallet(msgspec.Struct, frozen=True):
    """What the actions of the wallet cost, counted on real tables."""

    round_trips: RoundTrips = RoundTrips()
    capacity: Capacity = Capacity()
    item_bytes: ItemBytes | None = None


class GrowthRatios(msgspec.Struct, frozen=True):
    """The large ledger's cost over the small one's."""

    cpu: float | None = None
    p50: float | None = None
    write: float | None = None
    read: float | None = None
    round_trips: float | None = None


class Ledger(msgspec.Struct, frozen=True):
    """A bet beside so many entries."""

    entries: int
    bets: int
    cpu_ms: float
    p50_ms: float
    round_trips: float
    write: float
    read: float


class Growth(msgspec.Struct, frozen=True):
    """The same bet with a small and with a large ledger."""

    small: Ledger
    large: Ledger
    ratios: GrowthRatios


class Contention(msgspec.Struct, frozen=True):
    """So many senders on one wallet at once, until every bet is decided.

    `busy` and `unclear` count the answers that ask to try again: nothing moved, or nobody knows.
    """

    concurrent: int
    bets: int
    decided: int
    conflicts: int
    busy: int
    unclear: int
    seconds: float
    bets_per_s: float


class LocalStack(msgspec.Struct, frozen=True):
    """Signed bets through the whole local stack, emulator included."""

    concurrent: int
    bets: int
    bets_per_s: float
    p50_ms: float
    p95_ms: float


class Budget(msgspec.Struct, frozen=True):
    """One budget: kept when `value` is there and not above `budget`."""

    name: str
    value: float | None
    budget: float
    ok: bool


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    python: str
    cpus: int
    architecture: str


class Results(msgspec.Struct, frozen=True):
    """Everything; `ratios` is ours over a peer's, by figure and peer: below 1 is better."""

    schema: int
    taken_at: str
    machine: Machine
    versions: dict[str, str]
    delays_ms: dict[str, float]
    variants: dict[str, Variant]
    wallet: Wallet = Wallet()
    growth: Growth | None = None
    contention: list[Contention] = []
    local_stack: LocalStack | None = None
    ratios: dict[str, dict[str, float]] = {}
    budgets: list[Budget] = []


def parse(raw: dict[str, Any]) -> Results:
    """Return the typed view of what was measured; what it does not name is left aside.

    Raises `msgspec.ValidationError` that names the figure.
    """
    return msgspec.convert(raw, Results)


def read(path: Path = LATEST) -> Results:
    """Return a run that was written.

    Raises `FileNotFoundError`, and `msgspec.ValidationError` for another shape.
    """
    return msgspec.json.decode(path.read_bytes(), type=Results)


def write(raw: dict[str, Any], path: Path = LATEST) -> None:
    """Write a run, all of it, also what the typed view does not name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(raw), indent=2) + "\n", encoding="utf-8")


def digest(path: Path = LATEST) -> str:
    """Return what tells this run from any other: the SHA-256 of its file."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def rounded(value: Any) -> Any:
    """Return `value` with every float in it cut to the significant digits that are kept."""
    match value:
        case float():
            return float(f"{value:.{DIGITS}g}")
        case dict():
            return {key: rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [rounded(each) for each in value]
        case _:
            return value
