"""One hot wallet: how many bets on it are decided when ever more senders bet at the same moment.

Transactions on a wallet are serial, by design: so what is looked at is what the waiting costs, in
time, conflicts and `busy` answers. Each sender is an execution environment of its own, as Lambda
would have them, and sends its own bets one after the other, each until it is decided, as a provider
does. After it all the ledger is proved; without the proof there are no figures.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from benchmarks.functions.bets import CURRENCY, STAKE_MINOR, Event, Player
from benchmarks.functions.environments import Answer, Environment, environments
from benchmarks.measures.stage import Stage
from sandbox import ministack
from tests.support.world import World

_DEPOSIT: Final = "100000.00"
_DEPOSIT_MINOR: Final = 100_000_00


class UndecidedError(Exception):
    """A bet was not taken, however often it was sent; the message holds its last answer."""


@dataclass(frozen=True)
class Plan:
    """How many senders at once, level by level, and how many bets they send together."""

    levels: tuple[int, ...]
    bets: int
    fewest_each: int


FULL: Final = Plan((1, 2, 4, 8, 16, 32, 64), bets=256, fewest_each=4)
QUICK: Final = Plan((1, 8, 16), bets=48, fewest_each=3)


def measure(plan: Plan) -> list[dict[str, Any]]:
    """Return a row for each level; raises `LedgerBrokenError` when money is not exact after all."""
    with tempfile.TemporaryDirectory() as folder:
        local = ministack.start(Path(folder), ministack.free_port())
        try:
            return _measured(Stage.build(local, "contention"), plan)
        finally:
            local.stop()


def _measured(stage: Stage, plan: Plan) -> list[dict[str, Any]]:
    seat = _Seat(stage.world)
    rows: list[dict[str, Any]] = []
    with environments("BetFunction", [stage.variables()] * max(plan.levels)) as senders:
        for sender in senders:
            # Connects, and learns who it is that bets.
            _level([sender], [seat.bets(1)])
        for level in plan.levels:
            each = max(plan.fewest_each, plan.bets // level)
            rows.append(_level(senders[:level], [seat.bets(each) for _ in range(level)]))
    stage.prove(seat.player.player_id, _DEPOSIT_MINOR - seat.sent * STAKE_MINOR)
    return rows


class _Seat:
    """The player of the hot wallet, and how many bets there are on it."""

    def __init__(self, world: World) -> None:
        player_id = str(uuid4())
        self.player = Player(player_id, world.player(player_id, CURRENCY, _DEPOSIT))
        self.sent = 0

    def bets(self, count: int) -> list[Event]:
        """Return bets that nobody has sent."""
        self.sent += count
        return [self.player.bet() for _ in range(count)]


def _level(senders: Sequence[Environment], jobs: Sequence[Sequence[Event]]) -> dict[str, Any]:
    """Let the senders loose at once, and return the figures when all is decided."""
    for sender, bets in zip(senders, jobs, strict=True):
        sender.load(bets)
    started = time.perf_counter()
    for sender in senders:
        sender.go()
    answers = [answer for sender in senders for answer in sender.answers()]
    return row(len(senders), time.perf_counter() - started, answers)


def row(concurrent: int, seconds: float, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the figures of one level.

    `busy` and `unclear` count the answers that ask to try again, see `environments.Answer`. Raises
    `UndecidedError` for a bet that was never answered with anything else, or was refused.
    """
    for answer in answers:
        if answer.code != "ok":
            raise UndecidedError(f"one of {concurrent} senders gave up: {answer}")
    return {
        "concurrent": concurrent,
        "bets": len(answers),
        "decided": len(answers),
        "conflicts": sum(answer.conflicts for answer in answers),
        "busy": sum(answer.busy for answer in answers),
        "unclear": sum(answer.unclear for answer in answers),
        "seconds": seconds,
        "bets_per_s": len(answers) / seconds,
    }
