"""Cold start, warm processor time, latency, memory and log of every variant, interleaved.

Each function returns figures by the names of the variants, times in ms and sizes in bytes. Whatever
slows the machine for a while slows all variants. Figures are medians, and only their ratios within
one run mean anything.

- cold: a fresh process each time, imports and wiring and the first bet, over TLS, null backend;
- warm: processor time of the function's process per bet, in blocks, over HTTP, null backend;
- latency: what the emulator says a bet took, over HTTP, with a backend as slow as AWS: its delays
  spread as widely as there, and once more with the median delays, always the same;
- memory: the most that the process ever held, after the bets over TLS;
- log: the bytes that a warm bet logs, metrics included, as CloudWatch counts and charges them.

The share of the interpreter and of the runtime itself is in all of them, as it is on Lambda.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.aws import backend
from benchmarks.aws.backend import Backend
from benchmarks.aws.delays import Delays
from benchmarks.functions import emulator
from benchmarks.functions.emulator import Function
from benchmarks.functions.variants import COMMON_ENVIRONMENT, NULL_ENVIRONMENT, Variant
from sandbox.processes import poll
from testing.bets import PLAYER, Event

_WARM_UP: Final = 20
#: CloudWatch counts so many bytes for each event besides its text.
_EVENT_BYTES: Final = 26

type Figures = dict[str, dict[str, Any]]
"""Figures by the names of the variants."""


def cold(variants: Sequence[Variant], samples: int, memory_bets: int) -> Figures:
    """Return `cold` and `memory_mb` of variants that are started `samples` times."""
    starts: dict[str, list[tuple[float, float]]] = {variant.name: [] for variant in variants}
    found: Figures = {name: {} for name in starts}
    with backend.running() as aws:
        for sample in range(samples):
            for variant in _rotated(variants, sample):
                with _started(variant, aws, tls=True) as function:
                    _place_bets(function, 1, variant.bet)
                    starts[variant.name].append((function.init_ms, function.invoke_ms[0]))
                    if sample == samples - 1:
                        _place_bets(function, memory_bets, variant.bet)
                        found[variant.name] = {"memory_mb": function.peak_memory_mb()}
    for name, times in starts.items():
        totals = [init + first for init, first in times]
        found[name]["cold"] = {
            "init_ms": median(init for init, _ in times),
            "first_bet_ms": median(first for _, first in times),
            "total_ms": median(totals),
            "samples": totals,
        }
    return found


def dialects(variants: Sequence[Variant], samples: int) -> Figures:
    """Return the cold start of each counterpart's function, with its `ratio` to the first one's."""
    of = {name: figures["cold"] for name, figures in cold(variants, samples, 0).items()}
    first_ms = of[variants[0].name]["total_ms"]
    return {name: {**each, "ratio": each["total_ms"] / first_ms} for name, each in of.items()}


def warm(variants: Sequence[Variant], blocks: int, bets: int) -> Figures:
    """Return `warm` and `log_bytes` of one process of each variant; so many bets in a block."""
    per_bet: dict[str, list[float]] = {variant.name: [] for variant in variants}
    with _all_started(variants) as (_, functions):
        for block in range(blocks):
            for name in _rotated(list(functions), block):
                function = functions[name]
                before_ns = function.cpu_ns()
                _place_bets(function, bets)
                per_bet[name].append((function.cpu_ns() - before_ns) / bets / 1e6)
        found: Figures = {name: {"log_bytes": _log_bytes(one)} for name, one in functions.items()}
    for name, samples in per_bet.items():
        warm = {"cpu_ms": median(samples), "samples": samples, "bets": blocks * bets}
        found[name]["warm"] = warm
    return found


def latency(variants: Sequence[Variant], blocks: int, bets: int) -> Figures:
    """Return `latency` with spread delays, and `latency_constant`; all meet the same delays."""
    kinds: dict[str, Delays] = {"latency": "spread", "latency_constant": "constant"}
    found: Figures = {variant.name: {} for variant in variants}
    with _all_started(variants) as (aws, functions):
        for kind, delays in kinds.items():
            times_ms: dict[str, list[float]] = {name: [] for name in functions}
            for block in range(blocks):
                for name in _rotated(list(functions), block):
                    # The delays go on where those of the block before ended, for all alike.
                    aws.delay(delays, skip=block * bets)
                    before = len(functions[name].invoke_ms)
                    _place_bets(functions[name], bets)
                    times_ms[name] += functions[name].invoke_ms[before:]
            for name, times in times_ms.items():
                cuts = quantiles(times, n=100, method="inclusive")
                percentiles = {f"p{percent}_ms": cuts[percent - 1] for percent in (50, 95, 99)}
                found[name][kind] = {**percentiles, "bets": len(times)}
    return found


@contextmanager
def _started(variant: Variant, aws: Backend, *, tls: bool) -> Iterator[Function]:
    """Start a variant against the backend."""
    endpoint = {"AWS_ENDPOINT_URL": aws.https_url if tls else aws.http_url}
    with ExitStack() as stack:
        trust = stack.enter_context(variant.trusting(aws.authority)) if tls else {}
        environment = {**COMMON_ENVIRONMENT, **NULL_ENVIRONMENT, **variant.environment}
        environment |= endpoint | trust
        yield stack.enter_context(emulator.running(variant.folders, environment))


@contextmanager
def _all_started(variants: Sequence[Variant]) -> Iterator[tuple[Backend, dict[str, Function]]]:
    """Start a backend and every variant over HTTP, and warm each up."""
    with ExitStack() as stack:
        aws, functions = stack.enter_context(backend.running()), {}
        for variant in variants:
            function = stack.enter_context(_started(variant, aws, tls=False))
            functions[variant.name] = function
            _place_bets(function, _WARM_UP)
        yield aws, functions


def _place_bets(function: Function, bets: int, make: Callable[[], Event] = PLAYER.bet) -> None:
    """Place new bets, one after the other; raises `FunctionFailedError` if one is not applied."""
    for _ in range(bets):
        response = function.invoke(make())
        if response["statusCode"] != HTTPStatus.OK:
            raise function.failure(f"a bet was refused: {response}")


def _log_bytes(function: Function) -> float:
    """Count what the function itself writes; Lambda and API Gateway add the same to every bet."""
    before = len(_settled(function))
    _place_bets(function, _WARM_UP)
    lines = _settled(function)[before:]
    return sum(len(line.encode()) + _EVENT_BYTES for line in lines) / _WARM_UP


def _settled(function: Function) -> list[str]:
    """Return the function's lines once those of all its bets have come."""
    seen: list[str] = []

    def settled() -> bool:
        last, seen[:] = len(seen), function.logged()
        return len(seen) == last

    if not poll(settled, timeout_s=10.0, pause_s=0.2):
        raise function.failure("the function goes on logging")
    return seen


def _rotated[T](items: Sequence[T], by: int) -> list[T]:
    """Nobody is always first."""
    by %= len(items)
    return [*items[by:], *items[:by]]
