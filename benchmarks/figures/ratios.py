"""Ours over each peer's, figure by figure: only ratios of one run mean anything elsewhere."""

from collections.abc import Callable
from typing import Final

from benchmarks.figures.results import OURS, Variant

FIGURES: Final[dict[str, Callable[[Variant], float | None]]] = {
    "cold": lambda variant: variant.cold.total_ms if variant.cold else None,
    "warm_cpu": lambda variant: variant.warm.cpu_ms if variant.warm else None,
    "constant_p50": lambda variant: _constant(variant, "p50_ms"),
    "constant_p95": lambda variant: _constant(variant, "p95_ms"),
    "p50": lambda variant: variant.latency.p50_ms if variant.latency else None,
    "p95": lambda variant: variant.latency.p95_ms if variant.latency else None,
    "p99": lambda variant: variant.latency.p99_ms if variant.latency else None,
    "memory": lambda variant: variant.memory_mb,
    "package": lambda variant: variant.package.zipped / 1e6 if variant.package else None,
}
"""What is compared, by its name in `latest.json`: in ms, and in MB for memory and package."""


def _constant(variant: Variant, percentile: str) -> float | None:
    return getattr(variant.latency_constant, percentile, None)


def ratios(variants: dict[str, Variant]) -> dict[str, dict[str, float]]:
    """Return figure → peer → ours over the peer's; a figure that either side lacks is left out."""
    found: dict[str, dict[str, float]] = {}
    for figure, value_of in FIGURES.items():
        ours = value_of(variants[OURS])
        for name, peer in variants.items():
            theirs = value_of(peer)
            if name != OURS and ours is not None and theirs:
                found.setdefault(figure, {})[name] = ours / theirs
    return found
