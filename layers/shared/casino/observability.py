"""What a request leaves behind: one JSON log line and one set of metrics.

Never a body, a secret or a signature: only the fields named here are written.
"""

import traceback
from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, Metrics, MetricUnit

NAMESPACE: Final = "SeamlessWallet"

#: A previous secret that is used when it has less than this left is worth an alarm.
NEAR_END_S: Final = 24 * 3600

_REPLACED: Final = "previous"

#: What a refusal at the door counts as, for the alarms.
_REFUSALS: Final = {
    "unauthorized": "UnknownKeys",
    "invalid_signature": "SignatureFailures",
    "timestamp_out_of_range": "SignatureFailures",
}


@dataclass(slots=True)
class RequestRecord:
    """The facts of one request; the identifiers are filled in once the sender is verified."""

    trace_id: str
    action: str
    source_ip: str = ""
    integration: str = ""
    secret_version: str = ""
    secret_id: str = ""
    """The version's id, which names it for good; its label changes."""
    secret_left_s: float = float("inf")
    """How long that version goes on verifying."""
    transaction_id: str = ""
    player_id: str = ""
    session_id: str = ""
    status: int = 0
    outcome: str = ""
    rule: str = ""
    replay: bool = False
    conflicts: int = 0
    latency_ms: float = 0.0

    @property
    def used_previous(self) -> bool:
        """Whether the request was signed with a secret that has been replaced."""
        return self.secret_version == _REPLACED


class Observer:
    """Writes the log line and the metrics of each request of one function."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._logger = Logger(service=service)
        self._metrics = Metrics(namespace=NAMESPACE, service=service)
        self._cold = True

    def request(self, record: RequestRecord, request_id: str) -> None:
        """Log the request; count latency, outcome by code, replays, conflicts and cold starts."""
        fields: dict[str, object] = {
            "trace_id": record.trace_id,
            "request_id": request_id,
            "action": record.action,
            "integration": record.integration,
            "transaction_id": record.transaction_id,
            "player_id": record.player_id,
            "session_id": record.session_id,
            "source_ip": record.source_ip,
            "secret_version": record.secret_version,
            "secret_id": record.secret_id,
            "status": record.status,
            "outcome": record.outcome,
            "rule": record.rule,
            "replay": record.replay,
            "conflicts": record.conflicts,
            "latency_ms": round(record.latency_ms, 2),
            "cold_start": self._cold,
        }
        write = self._logger.error if record.status >= 500 else self._logger.info
        write("request", extra=fields)
        self._count(record)
        self._warn(record)
        self._cold = False

    def crash(self, error: BaseException, trace_id: str) -> None:
        """Log where an unexpected error came from, without its message: that could quote data."""
        frames = traceback.extract_tb(error.__traceback__)
        self._logger.error(
            "unexpected error",
            extra={
                "trace_id": trace_id,
                "error_type": type(error).__name__,
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            },
        )

    def rotation(self, integration: str, step: str, version: str, failure: str) -> None:
        """Log one step of a rotation; `failure` is empty, or a code that an alarm counts."""
        fields = {"integration": integration, "step": step, "secret_id": version}
        if not failure:
            self._logger.info("rotation", extra=fields | {"outcome": "ok"})
            return
        self._logger.error("rotation", extra=fields | {"outcome": failure})
        self._alarm("RotationFailures")

    def _warn(self, record: RequestRecord) -> None:
        """Count what the alarms look for; all of it is rare, so that it may cost a line each."""
        if record.outcome in _REFUSALS:
            self._alarm(_REFUSALS[record.outcome])
        if record.used_previous:
            self._alarm("PreviousSecretUses", record.integration)
            if record.secret_left_s < NEAR_END_S:
                self._alarm("PreviousSecretNearEnd")

    def _alarm(self, metric: str, integration: str = "") -> None:
        # Apart from the request's own metrics: alarms name a metric with all of its dimensions.
        metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
        if integration:
            metrics.add_dimension(name="integration", value=integration)
        metrics.add_metric(metric, MetricUnit.Count, 1)
        metrics.flush_metrics()

    def _count(self, record: RequestRecord) -> None:
        metrics = self._metrics
        metrics.add_dimension(name="action", value=record.action)
        metrics.add_dimension(name="outcome", value=record.outcome)
        if record.integration:
            metrics.add_dimension(name="integration", value=record.integration)
        metrics.add_metric("Requests", MetricUnit.Count, 1)
        metrics.add_metric("Latency", MetricUnit.Milliseconds, record.latency_ms)
        metrics.add_metric("Replays", MetricUnit.Count, int(record.replay))
        metrics.add_metric("Conflicts", MetricUnit.Count, record.conflicts)
        metrics.add_metric("ColdStarts", MetricUnit.Count, int(self._cold))
        metrics.flush_metrics()


class TokenMetrics:
    """Counts what became of fetching the tokens of the services that we call; never a token.

    The one dimension is `service`, so that an alarm can name the metric.
    """

    def __init__(self, service: str) -> None:
        self._service = service

    def token_fetched(self, service: str) -> None:
        """Count a new token."""
        self._count("TokenRefreshes", service, "")

    def token_failed(self, service: str, reason: str) -> None:
        """Count a fetch that failed."""
        self._count("TokenRefreshFailures", service, reason)

    def _count(self, metric: str, token_service: str, reason: str) -> None:
        # Apart from the metrics of the request that is under way, and safe in any thread.
        metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
        metrics.add_metric(metric, MetricUnit.Count, 1)
        metrics.add_metadata("token_service", token_service)
        if reason:
            metrics.add_metadata("reason", reason)
        metrics.flush_metrics()
