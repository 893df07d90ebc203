"""The ports of authenticating a caller, and of letting ourselves in elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from casino.integrations.model import ApiKey, Integration
from casino.signing.pair import Pair


class Registry(Protocol):
    """The integrations, and which live `api_key` belongs to which."""

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key; its switches include those of its brand and of all.

        Raises `UnavailableError` when it cannot be read.
        """

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name."""


class KeyIndex(Protocol):
    """All that a registry must give for `Registry`; each raises `UnavailableError`."""

    def every_key(self) -> Iterable[tuple[str, ApiKey]]:
        """Return every `api_key`, a retired one too."""

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches of its brand and of all merged in."""

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


@dataclass(frozen=True, slots=True)
class Shelved:
    """What all environments share of a service's token; times are in seconds since the epoch."""

    value: str = field(default="", repr=False)
    expires_at: float = 0.0
    refused: str = ""
    """The fingerprint of the credentials that were refused last; empty after a login."""
    refused_at: float = 0.0


class TokenShelf(Protocol):
    """Keeps the token of one service; each method raises `RetryableError`."""

    def read(self) -> Shelved:
        """Return what was written last."""

    def write(self, shelved: Shelved) -> None:
        """Replace what is there."""

    def claim(self, now: float, until: float) -> bool:
        """Begin a login; false while another one is under way, and not over by its `until`."""

    def release(self, until: float) -> None:
        """End the login that was claimed until then; that of another environment goes on."""
