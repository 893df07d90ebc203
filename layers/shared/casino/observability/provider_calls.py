"""The traces of calls to providers, in the functions that make them."""

from casino.observability.telemetry import Telemetry
from casino.providers.ports import ProviderCall, ProviderError


class ProviderTelemetry(Telemetry):
    """`ProviderObserver` over log and metrics; which integration it was is not a dimension."""

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
