"""What a request leaves behind: one JSON log line and one set of metrics.

Never a body, a secret or a signature: only the fields named here are written.
"""

import traceback
from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

NAMESPACE: Final = "SeamlessWallet"


@dataclass(slots=True)
class RequestRecord:
    """The facts of one request; the identifiers are filled in once the sender is verified."""

    trace_id: str
    action: str
    source_ip: str = ""
    integration: str = ""
    secret_version: str = ""
    transaction_id: str = ""
    player_id: str = ""
    session_id: str = ""
    status: int = 0
    outcome: str = ""
    rule: str = ""
    replay: bool = False
    conflicts: int = 0
    latency_ms: float = 0.0


class Observer:
    """Writes the log line and the metrics of each request of one function."""

    def __init__(self, service: str) -> None:
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
