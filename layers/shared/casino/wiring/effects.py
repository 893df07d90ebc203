"""What acts on the deliveries of each family; a new counterpart adds a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.accounts.purchases import Purchases
from casino.accounts.store.bought import DynamoDbBought
from casino.accounts.store.identities import DynamoDbIdentities
from casino.accounts.store.identity_key import IdentityKey
from casino.base.clock import Clock
from casino.deliveries.dialect import Effect
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.invo.effects import InvoEffects
from casino.integrations.ports import Keyring
from casino.integrations.store.cached_registry import CachedRegistry
from casino.observability.provider_calls import ProviderTelemetry
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wiring.igv import IgvParts
from casino.wiring.settings import Settings


@dataclass(frozen=True, slots=True)
class EffectParts:
    """What the worker has for every effect."""

    client: Any
    """DynamoDB."""
    secrets: Any
    """Secrets Manager."""
    settings: Settings
    registry: CachedRegistry
    keyring: Keyring
    clock: Clock
    observer: ProviderTelemetry


def _igv(parts: EffectParts) -> Effect:
    made = IgvParts(parts.client, parts.secrets, parts.settings, parts.keyring, parts.clock)
    return made.effect(parts.registry.get)


def _invo(parts: EffectParts) -> Effect:
    client, tables = parts.client, parts.settings.tables
    purchases = Purchases(DynamoDbBought(client, tables), DynamoDbAccounts(client, tables), Igsp())
    key = IdentityKey(parts.secrets, parts.settings.identity_key)
    return InvoEffects(purchases, DynamoDbIdentities(client, tables), key)


#: Family of the integration that receives → what makes its effect.
EFFECTS: Final[Mapping[str, Callable[[EffectParts], Effect]]] = {
    "igv-seller": _igv,
    "invo": _invo,
}
