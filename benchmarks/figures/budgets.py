"""The budgets of the hot path, and whether a run keeps them.

They are the project's promise: what a request may cost in round trips and request units, and how
much slower than its peers it may be in the same run. A figure that a full run did not bring is a
budget missed; a quick run is judged by what it measured.
"""

import json
from typing import Any, Final

from benchmarks.figures.results import OURS, Run, figure, rounded

FIGURES: Final = {
    "cold": ("cold ms", "cold/total_ms"),
    "warm_cpu": ("warm CPU ms", "warm/cpu_ms"),
    "constant_p50": ("p50 ms", "latency_constant/p50_ms"),
    "constant_p95": ("p95 ms", "latency_constant/p95_ms"),
    "p50": ("spread p50 ms", "latency/p50_ms"),
    "p95": ("spread p95 ms", "latency/p95_ms"),
    "p99": ("spread p99 ms", "latency/p99_ms"),
    "memory": ("memory MB", "memory_mb"),
    "package": ("zip MB", "package/zipped"),
}
"""What is compared: its name in the ratios, its head in tables, and its path within a variant."""

LARGE_LEDGER: Final = 1_000_000

#: A name, the path of a figure in the run, and the most that it may be. p50 and p95 are those with
#: the assumed delays. Where they are spread as on AWS, the tail of the one transaction that all
#: variants make is most of p95, whatever is before or after it.
_BUDGETS: Final = f"""
round trips of a bet | wallet/round_trips/bet | 2
round trips of a win | wallet/round_trips/win | 2
round trips of a refund | wallet/round_trips/refund | 2
round trips of a replay | wallet/round_trips/replay | 1
round trips of a balance | wallet/round_trips/balance | 1
write units of a bet in a round, tables without the index | wallet/capacity/bet/write_tables | 6
read units of a bet in a round | wallet/capacity/bet/read | 4
write units of a win in a round, tables without the index | wallet/capacity/win/write_tables | 6
read units of a win in a round | wallet/capacity/win/read | 4
cold start and first bet / tuned botocore | ratios/cold/boto3_tuned | 1.15
cold start and first bet / Powertools as packaged | ratios/cold/powertools | 0.2
cold start and first bet, Flexsoft / iGSP | dialects/flexsoft/ratio | 1.15
cold start and first bet, WinUpGo / iGSP | dialects/winupgo/ratio | 1.15
warm CPU of a bet / plain boto3 | ratios/warm_cpu/boto3 | 1.0
warm p50 / Powertools, assumed delays | ratios/constant_p50/powertools | 0.55
warm p95 / Powertools, assumed delays | ratios/constant_p95/powertools | 0.55
CPU of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000 | growth/ratios/cpu | 1.1
p50 of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000 | growth/ratios/p50 | 1.1
round trips of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000 | growth/ratios/round_trips | 1.1
write units of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000 | growth/ratios/write | 1.1
read units of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000 | growth/ratios/read | 1.1
function package with its layer, zipped, MB | variants/wallet/package/zipped | 12
"""


def judged(measured: Run, *, complete: bool = True) -> Run:
    """Return what was measured, rounded, with its ratios and budgets: the file as it is written.

    Both are worked out from the rounded figures, so that a reader of the file gets the same.
    Without `complete` only those budgets are judged that have a figure.
    """
    run: Run = rounded(measured)
    run["ratios"] = rounded(_ratios(run.get("variants", {})))
    verdicts = [_verdict(run, *line.split(" | ")) for line in _BUDGETS.strip().splitlines()]
    run["budgets"] = [each for each in verdicts if complete or each["value"] is not None]
    return run


def _ratios(variants: dict[str, Run]) -> dict[str, dict[str, float]]:
    """Return figure → peer → ours over the peer's; a figure that either side lacks is left out."""
    found: dict[str, dict[str, float]] = {}
    for name, (_, path) in FIGURES.items():
        ours = figure(variants.get(OURS, {}), path)
        for peer, figures in variants.items():
            theirs = figure(figures, path)
            if peer != OURS and ours is not None and theirs:
                found.setdefault(name, {})[peer] = ours / theirs
    return found


def _verdict(run: Run, name: str, path: str, most: str) -> dict[str, Any]:
    value = figure(run, path)
    # A quick run fills a smaller ledger: that says nothing of this budget.
    if path.startswith("growth/") and (figure(run, "growth/large/entries") or 0) < LARGE_LEDGER:
        value = None
    if value is not None and name.endswith(" MB"):
        value = rounded(value / 1e6)
    budget = json.loads(most)
    ok = value is not None and value <= budget
    return {"name": name, "value": value, "budget": budget, "ok": ok}
