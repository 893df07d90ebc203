"""Quick moto answers as moto does, and a casino that was kept is as good as one just built."""

from contextlib import nullcontext
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from casino.aws.clients import dynamodb_client
from testing.emulator import emulated_world, quick_moto
from testing.template import create_tables
from testing.world import World, build_world

KINDS: dict[str, Any] = {
    "S": "a", "N": "1.50", "B": b"\x00\xff", "SS": ["a", "b"], "NS": ["1", "2"], "BS": [b"a"],
    "NULL": True, "BOOL": False, "L": [{"S": "a"}, {"L": []}], "M": {"S": {"M": {"s": {"N": "1"}}}},
}  # fmt: skip
ITEM = {"id": {"S": "a"}, **{f"a {kind}": {kind: value} for kind, value in KINDS.items()}}


def answers() -> list[Any]:
    """Return what moto says to one request of each shape that the stores send."""
    client = dynamodb_client()
    table = create_tables(client, "test")["EXPOSURE_TABLE"]
    key = {"id": ITEM["id"]}
    said = [
        client.put_item(TableName=table, Item=ITEM),
        client.get_item(TableName=table, Key=key),
        client.get_item(TableName=table, Key={"id": {"S": "nobody"}}),
        client.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        client.query(
            TableName=table,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": ITEM["id"]},
        ),
    ]
    put = {"TableName": table, "Item": {"id": {"S": "b"}}}
    refused = put | {
        "Item": ITEM | {"more": {"S": "b"}},
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(ClientError) as failed:
        client.transact_write_items(TransactItems=[{"Put": put}, {"Put": refused}])
    said += [failed.value.response, client.scan(TableName=table)]
    said.append(client.transact_write_items(TransactItems=[{"Put": put}]))
    said.append(client.scan(TableName=table))
    return [
        {name: part for name, part in one.items() if name != "ResponseMetadata"} for one in said
    ]


def test_quick_moto_answers_as_moto_does() -> None:
    found = []
    for how in (nullcontext(), quick_moto()):
        with how, mock_aws():
            found.append(answers())
    plain, quick = found
    assert quick == plain
    assert quick[1]["Item"] == ITEM
    assert quick[6]["Items"] == [ITEM]


def kept(world: World) -> dict[str, list[Any]]:
    tables = (name for name in world.environment.items() if name[0].endswith("_TABLE"))
    return {name: world.client.scan(TableName=table)["Items"] for name, table in tables}


def test_each_emulated_world_is_the_one_that_is_built() -> None:
    with mock_aws():
        built = build_world("test")
        environment, expected = built.environment, kept(built)
    for _ in range(2):
        with emulated_world() as world:
            assert (world.environment, kept(world)) == (environment, expected)
            assert world.by_api_key("nobody") is None
            world.player("player-912")
            assert kept(world) != expected
