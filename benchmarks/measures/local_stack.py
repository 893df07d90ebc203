"""How many bets the whole local stack takes: the deployed template on MiniStack, over HTTP.

It says how fast the local stack is, for whoever tests against it; of AWS it says nothing. Each
connection has a player of its own, so that nobody waits for anybody's wallet. Bets that the stack
does not take, since the machine is busy, are counted.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from itertools import chain
from statistics import quantiles
from typing import Any, Final

import httpx

from benchmarks.measures.stage import LedgerBrokenError, emulated_aws
from casino.dialects.registry import family
from casino.signing.pair import Pair
from ops.verbs import ledger
from sandbox.demo import Seat
from sandbox.up import Casino, open_casino, open_seat
from testing.bets import CURRENCY, Player

_FUNDS: Final = "100000.00"
#: Longer than a provider waits: the first bets start the function's environments.
_TIMEOUT_S: Final = 30.0
#: So many bets of each connection do not count.
_FIRST: Final = 5


def measure(concurrent: int, bets: int) -> dict[str, Any]:
    """Return the figures; raises `LedgerBrokenError` when the ledger is not whole after them."""
    with emulated_aws() as local, ThreadPoolExecutor(concurrent) as pool:
        casino = open_casino(local)
        names = (f"p-bench-{number}" for number in range(concurrent))
        seats = [open_seat(casino.operations, name, CURRENCY, _FUNDS) for name in names]
        with httpx.Client(timeout=_TIMEOUT_S) as client:

            def bet(count: int, seat: Seat) -> list[float | None]:
                return [_bet(client, casino, seat) for _ in range(count)]

            list(pool.map(partial(bet, _FIRST), seats))
            started = time.perf_counter()
            sent = pool.map(partial(bet, bets // concurrent), seats)
            answered = list(chain.from_iterable(sent))
            seconds = time.perf_counter() - started
        proof = ledger.verify(casino.operations, None, None, everything=True)
        if proof.exit_code:
            raise LedgerBrokenError(proof.as_text())
    return figures(concurrent, seconds, answered)


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


def _bet(client: httpx.Client, casino: Casino, seat: Seat) -> float | None:
    """Send a new bet; return how long it took, in ms, if it was taken."""
    keys = casino.credentials
    body = Player(seat.player_id, seat.session_id).bet()["body"].encode()
    headers = family("igsp").sign(body, Pair(keys.api_key, keys.secret_key), time.time())
    headers["Content-Type"] = "application/json"
    started = time.perf_counter()
    answer = client.post(casino.stack.hooks_url, content=body, headers=headers)
    taken = answer.status_code == HTTPStatus.OK
    return (time.perf_counter() - started) * 1000 if taken else None
