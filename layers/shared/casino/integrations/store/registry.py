"""The integrations on DynamoDB, by kind: `key` (an api_key each), `integration`, and one `switch`.

The keys stand together, so that one query reads them all. A key that is being retired holds its
end, so that no cache prolongs its life. The switches of brands and of all stand in one item, which
is read together with an integration; it is missing while none was ever turned.

Every change by a person or by the rotation goes through `change` or `change_shared`: one
transaction with its audit record, conditional on the state that was read.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from casino.audit.model import AuditRecord
from casino.audit.store import audit_write
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import (
    CONDITION_FAILED,
    DynamoDbClient,
    batch_get,
    difference,
    get,
    query,
    settle,
    transact,
)
from casino.aws.tables import Tables
from casino.integrations.credentials import KeyTakenError
from casino.integrations.model import ApiKey, Integration, Off
from casino.integrations.store.items import (
    integration_item,
    read_integration,
    read_offs,
    registry_key,
    switches_item,
)
from casino.integrations.switches import in_force

_SHARED: Final = registry_key("switch", "all")


class DynamoDbRegistry:
    """`Registry` over the registry's table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables
        self._table = tables.registry

    def every_key(self) -> Iterator[tuple[str, ApiKey]]:
        """Yield every api_key, read consistently, page by page."""
        for item in self._of_kind("key"):
            until = int(item.get("valid_until", {"N": "0"})["N"])
            yield item["id"]["S"], ApiKey(item["integration"]["S"], until)

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches of its brand and of all merged in."""
        if not name:
            return None  # DynamoDB refuses an empty key
        keys = [registry_key("integration", name), _SHARED]
        items = batch_get(self._client, {self._table: keys})[self._table]
        found = {item["kind"]["S"]: item for item in items}
        if "integration" not in found:
            return None
        return in_force(read_integration(found["integration"]), read_offs(found.get("switch", {})))

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, with its own switches alone; no name is nobody's."""
        if not name:
            return None  # DynamoDB refuses an empty key
        item = get(self._client, self._table, registry_key("integration", name))
        return read_integration(item) if item else None

    def names(self) -> Iterator[str]:
        """Yield the name of every integration, in no order."""
        for item in self._of_kind("integration"):
            yield item["id"]["S"]

    def put(
        self,
        integration: Integration,
        api_keys: tuple[str, ...] = (),
        audit: AuditRecord | None = None,
    ) -> None:
        """Store an integration, and point `api_keys` at it; all or nothing.

        Raises `ValueError` when a key belongs to another integration.
        """
        writes: list[dict[str, Any]] = [
            {"Put": {"TableName": self._table, "Item": integration_item(integration)}}
        ]
        writes += [self._point(api_key, integration.name) for api_key in api_keys]
        if audit is not None:
            writes.append(audit_write(self._tables, audit))

        def store() -> bool:
            reasons = transact(self._client, writes)
            if CONDITION_FAILED in reasons:
                raise ValueError("an api_key belongs to another integration")
            return not reasons

        settle(store)

    def change(
        self,
        name: str,
        update: Callable[[Integration], Integration],
        audit: AuditRecord | None,
        keys: Mapping[str, int] | None = None,
    ) -> bool:
        """Change an integration and until when its keys are valid (0: for ever); audit it.

        False when that is how it stands already. `update` is called again with what somebody else
        made of it meanwhile. Raises `LookupError` when there is no such integration, and
        `KeyTakenError` when a key belongs to another one.
        """
        points = [self._point(key, name, until) for key, until in (keys or {}).items()]
        changed = False

        def step() -> bool:
            nonlocal changed
            key = registry_key("integration", name)
            item = get(self._client, self._table, key)
            if item is None:
                raise LookupError(f"integration {name} does not exist")
            before = read_integration(item)
            old, new = integration_item(before), integration_item(update(before))
            if "off" in item and old.get("off") != new.get("off"):
                old["off"] = item["off"]  # with what an earlier version left there
            changes = difference(self._table, key, old, new)
            writes = [*changes, *points]
            if not writes:
                return True
            record = [audit_write(self._tables, audit)] if audit is not None else []
            reasons = transact(self._client, [*writes, *record])
            if CONDITION_FAILED in reasons[len(writes) - len(points) : len(writes)]:
                raise KeyTakenError("the api_key belongs to another integration")
            changed = not reasons
            return changed

        settle(step)
        return changed

    def change_shared(
        self, update: Callable[[Mapping[str, Off]], Mapping[str, Off]], audit: AuditRecord
    ) -> bool:
        """Change the switches of brands and of all, with an audit record; like `change`."""
        changed = False

        def step() -> bool:
            nonlocal changed
            item = get(self._client, self._table, _SHARED)
            offs = read_offs(item or {})
            after = update(offs)
            if after == offs:
                return True
            new = _SHARED | switches_item(after)
            writes = difference(self._table, _SHARED, item or _SHARED, new)
            if item is None:
                writes[0]["Update"]["ConditionExpression"] = "attribute_not_exists(id)"
            changed = not transact(self._client, [*writes, audit_write(self._tables, audit)])
            return changed

        settle(step)
        return changed

    def shared(self) -> dict[str, Off]:
        """Return the switches of brands and of all that are off, also those that have ended."""
        return read_offs(get(self._client, self._table, _SHARED) or {})

    def _of_kind(self, kind: str) -> Iterator[Item]:
        return query(
            self._client,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues={":kind": text(kind)},
        )

    def _point(self, api_key: str, name: str, until: int = 0) -> dict[str, Any]:
        item: Item = {**registry_key("key", api_key), "integration": text(name)}
        if until:
            item["valid_until"] = number(until)
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(id) OR integration = :name",
                "ExpressionAttributeValues": {":name": text(name)},
            }
        }
