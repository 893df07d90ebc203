"""One hot wallet: what becomes of bets on it when ever more senders bet at the same moment.

Transactions on a wallet are serial, by design: so what is looked at is what the waiting costs, in
time, conflicts and `busy` answers. Each sender is an execution environment of its own, as Lambda
would have them. At each level the senders bet one bet after the other, each until it is decided, as
a provider does; in a burst each sends one bet, once. A bet that nobody decided is a figure, too.
After it all the ledger is proved; without the proof there are no figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from statistics import quantiles
from typing import Any, Final
from uuid import uuid4

from benchmarks.functions.bets import CURRENCY, STAKE_MINOR, Player
from benchmarks.functions.environments import PATIENCE_S, Answer, environments, send_together
from benchmarks.measures.stage import Stage, emulated_aws

type Sent = tuple[float, list[Answer]]

_DEPOSIT: Final = "100000.00"
_DEPOSIT_MINOR: Final = 100_000_00


@dataclass(frozen=True)
class Plan:
    """How many senders at once, level by level, and how many bets they send together.

    `bursts` says of how many senders each burst is, and `repeats` how often it comes.
    """

    levels: tuple[int, ...]
    bets: int
    fewest_each: int
    bursts: tuple[int, ...]
    repeats: int


FULL: Final = Plan((1, 2, 4, 8, 16, 32, 64), bets=256, fewest_each=4, bursts=(40, 64), repeats=5)
QUICK: Final = Plan((1, 8, 16), bets=48, fewest_each=3, bursts=(16,), repeats=2)


def measure(plan: Plan) -> dict[str, Any]:
    """Return a row for each level as `contention`, and one for each size of bursts as `burst`.

    Raises `LedgerBrokenError` when money is not exact after all.
    """
    with emulated_aws() as local:
        stage = Stage.build(local)
        player_id = str(uuid4())
        player = Player(player_id, stage.world.player(player_id, CURRENCY, _DEPOSIT))
        given: list[Answer] = []
        variables = [stage.variables()] * max(plan.levels + plan.bursts)
        with environments("BetFunction", variables) as senders:

            def bet(who: slice, each: int = 1, patience_s: float = PATIENCE_S) -> Sent:
                jobs = [[player.bet() for _ in range(each)] for _ in senders[who]]
                seconds, answers = send_together(senders[who], jobs, patience_s)
                given.extend(answers)
                return seconds, answers

            for at in range(len(senders)):
                bet(slice(at, at + 1))  # connects, and learns who it is that bets
            levels = [
                level(count, *bet(slice(count), max(plan.fewest_each, plan.bets // count)))
                for count in plan.levels
            ]
            bursts = [
                burst(count, [bet(slice(count), patience_s=0.0)[1] for _ in range(plan.repeats)])
                for count in plan.bursts
            ]
        stage.prove(player_id, balances(_DEPOSIT_MINOR, STAKE_MINOR, given))
    return {"contention": levels, "burst": bursts}


def level(concurrent: int, seconds: float, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the figures of one level, see `_counts`, and how fast the bets were decided."""
    counts = _counts(concurrent, answers)
    return {**counts, "seconds": seconds, "bets_per_s": counts["decided"] / seconds}


def burst(concurrent: int, repeats: Sequence[Sequence[Answer]]) -> dict[str, Any]:
    """Return the figures of bursts of one size, see `_counts`, with the times of all answers."""
    answers = [answer for answers in repeats for answer in answers]
    percentiles = quantiles((answer.latency_ms for answer in answers), n=100, method="inclusive")
    counts = _counts(concurrent, answers)
    return {**counts, "p50_ms": percentiles[49], "p95_ms": percentiles[94]}


def _counts(concurrent: int, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return how many bets there were and how many were decided, with what happened on the way.

    `busy` and `unclear` count the answers that ask to try again, see `environments.Answer`;
    `undecided` holds the last answer of each bet that was not taken in the end, by its code.
    """
    undecided = [answer.code for answer in answers if answer.code != "ok"]
    return {
        "concurrent": concurrent,
        "bets": len(answers),
        "decided": len(answers) - len(undecided),
        "undecided": {code: undecided.count(code) for code in sorted(set(undecided))},
        "conflicts": sum(answer.conflicts for answer in answers),
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
