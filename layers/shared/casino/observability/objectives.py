"""What is promised of bets, wins, refunds and launches: which requests count, and which are bad.

docs/slo.md has the promises, and the template the alarms. An alarm names all dimensions of a
metric, so each objective is one of its own, whatever a counterpart calls the request.
"""

from typing import Final

#: Action of any dialect → whose objective it counts to.
_OBJECTIVES: Final = {
    "bet": "bet",
    "authorize": "bet",
    "win": "win",
    "settle": "win",
    "refund": "refund",
    "rollback": "refund",
}
LAUNCH: Final = "launch"
#: Objective → the longest good answer, in milliseconds; a launch waits for its provider.
SLOW_MS: Final = {"bet": 1000, "win": 1000, "refund": 1000, LAUNCH: 5000}
#: The dimensions of what is counted to an objective.
SERVED: Final = ["service", "objective"]


def objective_of(action: str) -> str | None:
    """Return what a hook's action counts to; `None` for one of which nothing is promised."""
    return _OBJECTIVES.get(action)


def spent(objective: str, status: int, latency_ms: float) -> list[str]:
    """Return the metrics that a request adds to: `Failures`, `SlowRequests`; a good one to none."""
    bad = {"Failures": status >= 500, "SlowRequests": latency_ms > SLOW_MS[objective]}
    return [name for name, is_bad in bad.items() if is_bad]
