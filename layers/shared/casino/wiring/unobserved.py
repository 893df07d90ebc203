"""An observer for calls that a person makes, who is told of a failure anyhow."""

from casino.providers.ports import ProviderCall, ProviderError


class Unobserved:
    """A `ProviderObserver` that says nothing: a person is told of the failure itself."""

    def attempt_failed(self, call: ProviderCall, error: ProviderError, retry_in_s: float) -> None:
        """Say nothing."""

    def call_failed(self, call: ProviderCall, error: ProviderError) -> None:
        """Say nothing."""

    def call_ended(self, call: ProviderCall, took_s: float, code: str) -> None:
        """Say nothing."""

    def circuit_opened(self, integration: str, open_s: float) -> None:
        """Say nothing."""

    def circuit_closed(self, integration: str) -> None:
        """Say nothing."""
