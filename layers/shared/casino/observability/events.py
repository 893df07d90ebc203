"""What catalogue and launch leave behind: log lines for people, metrics for the alarms.

Alarms can only watch dimensions that are known when the stack is deployed, so the metrics carry the
service alone; which integration it was is in the log line and in the metric's metadata.
Never a body, a secret or a signature: only the fields named here are written.
"""

import threading
import traceback
from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from casino.providers.ports import ProviderCall, ProviderError

NAMESPACE: Final = "SeamlessWallet"


class CatalogueObserver:
    """Meets `ProviderObserver` and `SyncObserver`; may be told things by several threads."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._logger = Logger(service=service)
        self._lock = threading.Lock()

    def attempt_failed(self, call: ProviderCall, error: ProviderError, retry_in_s: float) -> None:
        """Log a try that is made again."""
        fields = {**_call(call), **_error(error), "retry_in_s": round(retry_in_s, 3)}
        self._logger.warning("provider try failed", extra=fields)
        self.count("ProviderRetries", 1, integration=call.integration)

    def call_failed(self, call: ProviderCall, error: ProviderError) -> None:
        """Log a call that is given up, and count it."""
        self._logger.error("provider call failed", extra={**_call(call), **_error(error)})
        self.count("ProviderFailures", 1, integration=call.integration, code=error.code)

    def circuit_opened(self, integration: str, open_s: float) -> None:
        """Log and count that a provider is left alone."""
        fields = {"integration": integration, "open_s": open_s}
        self._logger.error("provider circuit opened", extra=fields)
        self.count("ProviderCircuitOpened", 1, integration=integration)

    def circuit_closed(self, integration: str) -> None:
        """Log that a provider answers again."""
        self._logger.info("provider circuit closed", extra={"integration": integration})

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        """Log what happened."""
        (self._logger.error if error else self._logger.info)(name, extra=fields)

    def count(self, metric: str, value: float, **metadata: object) -> None:
        """Write one metric."""
        with self._lock:
            metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
            metrics.add_metric(metric, MetricUnit.Count, value)
            for key, what in metadata.items():
                metrics.add_metadata(key, what)
            metrics.flush_metrics()

    def crash(self, error: BaseException, **fields: object) -> None:
        """Log where an unexpected error came from, without its message: that could quote data."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        extra = {"error_type": type(error).__name__, "frames": where, **fields}
        self._logger.error("unexpected error", extra=extra)


def _call(call: ProviderCall) -> dict[str, object]:
    return {
        "integration": call.integration,
        "method": call.method,
        "path": call.path,
        "request_id": call.request_id,
        "cursor": call.cursor,
        "session_id": call.session_id,
    }


def _error(error: ProviderError) -> dict[str, object]:
    return {
        "error_code": error.code,
        "detail": error.detail,
        "status": error.status,
        "correlation": error.correlation,
    }
