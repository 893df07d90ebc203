"""The traces of calls to providers, in the functions that make them."""

from typing import Final

from casino.observability.telemetry import Telemetry
from casino.providers.ports import ProviderCall, ProviderError

_NOT_ASKED: Final = "provider_circuit_open"
_TIMED_OUT: Final = "provider_timeout"
#: A provider that refuses, or says what nobody understands, is there all the same.
_UNANSWERED: Final = frozenset({_NOT_ASKED, _TIMED_OUT, "provider_unavailable"})


class ProviderTelemetry(Telemetry):
    """`ProviderObserver` over log and metrics.

    What alarms watch has no integration among its dimensions, the scorecard's figures have it.
    """

    def attempt_failed(self, call: ProviderCall, error: ProviderError, retry_in_s: float) -> None:
        """Log a try that is made again."""
        fields = {**_call(call), **_error(error), "retry_in_s": round(retry_in_s, 3)}
        self._logger.warning("provider try failed", extra=fields)
        self.count("ProviderRetries", 1, integration=call.integration)

    def call_failed(self, call: ProviderCall, error: ProviderError) -> None:
        """Log a call that is given up, and count it."""
        self._logger.error("provider call failed", extra={**_call(call), **_error(error)})
        self.count("ProviderFailures", 1, integration=call.integration, code=error.code)
        self.count_by("ProviderFailures", integration=call.integration)

    def call_ended(self, call: ProviderCall, took_s: float, code: str) -> None:
        """Count a call and how long it took, and whether the provider was there."""
        self.count_by("ProviderCalls", integration=call.integration)
        if code != _NOT_ASKED:
            self.count_by("ProviderMs", round(took_s * 1000, 1), integration=call.integration)
        if code in _UNANSWERED:
            self.count_by("ProviderUnanswered", integration=call.integration)
        if code == _TIMED_OUT:
            self.count_by("ProviderTimeouts", integration=call.integration)

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
