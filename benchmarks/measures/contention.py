"""One hot wallet: what becomes of bets on it when ever more senders bet at the same moment.

Transactions on a wallet are serial, by design: so what is looked at is what the waiting costs, in
time, conflicts and `busy` answers. Each sender has a function of its own, as Lambda starts them.
At each level the senders bet one bet after the other, each until it is decided, as a provider does;
in a burst each sends one bet, once. A bet that nobody decided is a figure, too. After it all the
ledger is proved; without the proof there are no figures.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import chain
from statistics import quantiles
from typing import Any, Final
from uuid import uuid4

from benchmarks.functions import emulator, variants
from benchmarks.functions.emulator import Function
from benchmarks.measures.stage import Stage, emulated_aws
from sandbox.processes import poll
from testing.bets import CURRENCY, STAKE_MINOR, Event, Player

PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
#: So long a sender repeats a bet while the answer asks for that.
PATIENCE_S: Final = 30.0

_DEPOSIT: Final = "100000.00"
_DEPOSIT_MINOR: Final = 100_000_00


@dataclass(frozen=True)
class Answer:
    """What became of one bet; the time is that of the last try.

    `busy` counts the tries that were answered so, `unclear` those that ended in another error that
    asks for the same request again.
    """

    status: int
    code: str
    busy: int
    unclear: int
    latency_ms: float


def measure(
    levels: Sequence[int], bets: int, fewest_each: int, bursts: Sequence[int], repeats: int
) -> dict[str, Any]:
    """Return a row for each level as `contention`, and one for each size of bursts as `burst`.

    The senders of a level send so many `bets` together; a burst of each size comes `repeats` times.
    Raises `LedgerBrokenError` when money is not exact after all.
    """
    with emulated_aws() as local, ExitStack() as stack:
        stage, wallet = Stage.build(local), variants.wallet()
        player_id = str(uuid4())
        player = Player(player_id, stage.world.player(player_id, CURRENCY, _DEPOSIT))
        start = partial(emulator.running, wallet.folders, stage.variables())
        functions = [stack.enter_context(start()) for _ in range(max(*levels, *bursts))]
        crowd = _Crowd(player, functions)
        found: dict[str, Any] = {"contention": [], "burst": []}
        for count in levels:
            seconds, answers = crowd.bet(count, max(fewest_each, bets // count))
            level = counts(count, answers, crowd.conflicts())
            rate = level["decided"] / seconds
            found["contention"].append({**level, "seconds": seconds, "bets_per_s": rate})
        for count in bursts:
            sent = (crowd.bet(count, 1, 0.0)[1] for _ in range(repeats))
            answers = [*chain.from_iterable(sent)]
            burst = counts(count, answers, crowd.conflicts())
            cuts = quantiles((answer.latency_ms for answer in answers), n=100, method="inclusive")
            found["burst"].append({**burst, "p50_ms": cuts[49], "p95_ms": cuts[94]})
        stage.prove(player_id, balances(_DEPOSIT_MINOR, STAKE_MINOR, crowd.answers))
    return found


class _Crowd:
    """Everybody who bets on the hot wallet, each with a function, and what became of the bets."""

    def __init__(self, player: Player, functions: Sequence[Function]) -> None:
        self._player, self._functions = player, functions
        # The first bet of a function connects, and learns who it is that bets.
        self.answers = [send(function.invoke, player.bet()) for function in functions]
        self._told = 0
        self.conflicts()

    def bet(
        self, senders: int, each: int, patience_s: float = PATIENCE_S
    ) -> tuple[float, list[Answer]]:
        """Let so many loose at once, with so many bets each; return the seconds and the answers."""
        jobs = [[self._player.bet() for _ in range(each)] for _ in range(senders)]

        def work(function: Function, bets: Sequence[Event]) -> list[Answer]:
            return [send(function.invoke, bet, patience_s) for bet in bets]

        with ThreadPoolExecutor(senders) as pool:
            started = time.perf_counter()
            answers = [*chain.from_iterable(pool.map(work, self._functions, jobs))]
            seconds = time.perf_counter() - started
        self.answers += answers
        return seconds, answers

    def conflicts(self) -> int:
        """Return how many commits somebody else overtook since the last time: the logs say so."""
        found: list[int] = []

        def complete() -> bool:
            records = (json.loads(line) for each in self._functions for line in each.logged())
            found[:] = [each["Conflicts"] for each in records if each.get("message") == "request"]
            return len(found) == sum(each.invoked for each in self._functions)

        if not poll(complete, PATIENCE_S):
            raise self._functions[0].failure("requests are missing in the logs")
        before, self._told = self._told, sum(found)
        return self._told - before


def send(
    invoke: Callable[[Event], dict[str, Any]], event: Event, patience_s: float = PATIENCE_S
) -> Answer:
    """Send one event until it is decided, with a jittered pause; without patience, once.

    Who gives up returns the last answer, with a status of 500 or more.
    """
    give_up_at = time.monotonic() + patience_s
    busy = unclear = 0
    while True:
        started = time.perf_counter()
        response = invoke(event)
        latency_ms = (time.perf_counter() - started) * 1000
        status, code = response["statusCode"], json.loads(response["body"]).get("error", "ok")
        retryable = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        busy += retryable and code == "busy"
        unclear += retryable and code != "busy"
        if not retryable or time.monotonic() >= give_up_at:
            return Answer(status, code, busy, unclear, latency_ms)
        ceiling_s = min(LONGEST_PAUSE_S, PAUSE_S * 2 ** (busy + unclear - 1))
        time.sleep(ceiling_s * random.random())  # noqa: S311 - spreads the tries, no secret


def counts(concurrent: int, answers: Sequence[Answer], conflicts: int) -> dict[str, Any]:
    """Return how many bets there were and how many were decided, with what happened on the way.

    `busy` and `unclear` count the answers that ask to try again, see `Answer`, and `conflicts` the
    commits that somebody else overtook; `undecided` holds the last answer of each bet that was not
    taken in the end, by its code.
    """
    undecided = [answer.code for answer in answers if answer.code != "ok"]
    return {
        "concurrent": concurrent,
        "bets": len(answers),
        "decided": len(answers) - len(undecided),
        "undecided": {code: undecided.count(code) for code in sorted(set(undecided))},
        "conflicts": conflicts,
        "busy": sum(answer.busy for answer in answers),
        "unclear": sum(answer.unclear for answer in answers),
    }


def balances(deposit_minor: int, stake_minor: int, answers: Sequence[Answer]) -> range:
    """Return the balances that the answers allow, in minor units.

    A bet answered `busy` or refused moved nothing; of one that ended in another error nobody knows.
    """
    decided = sum(answer.code == "ok" for answer in answers)
    failed = [answer for answer in answers if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR]
    unclear = sum(answer.code != "busy" for answer in failed)
    most = deposit_minor - decided * stake_minor
    return range(most - unclear * stake_minor, most + 1, stake_minor)
