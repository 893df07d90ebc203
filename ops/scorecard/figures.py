"""The figures of a provider: one table for `ops scorecard` and for the providers' dashboard.

Each is made of metrics that carry the integration. CloudWatch is asked in its own words, which a
test compares with those of the dashboard in template.yaml.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "SeamlessWallet"
#: The dimensions of what is counted of a request to the wallet, and of everything else.
#: How the series become one that differ in action or outcome; each percentile is of one series.
_JOIN: Final = {"Sum": "SUM", "Maximum": "MAX", "p50": "AVG", "p95": "AVG"}
_REQUESTS: Final = "service,action,outcome,integration"
_OTHERS: Final = "service,integration"


@dataclass(frozen=True, slots=True)
class Series:
    """A metric, of those actions or of that outcome only."""

    metric: str
    stat: str = "Sum"
    dimensions: str = _OTHERS
    actions: tuple[str, ...] = ()
    outcome: str = ""

    def expression(self, integration: str, period_s: int) -> str:
        """Return CloudWatch's words for it: one value for each period."""
        where = [f'MetricName="{self.metric}"', f'integration="{integration}"']
        if self.actions:
            where.append(f"({' OR '.join(f'action="{action}"' for action in self.actions)})")
        if self.outcome:
            where.append(f'outcome="{self.outcome}"')
        schema = f"{{{NAMESPACE},{self.dimensions}}}"
        return (
            f"{_JOIN[self.stat]}(SEARCH('{schema} {' '.join(where)}', '{self.stat}', {period_s}))"
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum, a level or a percentile; with `per` a share in percent, with `rest` what is left.

    A sum that nothing was counted to is zero; a share of nothing, and any other figure of nothing,
    is unknown.
    """

    name: str
    title: str
    of: Series
    per: Series | None = None
    rest: bool = False

    def expression(self, integration: str, period_s: int) -> str:
        """Return CloudWatch's words for it."""
        of = self.of.expression(integration, period_s)
        if self.per is None:
            return of
        whole = self.per.expression(integration, period_s)
        share = f"100*FILL({of},0)/{whole}"
        return f"100-{share}" if self.rest else share

    def value(self, read: Callable[[Series], Sequence[float]]) -> float | None:
        """Return the same from the values that were counted."""
        if self.per is None:
            return _joined(self.of.stat, read(self.of))
        whole = sum(read(self.per))
        if not whole:
            return None
        share = 100 * sum(read(self.of)) / whole
        return 100 - share if self.rest else share


def _joined(stat: str, values: Sequence[float]) -> float | None:
    if stat == "Sum":
        return sum(values)
    if not values:
        return None
    share = {"p50": 0.5, "p95": 0.95, "Maximum": 1.0}[stat]
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


_CALLS: Final = Series("ProviderCalls")
_BETS: Final = Series("Requests", dimensions=_REQUESTS, actions=("bet", "authorize"))
_ALL: Final = Series("Requests", dimensions=_REQUESTS)

FIGURES: Final = (
    Figure("calls", "Calls to its API", _CALLS),
    Figure(
        "available_percent", "Available, %", Series("ProviderUnanswered"), per=_CALLS, rest=True
    ),
    Figure("p50_ms", "Its answers, p50, ms", Series("ProviderMs", "p50")),
    Figure("p95_ms", "Its answers, p95, ms", Series("ProviderMs", "p95")),
    Figure("errors_percent", "Errors, %", Series("ProviderFailures"), per=_CALLS),
    Figure("timeouts_percent", "Time-outs, %", Series("ProviderTimeouts"), per=_CALLS),
    Figure("requests", "Requests to the wallet", _ALL),
    Figure(
        "refunds_percent",
        "Refunds per hundred bets",
        Series("Requests", dimensions=_REQUESTS, actions=("refund", "rollback")),
        per=_BETS,
    ),
    Figure("duplicates", "Duplicates", Series("Replays", dimensions=_REQUESTS)),
    Figure(
        "late_bets",
        "Bets after their refund",
        Series("Requests", dimensions=_REQUESTS, outcome="bet_cancelled"),
    ),
    Figure("catalogue_age_s", "Age of its catalogue, s", Series("CatalogueAgeSeconds", "Maximum")),
    Figure("bad_signatures", "Signatures that do not hold", Series("SignatureFailures")),
    Figure("key_age_days", "Age of its key, days", Series("SecretAgeDays", "Maximum")),
)

#: What the dashboard has in place of an integration; who looks at it chooses one.
ANY: Final = "any-integration"
