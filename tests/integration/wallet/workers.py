"""Many processes that send transactions to one ledger at the same moment.

As a program, the module reads the work from standard input and writes the answers to standard
output, both as JSON. It imports once and forks: 64 processes then start in seconds, each with a
client of its own, and nothing of pytest is copied into them.
"""

import json
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing.synchronize import Barrier
from time import time
from typing import Any, Final

from urllib3 import BaseHTTPResponse

from casino.aws.lean.clients import dynamodb_client
from casino.aws.lean.protocol import Send
from casino.aws.lean.signature import SignedRequest
from casino.aws.tables import Tables
from casino.base.errors import RetryableError
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.dialects.winupgo.endpoint import Opening, WinupgoEndpoint
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.hooks import HookTelemetry
from casino.sessions.store.sessions import DynamoDbSessions
from casino.signing.pair import CURRENT, Pair
from casino.wallet.hold import HOLD_KINDS, HoldRequest
from casino.wallet.model import Transaction
from casino.wallet.queries import TokenExchange
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wallet.store.tokens import DynamoDbTokens
from casino.wiring.hooks import wallet_service
from casino.wiring.winupgo import hold_service
from testing.credentials import FakeKeyring
from testing.template import PROJECT
from testing.world import SANDBOX
from tests.functional.faults.wire import WRITE, body_of, cancelled, operation_of
from tests.functional.winupgo import partner as winupgo
from tests.integration.wallet.crowd import FLEXSOFT, WINUPGO
from tests.integration.wallet.machine import SharedClock

START_TIMEOUT_S: Final = 60.0
SESSION_S: Final = 3600

type Request = Transaction | TokenExchange | dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """What one send of a transaction came to."""

    status: int
    code: str
    body: str = ""
    replay: bool = False
    conflicts: int = 0
    rule: str = ""


@dataclass(frozen=True)
class Work:
    """One list of requests for each process; `conflict_chance` is that of each commit.

    A request is a transaction, an exchange of a token, or an event of API Gateway for WinUpGo.

    Where they go in step, no process sends its next transaction before all have come so far. `pace`
    is that of the clock of their deadlines.
    """

    tables: Tables
    jobs: Sequence[Sequence[Request]]
    conflict_chance: float = 0.0
    seed: int = 0
    in_step: bool = False
    pace: float = 1.0


def run(work: Work, environment: Mapping[str, str]) -> list[list[Answered]]:
    """Do the work in processes that have `environment` and nothing else of AWS."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.wallet.workers"],
        cwd=PROJECT,
        env={**clean, **environment},
        input=json.dumps(asdict(work)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [[Answered(**answer) for answer in job] for job in json.loads(done.stdout)]


class Wallets:
    """The wallet's use cases as each dialect has them, over one client."""

    def __init__(self, client: Any, tables: Tables, pace: float = 1.0) -> None:
        self._tokens = DynamoDbTokens(client, tables)
        self._by_integration = {
            SANDBOX.name: wallet_service(client, tables, Igsp()),
            FLEXSOFT: wallet_service(client, tables, Flexsoft()),
            WINUPGO: hold_service(client, tables, Winupgo()),
        }
        clock = SharedClock(pace)
        for service in self._by_integration.values():
            service._clock = clock
        accounts, sessions = DynamoDbAccounts(client, tables), DynamoDbSessions(client, tables)
        opening = Opening(DynamoDbHoldLedger(client, tables), accounts, sessions.add, SESSION_S)
        self._winupgo = WinupgoEndpoint(
            dialect=Winupgo(),
            registry=CachedRegistry(DynamoDbRegistry(client, tables), clock),
            keyring=FakeKeyring(Pair(winupgo.KEY_ID, winupgo.SECRET_KEY, CURRENT)),
            wallet=self._by_integration[WINUPGO],
            clock=clock,
            observer=HookTelemetry("crowd"),
            opening=opening,
        )

    def send(self, request: Request) -> Answered:
        """Send a transaction or an event, or exchange a token, once."""
        if isinstance(request, dict):
            reply = self._winupgo.handle(request, None)
            replay = "Idempotent-Replayed" in reply["headers"]
            return Answered(reply["statusCode"], "", reply["body"], replay)
        try:
            if isinstance(request, TokenExchange):
                query = self._tokens.exchange(request, time())
                return Answered(200, "ok", f"{query.session_id} of {query.player_id}")
            answer = self._by_integration[request.integration].transact(request, SANDBOX.wallet)
        except RetryableError as error:
            return Answered(503, error.code, conflicts=error.conflicts)
        told = (answer.status, answer.code, answer.body, answer.replay, answer.conflicts)
        return Answered(*told, answer.rule)


def _parse(work: dict[str, Any]) -> Work:
    return Work(
        Tables(**work["tables"]),
        [[_request(request) for request in job] for job in work["jobs"]],
        work["conflict_chance"],
        work["seed"],
        work["in_step"],
        work["pace"],
    )


def _request(fields: dict[str, Any]) -> Request:
    if "httpMethod" in fields:
        return fields
    if "user_token" in fields:
        return TokenExchange(**fields)
    return (HoldRequest if fields["kind"] in HOLD_KINDS else Transaction)(**fields)


def _process(work: Work, number: int) -> list[Answered]:
    client = dynamodb_client()
    chance = random.Random(f"{work.seed}/{number}")
    carry: Send = client.calls.send

    def conflicting(request: SignedRequest) -> BaseHTTPResponse:
        if operation_of(request) != WRITE or chance.random() >= work.conflict_chance:
            return carry(request)
        return cancelled(request, chance.randrange(len(body_of(request)["TransactItems"])))

    client.calls.send = conflicting
    wallets = Wallets(client, work.tables, work.pace)
    # Opens the connection, so that the start is at once.
    list(DynamoDbAccounts(client, work.tables).wallets("nobody"))
    assert _barrier is not None
    _barrier.wait(START_TIMEOUT_S)
    answers = []
    for request in work.jobs[number]:
        answers.append(wallets.send(request))
        if work.in_step:
            _barrier.wait(START_TIMEOUT_S)
    return answers


_barrier: Barrier | None = None


def _join(barrier: Barrier) -> None:
    # A barrier can be handed to a process only as it starts.
    global _barrier
    _barrier = barrier
    # What an endpoint logs is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def main() -> None:
    """Read the work, do it, write the answers."""
    work = _parse(json.load(sys.stdin))
    fork = multiprocessing.get_context("fork")
    count = len(work.jobs)
    with ProcessPoolExecutor(count, fork, _join, (fork.Barrier(count),)) as pool:
        # The barrier holds every process until each of them has one job.
        results = list(pool.map(_process, [work] * count, range(count)))
    json.dump([[asdict(answer) for answer in job] for job in results], sys.stdout)


if __name__ == "__main__":
    main()
