"""What acts on the deliveries of each family; a new counterpart adds a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.aws.clients import secrets_client
from casino.base.clock import Clock
from casino.deliveries.dialect import Effect
from casino.integrations.ports import Keyring
from casino.integrations.store.cached_registry import CachedRegistry
from casino.observability.provider_calls import ProviderTelemetry
from casino.wiring.igv import IgvParts
from casino.wiring.settings import Settings


@dataclass(frozen=True, slots=True)
class EffectParts:
    """What the worker has for every effect."""

    client: Any
    """DynamoDB."""
    settings: Settings
    registry: CachedRegistry
    keyring: Keyring
    clock: Clock
    observer: ProviderTelemetry


def _igv(parts: EffectParts) -> Effect:
    secrets = secrets_client()
    made = IgvParts(parts.client, secrets, parts.settings, parts.keyring, parts.clock)
    return made.effect(parts.registry.get)


#: Family of the integration that receives → what makes its effect.
EFFECTS: Final[Mapping[str, Callable[[EffectParts], Effect]]] = {"igv-seller": _igv}
