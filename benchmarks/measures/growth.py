"""What a bet costs beside a ledger of 1,000 entries, and beside one of 1,000,000.

Two MiniStacks stand side by side, filled by `filled_ledger`, and the built function sends blocks to
one and to the other in turn: new bets, and copies of bets from anywhere in the player's past. CPU
time is that of the function's process. Round trips and request units are counted at the end, on
bets of their own. The latencies hold the emulator's own work, which may grow with its tables: so
plain boto3 makes the same calls in between, and the ratio of the latencies is divided by the ratio
of theirs. With a million entries the emulator stands still now and then to collect its garbage; a
request that ran into its time-out meanwhile is sent again, counted as `repeated`, and not timed.

A million entries need 9 GB of memory, and some 80 s before the first bet.
"""

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

from benchmarks.aws.wire import Wire, counting
from benchmarks.functions.bets import Event, Player
from benchmarks.functions.environments import Answer, Environment, environments, send
from benchmarks.measures.filled_ledger import filled_stages
from benchmarks.measures.long_play import LongPlay, bet
from benchmarks.measures.stage import Stage, clients
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import Transaction
from casino.wallet.service import Result
from casino.wiring.hooks import wallet_service
from testing.world import SANDBOX

_FUNCTION: Final = "BetFunction"
#: Counts do not vary: so many requests are more than enough for them.
_COUNTED: Final = 20


class GrowthError(Exception):
    """A bet was not answered as it must be: the figures would be those of something else."""


@dataclass(frozen=True)
class Plan:
    """The sizes of both ledgers, and how many blocks of how many bets each is measured with."""

    small: int
    large: int
    blocks: int
    bets: int


FULL: Final = Plan(1_000, 1_000_000, blocks=20, bets=100)
QUICK: Final = Plan(1_000, 20_000, blocks=5, bets=50)


def measure(plan: Plan) -> dict[str, Any]:
    """Return the figures beside both ledgers, and the large one's over the small one's.

    Raises `GrowthError` when a bet is not answered as it must be.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        filled_stages(Path(folder), (plan.small, plan.large)) as stages,
        environments(_FUNCTION, [stage.variables() for stage, _ in stages]) as functions,
    ):
        sides = [_Side(*each, function) for each, function in zip(stages, functions, strict=True)]
        for number in range(plan.blocks + 1):
            # The first block only warms up; whoever comes second finds the caches used.
            for side in sides if number % 2 else sides[::-1]:
                side.measure(plan.bets, keep=number > 0)
        small, large = (side.figures() for side in sides)
    return compared(small, large)


@dataclass
class Measured:
    """What one kind of request took, in ms: the function's, and the control's calls alone."""

    cpu_ms: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    control_ms: list[float] = field(default_factory=list)
    repeated: int = 0

    def add(self, answers: Sequence[Answer], control_ms: Sequence[float]) -> None:
        """Keep the times of one block."""
        once = [answer for answer in answers if not answer.repeated]
        self.repeated += len(answers) - len(once)
        self.cpu_ms += [answer.cpu_ms for answer in once]
        self.latency_ms += [answer.latency_ms for answer in once]
        self.control_ms += control_ms

    def figures(self) -> dict[str, float]:
        """Return the medians, and how many requests had to be sent again."""
        return {
            "cpu_ms": median(self.cpu_ms),
            "p50_ms": median(self.latency_ms),
            "control_p50_ms": median(self.control_ms),
            "repeated": self.repeated,
        }


class _Timed:
    """A client that notes how long its calls take, in ms."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls_ms = 0.0

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        def timed(**request: Any) -> Mapping[str, Any]:
            started = time.perf_counter_ns()
            answer: Mapping[str, Any] = getattr(self._client, operation)(**request)
            self.calls_ms += (time.perf_counter_ns() - started) / 1e6
            return answer

        return timed


