"""How partners name players, on DynamoDB: one item for the whole, and one for each name.

The whole stands under the player, so that it can be shown and changed. The names stand under
themselves, so that a delivery finds its player by a read of two keys.
"""

from typing import Any, Final

from casino.accounts.model import Identity
from casino.accounts.ports import Named
from casino.audit.model import AuditRecord
from casino.audit.store import audit_write
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import CONFLICT, DynamoDbClient, batch_get, get, transact
from casino.aws.tables import Tables
from casino.base.errors import BusyError

_OPTIONAL: Final = ("identity_id", "email_hash")


def named_id(integration: str, identity_id: str) -> str:
    """Return the key of a partner's own id; integration names hold no `#`."""
    return f"{integration}#id#{identity_id}"


def email_id(integration: str, email_hash: str) -> str:
    """Return the key of an e-mail's hash."""
    return f"{integration}#email#{email_hash}"


def _whole_id(integration: str, player_id: str) -> str:
    return f"{integration}#player#{player_id}"


def identity_writes(table: str, before: Identity | None, after: Identity) -> list[dict[str, Any]]:
    """Return the parts of a transaction that put `after` in the place of `before`."""
    whole: dict[str, Any] = {
        "TableName": table,
        "Item": _whole_item(after),
        "ConditionExpression": "attribute_not_exists(id)",
    }
    if before is not None:
        whole["ConditionExpression"] = "version = :read"
        whole["ExpressionAttributeValues"] = {":read": number(before.version)}
    writes: list[dict[str, Any]] = [{"Put": whole}]
    for name, key in (("identity_id", named_id), ("email_hash", email_id)):
        old, new = getattr(before, name, None), getattr(after, name)
        if old == new:
            continue
        owner = {":owner": text(after.player_id)}
        if new is not None:
            item = {"id": text(key(after.integration, new)), "player_id": text(after.player_id)}
            free = "attribute_not_exists(id) OR player_id = :owner"
            writes.append({"Put": _part(table, free, owner) | {"Item": item}})
        if old is not None:
            gone = {"id": text(key(after.integration, old))}
            writes.append({"Delete": _part(table, "player_id = :owner", owner) | {"Key": gone}})
    return writes


def _part(table: str, condition: str, values: Item) -> dict[str, Any]:
    return {
        "TableName": table,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": values,
    }


def _whole_item(identity: Identity) -> Item:
    item: Item = {
        "id": text(_whole_id(identity.integration, identity.player_id)),
        "changed_at": text(identity.changed_at),
        "version": number(identity.version),
    }
    given = {name: getattr(identity, name) for name in _OPTIONAL}
    return item | {name: text(value) for name, value in given.items() if value is not None}


class DynamoDbIdentities:
    """`Identities` over the partners' table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables

    def named(self, integration: str, identity_id: str | None, email_hash: str | None) -> Named:
        """Return whom a partner's id and an e-mail's hash name."""
        keys = [
            named_id(integration, identity_id) if identity_id else None,
            email_id(integration, email_hash) if email_hash else None,
        ]
        table = self._tables.partners
        asked = {table: [{"id": text(key)} for key in keys if key is not None]}
        found = {item["id"]["S"]: item for item in batch_get(self._client, asked)[table]}
        players = (found[key]["player_id"]["S"] if key in found else None for key in keys)
        return Named(*players)

    def of(self, integration: str, player_id: str) -> Identity | None:
        """Return how an integration names a player."""
        key = {"id": text(_whole_id(integration, player_id))}
        item = get(self._client, self._tables.partners, key)
        if item is None:
            return None
        return Identity(
            integration,
            player_id,
            **{name: item[name]["S"] for name in _OPTIONAL if name in item},
            changed_at=item["changed_at"]["S"],
            version=int(item["version"]["N"]),
        )

    def change(self, before: Identity | None, after: Identity, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`; false when something else stands there."""
        reasons = transact(self._client, self.writes(before, after, audit))
        if CONFLICT in reasons:
            raise BusyError("a transaction holds the identity")
        return not reasons

    def writes(
        self, before: Identity | None, after: Identity, audit: AuditRecord
    ) -> tuple[dict[str, Any], ...]:
        """Return what `change` writes."""
        writes = identity_writes(self._tables.partners, before, after)
        return (*writes, audit_write(self._tables, audit))
