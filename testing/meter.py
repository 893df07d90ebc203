"""Counts what a function sends to AWS, at the wire: every HTTP request, retries included."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSPreparedRequest

from casino.wiring import deliveries, hooks
from testing.capacity import read_units, transact_write_units
from testing.world import World

READ_THEN_WRITE = ["BatchGetItem", "TransactWriteItems"]
READ = ["BatchGetItem"]


@dataclass
class Meter:
    """Counts what leaves, and can say what it read and wrote."""

    world: World
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def count(self, event_name: str, request: AWSPreparedRequest, **_: object) -> None:
        self.sent.append((event_name.rsplit(".", 1)[-1], json.loads(cast("bytes", request.body))))

    @property
    def round_trips(self) -> list[str]:
        return [operation for operation, _ in self.sent]

    def read_units(self) -> int:
        """What the reads cost, counted on the items as they are now: not less than then."""
        return sum(read_units(self._stored(*key)) for key in self._keys_read())

    def written(self) -> dict[str, dict[str, Any]]:
        """What one transaction left behind, by the key of each item that it put or updated."""
        return {key: item for kind, key, item in self._actions() if kind != "ConditionCheck"}

    def write_units(self) -> int:
        """What one transaction cost: a check of an item costs what writing it would."""
        return sum(transact_write_units(item) for _, _, item in self._actions())

    def _actions(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        (body,) = [body for operation, body in self.sent if operation == "TransactWriteItems"]
        for action in body["TransactItems"]:
            ((kind, request),) = action.items()
            key = {"id": request["Item"]["id"]} if kind == "Put" else request["Key"]
            yield kind, str(key), self._stored(request["TableName"], key) or {}

    def _keys_read(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for operation, body in self.sent:
            if operation == "BatchGetItem":
                for table, asked in body["RequestItems"].items():
                    assert asked["ConsistentRead"] is True
                    yield from ((table, key) for key in asked["Keys"])

    def _stored(self, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
        item: dict[str, Any] | None = self.world.client.get_item(TableName=table, Key=key).get(
            "Item"
        )
        return item


def attach_meter(world: World, monkeypatch: pytest.MonkeyPatch) -> Meter:
    """Return a meter of every client that the functions of hooks and deliveries make."""
    meter = Meter(world)
    for name in ("dynamodb_client", "secrets_client"):
        client = getattr(hooks, name)()
        client.meta.events.register_first("before-send", meter.count)
        for wiring in (hooks, deliveries):
            monkeypatch.setattr(wiring, name, lambda client=client: client)
    return meter
