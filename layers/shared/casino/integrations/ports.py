"""The ports of authenticating a caller."""

from typing import Protocol

from casino.integrations.model import Integration
from casino.signing.pair import Pair


class Registry(Protocol):
    """The integrations, and which live `api_key` belongs to which."""

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key; its switches include those for all.

        Raises `UnavailableError` when it cannot be read.
        """

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
