"""What a bet costs beside a ledger of 1,000 entries, and beside one of 1,000,000.

Two MiniStacks stand side by side, filled by `filled_ledger`, and the wallet, on the hooks' own
client, gets blocks of transactions on one and on the other in turn: new bets, and copies of bets
from anywhere in the player's past. What a function does around the wallet knows no ledger and is
left out: it would only dilute the ratios. Round trips and request units are counted at the end, on
bets of their own. The latencies hold the emulator's own work, which may grow with its tables: so
plain boto3 makes the same calls in between, and the ratio of the latencies is divided by the ratio
of theirs. With a million entries the emulator stands still now and then to collect its garbage; a
request that ran into its time-out meanwhile is sent again, counted as `repeated`, and not timed.

A million entries need 9 GB of memory, and some 80 s before the first bet.
"""

import random
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

from benchmarks.aws.wire import counting
from benchmarks.measures.filled_ledger import filled_stages
from benchmarks.measures.long_play import LongPlay, bet
from benchmarks.measures.stage import Stage
from casino.aws.lean.clients import lean_calls
from casino.aws.lean.protocol import DYNAMODB, DynamoDb
from casino.base.errors import RetryableError
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import Transaction
from casino.wallet.service import WalletService
from casino.wiring.hooks import wallet_service
from testing.world import SANDBOX

#: Counts do not vary: so many requests are more than enough for them.
_COUNTED: Final = 20
_MOST_TRIES: Final = 30


class GrowthError(Exception):
    """A bet was not answered as it must be: the figures would be those of something else."""


def measure(small: int, large: int, blocks: int, bets: int) -> dict[str, Any]:
    """Return the figures beside ledgers of both sizes, and the large one's over the small one's.

    Raises `GrowthError` when a bet is not answered as it must be.
    """
    sizes = (small, large)
    with tempfile.TemporaryDirectory() as folder, filled_stages(Path(folder), sizes) as stages:
        sides = [_Side(*each) for each in stages]
        for number in range(blocks + 1):
            # The first block only warms up; whoever comes second finds the caches used.
            for side in sides if number % 2 else sides[::-1]:
                side.measure(bets, keep=number > 0)
        return compared(*(side.figures() for side in sides))


class Measured:
    """What one kind of request took, in ms: the wallet, and the control's calls alone."""

    def __init__(self) -> None:
        self.cpu_ms: list[float] = []
        self.latency_ms: list[float] = []
        self.control_ms: list[float] = []
        self.repeated = 0

    def send(self, wallet: WalletService, request: Transaction, *, replay: bool) -> None:
        """Send one request until it is decided, and keep its times if that was at once.

        Raises `GrowthError` when it is not decided as it must be.
        """
        for tries in range(_MOST_TRIES):
            started, cpu_started = time.perf_counter_ns(), time.process_time_ns()
            try:
                answer = wallet.transact(request, SANDBOX.wallet)
            except RetryableError:
                continue
            cpu_ns = time.process_time_ns() - cpu_started
            latency_ns = time.perf_counter_ns() - started
            # One that was sent again was perhaps decided the first time.
            if answer.code != "ok" or answer.replay not in {replay, replay or tries > 0}:
                break
            self.repeated += tries > 0
            if not tries:
                self.cpu_ms.append(cpu_ns / 1e6)
                self.latency_ms.append(latency_ns / 1e6)
            return
        raise GrowthError(f"not answered as a {'replay' if replay else 'bet'}: {request}")

    def figures(self) -> dict[str, float]:
        """Return the medians, and how many requests had to be sent again."""
        times = {"cpu": self.cpu_ms, "p50": self.latency_ms, "control_p50": self.control_ms}
        medians = {f"{name}_ms": median(values) for name, values in times.items()}
        return {**medians, "repeated": self.repeated}


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

    def __init__(self, stage: Stage, played: LongPlay) -> None:
        self._stage, self._played = stage, played
        self._wallet = self._on_lean_client(stage.variables())
        self._client = _Timed(stage.world.client)
        self._control = wallet_service(self._client, stage.world.tables, Igsp())
        self._kinds = {
            "bet": (Measured(), self._fresh, False),
            "replay": (Measured(), self._past, True),
        }

    def measure(self, bets: int, *, keep: bool) -> None:
        """Send so many new bets and as many old ones, by both; `keep` the times."""
        for kept, draw, replay in self._kinds.values():
            measured = kept if keep else Measured()
            for _ in range(bets):
                measured.send(self._wallet, draw(), replay=replay)
            for _ in range(bets):
                self._client.calls_ms = 0.0
                Measured().send(self._control, draw(), replay=replay)
                measured.control_ms.append(self._client.calls_ms)

    def figures(self) -> dict[str, Any]:
        """Return the medians over all that was kept, and what is counted now."""
        found = {kind: kept.figures() for kind, (kept, _, _) in self._kinds.items()}
        with counting(self._stage.local.endpoint) as wire:
            wallet = self._on_lean_client(self._stage.variables(wire.endpoint))
            for kind, (_, draw, replay) in self._kinds.items():
                counts = []
                for _ in range(_COUNTED):
                    Measured().send(wallet, draw(), replay=replay)
                    calls = wire.take()
                    write = sum(call.write_tables + call.write_index for call in calls)
                    counts.append((len(calls), write, sum(call.read for call in calls)))
                # The median: one that has to be sent again makes more calls.
                medians = map(median, zip(*counts, strict=True))
                found[kind] |= zip(("round_trips", "write", "read"), medians, strict=True)
        bets = len(self._kinds["bet"][0].cpu_ms)
        return {
            "entries": self._played.entries, "bets": bets, **found["bet"], "replay": found["replay"]
        }  # fmt: skip

    def _on_lean_client(self, variables: Mapping[str, str]) -> WalletService:
        calls = lean_calls(DYNAMODB, variables)
        assert calls is not None, "an ordinary environment"  # noqa: S101
        return wallet_service(DynamoDb(calls), self._stage.world.tables, Igsp())

    def _fresh(self) -> Transaction:
        return replace(self._past(), transaction_id=str(uuid4()), round_id=str(uuid4()))

    def _past(self) -> Transaction:
        """Return a bet from anywhere in the player's past."""
        seq = random.randint(2, self._played.measured)  # noqa: S311 - picks a sample, no secret
        return bet(self._played.session, seq)


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
