"""The daily proof: whatever breaks a run off, each wallet that moved is proven or named."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from casino.base.times import epoch, iso_utc
from casino.events.daily import SETTLED_S
from casino.events.ports import WalletName
from casino.events.progress import Progress
from casino.events.proving import Proving
from casino.events.record import LEDGER
from casino.events.store.archive import S3Archive
from casino.events.store.progress import DynamoDbProgress
from casino.wiring.proof import faults_of
from tests.functional.tampering.casino import Books, tampered
from tests.functional.tampering.kinds import BOB
from tests.functional.tampering.vault import DAY_S, Vault, a_vault

#: Those that moved, as the archive names them, in order.
MOVED: Final = ["EUR#ann", "EUR#dan", "EUR#eve", "JPY#bob"]
SYNC: Final = "sync"


@dataclass
class Run:
    """A day after everything was played; `wallets` is for how many a run has time."""

    vault: Vault
    most: int = 100
    wallets: float = float("inf")
    proved: list[str] = field(default_factory=list)
    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    meanwhile: Callable[[str], object] = lambda name: None
    invoked_function_arn: str = "arn"
    _began: int = 0

    def __post_init__(self) -> None:
        self.clock = self.vault.unsigned().clock
        self.clock.advance(DAY_S)
        keys = [{"AttributeName": n, "KeyType": k} for n, k in (("id", "HASH"), ("entry", "RANGE"))]
        types = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "entry")]
        client = self.vault.scene.world.client
        client.create_table(TableName=SYNC, KeySchema=keys, AttributeDefinitions=types)
        self.store = DynamoDbProgress(client, SYNC)
        self.archive = S3Archive(self.vault.s3, "archive")
        self.day = iso_utc(self.clock.now() - SETTLED_S - DAY_S)[:10]

    def prove(self, wallet: WalletName) -> list[tuple[str, str | None]]:
        name = "#".join(reversed(wallet))
        self.proved.append(name)
        self.meanwhile(name)
        return faults_of(self.vault.scene.admin.verifier, wallet)

    def __call__(self) -> dict[str, object]:
        self._began = len(self.proved)
        proving = Proving(self.archive, self.store, self.prove, self.clock, self, self.most)
        return proving.handle({}, self)

    def get_remaining_time_in_millis(self) -> int:
        return 900_000 if len(self.proved) - self._began < self.wallets else 120_000

    def event(self, name: str, *, error: bool = False, **fields: Any) -> None:
        self.lines += [(name, fields)] if error else []

    def crash(self, error: BaseException, **fields: object) -> None:
        raise error

    def count(self, metric: str, value: float = 1, **metadata: object) -> None:
        self.metrics[metric] = value


@pytest.fixture(scope="module")
def vault() -> Vault:
    return a_vault()


def test_the_wallets_that_moved_are_proven_once(vault: Vault) -> None:
    run = Run(vault)
    done = {"day": run.day, "done": True, "wallets": 4, "faulty": 0}
    assert (run(), run()) == (done, done)
    assert (run.proved, run.lines) == (MOVED, [])
    assert run.metrics == {"ProofAgeSeconds": pytest.approx(SETTLED_S, abs=DAY_S)}


def spoil(books: Books) -> None:
    books.item("wallets", *BOB)["balance"] = {"N": "999999"}


def test_a_tampered_wallet_is_named_in_the_log_and_the_metric(vault: Vault) -> None:
    run = Run(vault.copy(tampered(vault.scene, spoil)))
    assert run()["faulty"] == 1
    ((line, told),) = run.lines
    assert (line, told["wallet"], told["codes"]) == ("wallet faulty", "JPY#bob", ["head_balance"])
    assert run.metrics["LedgerFaults"] == 1


def test_a_wallet_that_is_gone_is_named(vault: Vault) -> None:
    gone = tampered(vault.scene, lambda books: books.items("wallets").pop(BOB))
    run = Run(vault.copy(gone))
    assert run()["faulty"] == 1
    assert run.lines[0][1]["codes"] == ["wallet_missing"]


@pytest.mark.parametrize(("most", "wallets"), [(1, 100), (3, 1), (4, 3), (100, 2)])
def test_o23_a_run_goes_on_where_the_last_one_ran_out_of_time(
    vault: Vault, most: int, wallets: int
) -> None:
    run = Run(vault, most, wallets)
    runs = 1
    while not run()["done"]:
        runs += 1
    assert run.proved == MOVED
    assert runs <= len(MOVED) // wallets + 1
    assert run.store.load().wallets == 4


def test_a_run_that_dies_repeats_its_wallet_and_no_other(vault: Vault) -> None:
    run = Run(vault)

    def die(name: str) -> None:
        run.meanwhile = lambda name: None
        raise KeyboardInterrupt if name == MOVED[1] else AssertionError

    run.meanwhile = lambda name: die(name) if name == MOVED[1] else None
    with pytest.raises(KeyboardInterrupt):
        run()
    assert run()["wallets"] == 4
    assert run.proved == [MOVED[0], MOVED[1], *MOVED[1:]]


def test_o23_a_wallet_that_no_run_can_prove_is_named_and_left_behind(vault: Vault) -> None:
    run = Run(vault)

    def die(name: str) -> None:
        if name == MOVED[1]:
            raise MemoryError

    run.meanwhile = die
    for _ in range(3):
        with pytest.raises(MemoryError):
            run()
    assert run() == {"day": run.day, "done": True, "wallets": 3, "faulty": 1}
    assert run.lines == [
        ("wallet faulty", {"wallet": MOVED[1], "codes": ["not_proven"], "transactions": []})
    ]
    assert run.metrics["LedgerFaults"] == 1


def test_of_two_runs_at_once_one_goes_on(vault: Vault) -> None:
    run = Run(vault)

    def overtake(name: str) -> None:
        run.meanwhile = lambda name: None
        assert run()["wallets"] == 4

    run.meanwhile = overtake
    assert run() == {"day": run.day, "done": True, "wallets": 4, "faulty": 0}
    assert run.proved == [MOVED[0], *MOVED]


def test_what_is_archived_late_is_proven_with_its_day(vault: Vault) -> None:
    run = Run(vault.copy())
    run()
    again = run.archive.of_object(run.archive.objects(LEDGER, run.day)[0])[:1]
    run.archive.put(LEDGER, run.day, again)
    assert (run()["day"], len(run.proved)) == (run.day, 8)
    run()
    assert len(run.proved) == 8


def test_days_without_a_run_are_made_up_for(vault: Vault) -> None:
    run = Run(vault)
    first = iso_utc(epoch(f"{run.day}T00:00:00Z") - 2 * DAY_S)[:10]
    assert run.store.save(Progress(first)) is not None
    run.clock.advance(DAY_S)
    run.wallets = 0
    run()
    assert run.metrics["ProofAgeSeconds"] > 2 * DAY_S  # nothing is proven: the alarm rings
    run.wallets = 100
    last = iso_utc(epoch(f"{run.day}T00:00:00Z") + DAY_S)[:10]
    assert run() == {"day": last, "done": True, "wallets": 0, "faulty": 0}
    assert run.proved == MOVED


def test_an_object_that_nobody_can_read_is_named_and_hides_no_other(vault: Vault) -> None:
    run = Run(vault.copy(), most=1)
    key = f"ledger/date={run.day}/{'0' * 40}.jsonl.gz"
    run.vault.objects[key] = b"no archive"
    assert run()["wallets"] == 4
    assert run.lines == [("archive faulty", {"object": key, "codes": ["archive_object"]})]


def test_the_progress_is_kept_under_its_version_alone(vault: Vault) -> None:
    store = Run(vault).store
    first = store.save(Progress("2026-01-01"))
    assert first == store.load() == Progress("2026-01-01", version=1)
    assert store.save(Progress("2025-01-01")) is None
    assert store.load() == first
