"""What the rotation's role may do with the registry: what a rotation does, and no more."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from casino.audit.model import Who
from casino.aws.attributes import flag, text
from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.integrations.model import Integration
from casino.integrations.rotation import Rotation
from casino.integrations.store.items import registry_key
from casino.integrations.store.secrets import SecretsManagerStore
from testing.credentials import FakePairProvider
from testing.template import as_list, load_template
from testing.world import SANDBOX, World

type Call = tuple[str, dict[str, Any]]

NONE: dict[str, Any] = {"ForAllValues:StringEquals": {}}
ACTIONS = {"Put": "PutItem", "Update": "UpdateItem"}


class Recorder:
    """A DynamoDB client that notes each operation on the registry, also those of transactions."""

    def __init__(self, world: World) -> None:
        self.calls: list[Call] = []
        self._client, self._table = world.client, world.tables.registry

    def get_item(self, **request: Any) -> Any:
        self._note("GetItem", request)
        return self._client.get_item(**request)

    def transact_write_items(self, **request: Any) -> Any:
        for each in request["TransactItems"]:
            ((kind, item),) = each.items()
            self._note(ACTIONS[kind], item)
        return self._client.transact_write_items(**request)

    def _note(self, action: str, request: dict[str, Any]) -> None:
        if request["TableName"] == self._table:
            self.calls.append((action, request))


def granted() -> Iterator[dict[str, Any]]:
    policy = load_template()["Resources"]["RotationPolicy"]["Properties"]["PolicyDocument"]
    for statement in policy["Statement"]:
        if statement["Resource"] == {"Fn::GetAtt": ["RegistryTable", "Arn"]}:
            yield statement


def allowed(action: str, request: dict[str, Any]) -> bool:
    """Judge as IAM does: each value of the request must be among those of the condition."""
    item = request.get("Item") or request["Key"]
    named = {*item, *request.get("ExpressionAttributeNames", {}).values()}
    values = {"dynamodb:LeadingKeys": {item["kind"]["S"]}, "dynamodb:Attributes": named}
    return any(
        f"dynamodb:{action}" in as_list(statement["Action"])
        and all(
            values[key] <= set(as_list(most))
            for key, most in statement.get("Condition", NONE)["ForAllValues:StringEquals"].items()
        )
        for statement in granted()
    )


def test_a14_every_step_of_a_rotation_stays_within_the_rights_of_its_role(world: World) -> None:
    world.configure(issue_url="https://p.test/issue", grace_s=0)
    recorder: Any = Recorder(world)
    registry = replace(world, client=recorder).registry
    store, provider = SecretsManagerStore(secrets_client()), FakePairProvider()
    rotation = Rotation(store, registry, provider, SystemClock(), Who("the function"))
    for number in range(2):
        token = f"{number:032d}"
        for step in (rotation.create, rotation.set, rotation.test, rotation.finish):
            step(SANDBOX.secret_name, token)
    assert {action for action, _ in recorder.calls} == {"GetItem", "PutItem", "UpdateItem"}
    assert [call for call in recorder.calls if not allowed(*call)] == []


def update(kind: str, name: str, attribute: str) -> Call:
    names = {"#0": attribute}
    return "UpdateItem", {"Key": registry_key(kind, name), "ExpressionAttributeNames": names}


@pytest.mark.parametrize(
    "call",
    [
        update("switch", "all", "bets_enabled"),
        *(
            update("integration", "sandbox", attribute)
            for attribute in ("enabled", "allowed_cidrs", "bets_enabled", "provider_url", "grace_s")
        ),
        update("key", "some-key", "integration"),
        ("PutItem", {"Item": {**registry_key("switch", "all"), "bets_enabled": flag(True)}}),
        ("PutItem", {"Item": {**registry_key("integration", "own"), "family": text("igsp")}}),
        ("GetItem", {"Key": registry_key("switch", "all")}),
        ("DeleteItem", {"Key": registry_key("key", "some-key")}),
    ],
    ids=lambda call: f"{call[0]} {call[1]}"[:80],
)
def test_a14_the_rotation_may_write_nothing_else_of_the_registry(call: Call) -> None:
    assert not allowed(*call)


def test_a14_the_judge_sees_what_a_whole_integration_would_write(world: World) -> None:
    recorder: Any = Recorder(world)
    replace(world, client=recorder).registry.put(Integration("own", "igsp", "own"), ("own-key",))
    assert [allowed(*call) for call in recorder.calls] == [False, True]
