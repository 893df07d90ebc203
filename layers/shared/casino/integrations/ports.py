"""The ports of authenticating a caller."""

from collections.abc import Iterable
from typing import Protocol

from casino.integrations.model import ApiKey, Integration
from casino.signing.pair import Pair


class Registry(Protocol):
    """The integrations, and which live `api_key` belongs to which."""

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key; its switches include those for all.

        Raises `UnavailableError` when it cannot be read.
        """

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name."""


class KeyIndex(Protocol):
    """All that a registry must give for `Registry`; each raises `UnavailableError`."""

    def every_key(self) -> Iterable[tuple[str, ApiKey]]:
        """Return every `api_key`, a retired one too."""

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches for all merged in."""

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name."""


class Keyring(Protocol):
    """The live versions of each integration's secret."""

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        """Return the live versions known now, the current one first.

        Raises `UnavailableError` when none can be read.
        """

    def refresh(self, integration: Integration) -> bool:
        """Read the versions again after a mismatch; false when the rate limit says no."""
