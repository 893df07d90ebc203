"""Wires catalogue and launch; apart from `bootstrap`, so that the money path never loads them."""

from casino.adapters.provider_circuit import Circuits
from casino.adapters.provider_http import PAGE_LIMIT, HttpProviderClient
from casino.adapters.provider_transport import Limits, Transport
from casino.catalogue_observability import CatalogueObserver
from casino.ports import Clock, Keyring


def provider_client(
    keyring: Keyring,
    clock: Clock,
    observer: CatalogueObserver,
    limits: Limits | None = None,
    page_limit: int = PAGE_LIMIT,
) -> HttpProviderClient:
    """Return the client of every provider's API, with the circuits of this environment."""
    transport = Transport(keyring, clock, observer, Circuits(clock, observer), limits)
    return HttpProviderClient(transport, page_limit)