class _Side:
    """One ledger, and what was measured beside it."""

    def __init__(self, stage: Stage, played: LongPlay, function: Environment) -> None:
        self._stage, self._played, self._function = stage, played, function
        who = played.session
        self._player = Player(who.player_id, who.session_id, who.game_id)
        self._client = _Timed(clients(stage.local)[0])
        self._control = wallet_service(self._client, stage.world.tables, Igsp())
        self._bets, self._replays = Measured(), Measured()

    def measure(self, bets: int, *, keep: bool) -> None:
        """Send so many new bets and as many old ones, by both; `keep` the times."""
        for measured, draw, replay in (
            (self._bets, self._fresh, False),
            (self._replays, self._past, True),
        ):
            events = [self._event(draw()) for _ in range(bets)]
            answers = [send(self._function.invoke, event) for event in events]
            for answer in answers:
                # One that was sent again was perhaps decided the first time.
                _check(answer, replay or (answer.repeated and answer.replay))
            times_ms = []
            for _ in range(bets):
                self._client.calls_ms = 0.0
                _check(self._control.transact(draw(), SANDBOX.wallet), replay)
                times_ms.append(self._client.calls_ms)
            if keep:
                measured.add(answers, times_ms)

    def figures(self) -> dict[str, Any]:
        """Return the medians over all that was kept, and what is counted now."""
        with (
            counting(self._stage.local.endpoint) as wire,
            environments(_FUNCTION, [self._stage.variables(wire.endpoint)]) as [function],
        ):
            send(function.invoke, self._event(self._fresh()))  # connects
            draws = (self._fresh, self._past)
            bet, replay = (self._counted(wire, function, draw) for draw in draws)
        return {
            "entries": self._played.entries,
            "bets": len(self._bets.cpu_ms),
            **self._bets.figures(),
            **bet,
            "replay": {**self._replays.figures(), **replay},
        }

    def _counted(
        self, wire: Wire, function: Environment, draw: Callable[[], Transaction]
    ) -> dict[str, float]:
        """Return the round trips of a request, and the request units with those of the index."""
        wire.take()
        counted = []
        for _ in range(_COUNTED):
            send(function.invoke, self._event(draw()))
            calls = wire.take()
            write = sum(call.write_tables + call.write_index for call in calls)
            counted.append((len(calls), write, sum(call.read for call in calls)))
        # The median: one that has to be sent again makes more calls, and is not what is counted.
        names = ("round_trips", "write", "read")
        return dict(zip(names, map(median, zip(*counted, strict=True)), strict=True))

    def _fresh(self) -> Transaction:
        return replace(self._past(), transaction_id=str(uuid4()), round_id=str(uuid4()))

    def _past(self) -> Transaction:
        """Return a bet from anywhere in the player's past."""
        seq = random.randint(2, self._played.measured)  # noqa: S311 - picks a sample, no secret
        return bet(self._played.session, seq)

    def _event(self, bet: Transaction) -> Event:
        return self._player.hook("bet", transaction_id=bet.transaction_id, round_id=bet.round_id)


def _check(answer: Answer | Result, replay: bool) -> None:
    if (answer.code, answer.replay) != ("ok", replay):
        raise GrowthError(f"expected a {'replay' if replay else 'bet'}, got {answer}")


def compared(small: dict[str, Any], large: dict[str, Any]) -> dict[str, Any]:
    """Return both, and the large ledger's figures over the small one's: a bet's, a replay's."""
    return {
        "small": small,
        "large": large,
        "ratios": _ratios(small, large),
        "replay_ratios": _ratios(small["replay"], large["replay"]),
    }


def _ratios(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """Return the ratios of what costs anything; `control` is what was taken off that of `p50`."""
    control = large["control_p50_ms"] / small["control_p50_ms"]
    costs = ("round_trips", "write", "read")
    return {
        "cpu": large["cpu_ms"] / small["cpu_ms"],
        "p50": large["p50_ms"] / small["p50_ms"] / control,
        "control": control,
        **{cost: large[cost] / small[cost] for cost in costs if small[cost] or large[cost]},
    }
