"""The clients of the providers' APIs: the integration's family chooses."""

from typing import Final

from casino.base.clock import Clock
from casino.dialects.flexsoft.client import FlexsoftClient
from casino.dialects.igsp.client import PAGE_LIMIT, HttpProviderClient
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.observability.provider_calls import ProviderTelemetry
from casino.providers.circuit import Circuits
from casino.providers.connection import pool_manager
from casino.providers.ports import Launched, LaunchRequest, Page, ProviderClient
from casino.providers.transport import Limits, Transport

_FLEXSOFT: Final = "flexsoft"


class ProviderClients:
    """`ProviderClient` of every family over one `Transport`."""

    def __init__(self, transport: Transport, page_limit: int = PAGE_LIMIT) -> None:
        self._igsp = HttpProviderClient(transport, page_limit)
        self._flexsoft = FlexsoftClient(transport)

    def _of(self, integration: Integration) -> ProviderClient:
        return self._flexsoft if integration.family == _FLEXSOFT else self._igsp

    def providers(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of the providers."""
        return self._of(integration).providers(integration, cursor, updated_after)

    def games(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of the games."""
        return self._of(integration).games(integration, cursor, updated_after)

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        """Open a game."""
        return self._of(integration).create_session(integration, request)

    def close_session(self, integration: Integration, session_id: str) -> None:
        """Tell the provider that a session is over, where it can be told."""
        self._of(integration).close_session(integration, session_id)


def provider_client(
    keyring: Keyring,
    clock: Clock,
    observer: ProviderTelemetry,
    limits: Limits | None = None,
    page_limit: int = PAGE_LIMIT,
    *,
    local: bool,
) -> ProviderClients:
    """Return the client of every provider's API, with the circuits of this environment.

    `local` is the local stack, where a provider may be this machine.
    """
    pool, circuits = pool_manager(public_only=not local), Circuits(clock, observer)
    transport = Transport(keyring, family, clock, observer, circuits, limits, pool)
    return ProviderClients(transport, page_limit)
