"""The traces of rotations and fetched tokens; never a secret or a token."""

from casino.observability.telemetry import Telemetry
from casino.providers.token import NOBODY, REFUSED, STILL_REFUSED


class RotationTelemetry(Telemetry):
    """The rotation of credentials."""

    def step(self, integration: str, step: str, version: str, failure: str) -> None:
        """Log one step; `failure` is empty, or a code that an alarm counts."""
        fields = {"integration": integration, "step": step, "secret_id": version}
        self.event("rotation", error=bool(failure), **fields, outcome=failure or "ok")
        if failure:
            self.count("RotationFailures")


class TokenTelemetry(Telemetry):
    """`TokenObserver`: what became of fetching the tokens of the services that we call."""

    def token_fetched(self, service: str) -> None:
        """Count a new token."""
        self.count("TokenRefreshes", token_service=service)

    def token_failed(self, service: str, reason: str) -> None:
        """Count a fetch that failed; credentials that stay refused are counted once, and a
        name that nobody has is none."""
        if reason in (STILL_REFUSED, NOBODY):
            return
        self.count("TokenRefreshFailures", token_service=service, reason=reason)
        if reason == REFUSED:
            self.count("LoginsRefused", token_service=service)
