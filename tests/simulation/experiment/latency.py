"""How long a bet takes on each store, beside the backend of `make bench` with its delays.

    python -m tests.simulation.experiment.latency [BETS]

Each store decides its bets in turn with the others, from the wallet's use case down to the wire. A
delay is drawn for each call by its operation, from the same numbers for every store.
"""

import base64
import json
import multiprocessing
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Any, Final
from uuid import uuid4

from benchmarks.aws import canned
from benchmarks.aws.delays import MEDIANS_MS, Delays, delays_s
from benchmarks.aws.server import Headers, serving
from casino.aws.attributes import Item, text
from casino.aws.dynamodb import DynamoDbClient, batch_get
from casino.aws.lean.clients import lean_calls
from casino.aws.lean.protocol import DYNAMODB, DynamoDb, with_bytes
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import WalletTerms
from casino.wallet.chain import genesis_hash
from casino.wallet.model import Transaction, Wallet
from casino.wallet.ports import Ledger
from casino.wallet.service import WalletService
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.ledger import DynamoDbLedger
from testing.bets import CURRENCY, INTEGRATION, PLAYER, STAKE_MINOR
from tests.simulation.experiment.records import Record, place_of, record_item
from tests.simulation.experiment.store import TAIL, LogLedger, tail_of

TABLES: Final = Tables("ledger", "wallets", "players", "sessions", "rounds", "registry")
WARM_UP: Final = 50


class AtOnce(LogLedger):
    """A log whose two reads are under way at once: not safe, see the ADR."""

    def __init__(self, client: DynamoDbClient, other: DynamoDbClient, *, claims: bool) -> None:
        super().__init__(client, TABLES, claims=claims)
        self._other = other
        self._pool = ThreadPoolExecutor(1)

    def _read(
        self, owner: str, keys: dict[str, list[Item]]
    ) -> tuple[list[Record], dict[str, list[Item]]]:
        views = self._pool.submit(batch_get, self._other, keys)
        return tail_of(self._client, self._tables, owner), views.result()


def bet() -> Transaction:
    """Return a new bet in a new round, with ids as long as a provider's may be."""
    return Transaction(
        integration=INTEGRATION,
        transaction_id=str(uuid4()),
        kind="bet",
        type="bet",
        player_id=PLAYER.player_id,
        currency=CURRENCY,
        amount_minor=STAKE_MINOR,
        game_id=PLAYER.game_id,
        session_id=PLAYER.session_id,
        round_id=str(uuid4()),
        trace_id=str(uuid4()),
    )


class _Canned:
    """A client in this process, of canned answers; it keeps what is put."""

    def __init__(self) -> None:
        self.put: list[Item] = []

    def batch_get_item(self, **request: Any) -> Mapping[str, Any]:
        answer = json.dumps(canned.answer("BatchGetItem", request))
        return dict(json.loads(answer, object_hook=with_bytes))

    def query(self, **request: Any) -> Mapping[str, Any]:
        wallet = Wallet(PLAYER.player_id, CURRENCY, 10**9, 0, 41_234, 41_250, _HASH, blocked=False)
        return {"Items": [record_item(Record(wallet, known=41_250))]}

    def put_item(self, **request: Any) -> Mapping[str, Any]:
        self.put.append(request["Item"])
        return {}


_HASH: Final = genesis_hash(PLAYER.player_id, CURRENCY)


def tail() -> list[Item]:
    """Return the end of a log as a bet finds it: the views hold all but the last two records."""
    client: Any = _Canned()
    service_of(LogLedger(client, TABLES)).transact(bet(), WalletTerms())
    last = client.put[-1]
    assert place_of(last) == 41_251
    places = [{"at": text(f"{41_251 - each:012}")} for each in range(TAIL)]
    return [last | place | {"known": {"N": "41249"}} for place in places]


def service_of(ledger: Ledger) -> WalletService:
    """Return the wallet's use cases over a ledger."""
    accounts = DynamoDbAccounts(ledger._client, TABLES)  # type: ignore[attr-defined]
    return WalletService(ledger, accounts, SystemClock(), Igsp())


def _serve(said: Connection, items: list[Item], kind: Delays) -> None:
    lock, delays = threading.Lock(), {name: delays_s(name, kind) for name in MEDIANS_MS}
    wire = json.loads(json.dumps(items, default=_base64))

    def answer(headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        operation = headers["x-amz-target"].rsplit(".", 1)[-1]
        with lock:
            delay_s = next(delays[operation])
        asked = json.loads(body)
        found = {"Items": wire} if operation == "Query" else canned.answer(operation, asked)
        content = json.dumps(found).encode()
        time.sleep(delay_s)
        return 200, {"x-amz-crc32": str(zlib.crc32(content))}, content

    with serving(answer) as url:
        said.send(url)
        said.recv()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@contextmanager
def backend(kind: Delays) -> Iterator[str]:
    """Start the backend in a process of its own; give its URL."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(there, tail(), kind), daemon=True
    )
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()


def client_of(url: str) -> DynamoDb:
    """Return the client that ships, connected to the backend."""
    environment = {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": url,
    }
    calls = lean_calls(DYNAMODB, environment)
    assert calls is not None
    return DynamoDb(calls)


def main(arguments: list[str]) -> None:
    """Measure, and print a row for each store."""
    bets = int(arguments[0]) if arguments else 500
    with backend("spread") as url:
        stores: dict[str, Ledger] = {
            "today": DynamoDbLedger(client_of(url), TABLES),
            "log, one put": LogLedger(client_of(url), TABLES, claims=False),
            "log, claim and put": LogLedger(client_of(url), TABLES),
            "log, one put, reads at once": AtOnce(client_of(url), client_of(url), claims=False),
            "log, claim and put, reads at once": AtOnce(
                client_of(url), client_of(url), claims=True
            ),
        }
        services = {name: service_of(each) for name, each in stores.items()}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in stores}
        for _ in range(bets + WARM_UP):
            for name, service in services.items():
                request = bet()
                began, cpu = time.perf_counter(), time.process_time()
                result = service.transact(request, WalletTerms())
                found[name].append((time.perf_counter() - began, time.process_time() - cpu))
                assert result.code == "ok", result
    base: list[float] = []
    for name, samples in found.items():
        cuts = quantiles((1000 * each for each, _ in samples[WARM_UP:]), n=100, method="inclusive")
        cpu_ms = 1000 * median(each for _, each in samples[WARM_UP:])
        row = [cuts[49], cuts[94], cuts[98], cpu_ms]
        base = base or row
        told = "  ".join(
            f"{each:6.2f} ({each / by:4.2f})" for each, by in zip(row, base, strict=True)
        )
        sys.stdout.write(f"{name:36} p50, p95, p99, CPU ms: {told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
