"""The integrations on DynamoDB: `key#<api_key>` → `integration#<name>`, and `switch#all`.

A switch is on unless it says otherwise; the one for all and the integration's own must both be on.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from casino.adapters.dynamodb_calls import (
    CONDITION_FAILED,
    DynamoDbClient,
    batch_get,
    get,
    scan,
    settle,
    transact,
)
from casino.adapters.dynamodb_items import Item, integration_item, read_integration, text
from casino.adapters.tables import Tables
from casino.domain.model import Integration

_SWITCH_ALL: Final = "switch#all"


class DynamoDbRegistry:
    """`Registry` over the registry's table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.registry

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key; its switches include those for all."""
        key = get(self._client, self._table, {"id": text(f"key#{api_key}")})
        return self.in_force(key["integration"]["S"]) if key else None

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches for all merged in."""
        own_id = f"integration#{name}"
        keys: list[Item] = [{"id": text(own_id)}, {"id": text(_SWITCH_ALL)}]
        found = {
            item["id"]["S"]: item
            for item in batch_get(self._client, {self._table: keys})[self._table]
        }
        if own_id not in found:
            return None
        own = read_integration(found[own_id])
        switches = found.get(_SWITCH_ALL, {})
        return replace(
            own,
            bets_enabled=own.bets_enabled and _is_on(switches, "bets_enabled"),
            sessions_enabled=own.sessions_enabled and _is_on(switches, "sessions_enabled"),
        )

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, with its own switches alone."""
        item = get(self._client, self._table, {"id": text(f"integration#{name}")})
        return read_integration(item) if item else None

    def names(self) -> Iterator[str]:
        """Yield the name of every integration, in no order."""
        for item in scan(self._client, self._table):
            kind, _, name = item["id"]["S"].partition("#")
            if kind == "integration":
                yield name

    def put(self, integration: Integration, api_keys: tuple[str, ...] = ()) -> None:
        """Store an integration, and point `api_keys` at it; both or neither.

        Raises `ValueError` when a key belongs to another integration.
        """
        writes: list[dict[str, Any]] = [
            {"Put": {"TableName": self._table, "Item": integration_item(integration)}}
        ]
        writes += [self._point(api_key, integration.name) for api_key in api_keys]

        def store() -> bool:
            reasons = transact(self._client, writes)
            if CONDITION_FAILED in reasons:
                raise ValueError("an api_key belongs to another integration")
            return not reasons

        settle(store)

    def _point(self, api_key: str, name: str) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {"id": text(f"key#{api_key}"), "integration": text(name)},
                "ConditionExpression": "attribute_not_exists(id) OR integration = :name",
                "ExpressionAttributeValues": {":name": text(name)},
            }
        }


def _is_on(switches: Item, name: str) -> bool:
    return bool(switches.get(name, {"BOOL": True})["BOOL"])
