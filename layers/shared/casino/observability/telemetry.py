"""The traces of every function: log lines for people, metrics for alarms.

An alarm can only watch dimensions that are known when the stack is deployed, so a metric carries
the service, and seldom another dimension; its metadata name the integration. Only the fields that a
caller names are written, never a body, a secret or a signature.
"""

import threading
import traceback
from collections.abc import Mapping
from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE: Final = "SeamlessWallet"


class Telemetry:
    """The log and the metrics of one function; may be told things by several threads."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._logger = Logger(service=service)
        self._lock = threading.Lock()

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        """Log what happened."""
        (self._logger.error if error else self._logger.info)(name, extra=fields)

    def crash(self, error: BaseException, **fields: object) -> None:
        """Log where an unexpected error came from, without its message: that could quote data."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        extra = {**fields, "error_type": type(error).__name__, "frames": where}
        self._logger.error("unexpected error", extra=extra)

    def count(self, metric: str, value: float = 1, **metadata: object) -> None:
        """Write one metric, in a line of its own: an alarm names all dimensions of a metric."""
        self._write(metric, value, {}, metadata)

    def count_by(self, metric: str, value: float = 1, /, **dimensions: str) -> None:
        """Write one metric, with dimensions that an alarm names beside the service."""
        self._write(metric, value, dimensions, {})

    def _write(
        self,
        metric: str,
        value: float,
        dimensions: Mapping[str, str],
        metadata: Mapping[str, object],
    ) -> None:
        with self._lock:
            metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
            for name, text in dimensions.items():
                metrics.add_dimension(name=name, value=text)
            metrics.add_metric(metric, MetricUnit.Count, value)
            for name, fact in metadata.items():
                metrics.add_metadata(name, fact)
            metrics.flush_metrics()
