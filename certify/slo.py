"""Latency, errors and lag of a run, by what was asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

from certify.model import Exchange, Result


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    place = -(-len(ordered) * percent // 100) - 1
    return ordered[max(int(place), 0)]


def measured(results: Iterable[Result]) -> dict[str, Any]:
    """Return, by verb, count, p50, p95, p99 in milliseconds, errors and missing answers."""
    by_verb: dict[str, list[Exchange]] = {}
    figures: dict[str, float] = {}
    for result in results:
        if "lag_ms" in result.figures:
            figures["lag_ms"] = result.figures["lag_ms"]
        for exchange in result.exchanges:
            by_verb.setdefault(verb_of(exchange), []).append(exchange)
    rows = {verb: _row(found) for verb, found in sorted(by_verb.items())}
    return {"by_verb": rows, **figures}


def verb_of(exchange: Exchange) -> str:
    """Return the verb of the step that an exchange belongs to."""
    words = [w for w in exchange.step.split("|")[0].split() if w != "&" and not w[0].isdigit()]
    return words[0] if words else ""


def _row(found: Sequence[Exchange]) -> dict[str, float]:
    times = [exchange.ms for exchange in found if exchange.status]
    return {
        "requests": len(found),
        "p50_ms": round(percentile(times, 50), 1),
        "p95_ms": round(percentile(times, 95), 1),
        "p99_ms": round(percentile(times, 99), 1),
        "server_errors": sum(exchange.status >= 500 for exchange in found),
        "no_answer": sum(not exchange.status for exchange in found),
    }
