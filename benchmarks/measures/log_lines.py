"""How many bytes a bet writes to its log: what CloudWatch charges for.

Counted is what the function itself writes, metrics included, as they are log lines, too. The lines
that Lambda and API Gateway add are the same for all; `prices.toml` assumes their size.
"""

from collections.abc import Sequence
from typing import Final

from benchmarks.aws import backend
from benchmarks.functions.emulator import Function
from benchmarks.functions.variants import Variant
from benchmarks.measures.speed import all_started, place_bets
from sandbox.processes import poll

#: CloudWatch counts so many bytes for each event besides its text.
EVENT_BYTES: Final = 26

_BETS: Final = 20
_TIMEOUT_S: Final = 10.0


def measure(variants: Sequence[Variant]) -> dict[str, float]:
    """Return by variant the bytes that a warm bet logs; raises `FunctionFailedError`."""
    with backend.running() as aws, all_started(variants, aws) as functions:
        return {name: _bytes_of_a_bet(function) for name, function in functions.items()}


def _bytes_of_a_bet(function: Function) -> float:
    before = len(_settled(function))
    place_bets(function, _BETS)
    lines = _settled(function)[before:]
    return sum(len(line.encode()) + EVENT_BYTES for line in lines) / _BETS


def _settled(function: Function) -> list[str]:
    """Return the function's lines once those of all its bets have come."""
    seen: list[str] = []

    def settled() -> bool:
        last, seen[:] = len(seen), function.logged()
        return len(seen) == last

    if not poll(settled, _TIMEOUT_S, pause_s=0.2):
        raise function.failure("the function goes on logging")
    return seen
