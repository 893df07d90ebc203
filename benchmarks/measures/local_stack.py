"""How many bets the whole local stack takes: the deployed template on MiniStack, over HTTP.

It says how fast the local stack is, for whoever tests against it; of AWS it says nothing. Each
connection has a player of its own, so that nobody waits for anybody's wallet. Bets that the stack
does not take, since the machine is busy, are counted.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx

from benchmarks.functions.bets import CURRENCY, Player
from benchmarks.measures.stage import LedgerBrokenError
from casino.dialects.registry import family
from ops import ledger
from sandbox import ministack
from sandbox.demo import Seat
from sandbox.up import Casino, open_casino, open_seat

_FUNDS: Final = "100000.00"
#: Longer than a provider waits: the first bets start the function's environments.
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Plan:
    """How many connections send how many bets together, after `first` each that do not count."""

    concurrent: int
    bets: int
    first: int = 5


FULL: Final = Plan(concurrent=8, bets=800)
QUICK: Final = Plan(concurrent=8, bets=240)


def measure(plan: Plan) -> dict[str, Any]:
    """Return the figures; raises `LedgerBrokenError` when the ledger is not whole after them."""
    with tempfile.TemporaryDirectory() as folder:
        local = ministack.start(Path(folder), ministack.free_port())
        try:
            return _measured(open_casino(local), plan)
        finally:
            local.stop()


def _measured(casino: Casino, plan: Plan) -> dict[str, Any]:
    seats = [
        open_seat(casino.operations, f"p-bench-{number}", CURRENCY, _FUNDS)
        for number in range(plan.concurrent)
    ]
    with ThreadPoolExecutor(plan.concurrent) as pool:
        senders = [_Sender(casino, seat) for seat in seats]
        list(pool.map(_Sender.send, senders, [plan.first] * plan.concurrent))
        started = time.perf_counter()
        each = plan.bets // plan.concurrent
        answered = [
            one for sent in pool.map(_Sender.send, senders, [each] * len(senders)) for one in sent
        ]
        seconds = time.perf_counter() - started
    for sender in senders:
        sender.close()
    proof = ledger.verify(casino.operations, None, None, everything=True)
    if proof.exit_code:
        raise LedgerBrokenError(proof.as_text())
    return figures(plan.concurrent, seconds, answered)


def figures(concurrent: int, seconds: float, answered: list[float | None]) -> dict[str, Any]:
    """Return what so many connections together came to; of bets refused there are no times."""
    times_ms = [ms for ms in answered if ms is not None]
    percentiles = quantiles(times_ms, n=100, method="inclusive")
    return {
        "concurrent": concurrent,
        "bets": len(answered),
        "refused": len(answered) - len(times_ms),
        "bets_per_s": len(times_ms) / seconds,
        "p50_ms": percentiles[49],
        "p95_ms": percentiles[94],
    }


class _Sender:
    """A provider's connection, and the player whose bets go over it."""

    def __init__(self, casino: Casino, seat: Seat) -> None:
        self._casino = casino
        self._player = Player(seat.player_id, seat.session_id)
        self._client = httpx.Client(timeout=_TIMEOUT_S)

    def send(self, count: int) -> list[float | None]:
        """Send bets one after the other; return how long each took, in ms, if it was taken."""
        return [self._bet() for _ in range(count)]

    def close(self) -> None:
        self._client.close()

    def _bet(self) -> float | None:
        keys = self._casino.credentials
        body = self._player.bet()["body"].encode()
        headers = family("igsp").sign(body, keys.api_key, keys.secret_key, time.time())
        headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        answer = self._client.post(self._casino.stack.hooks_url, content=body, headers=headers)
        seconds = time.perf_counter() - started
        return seconds * 1000 if answer.status_code == HTTPStatus.OK else None
