"""What the benchmark's proxy counts is what DynamoDB charges, and callers do not see it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from benchmarks.aws import wire
from benchmarks.aws.wire import Call, Wire
from testing.template import create_tables

LARGE = "x" * 4_200


@pytest.fixture
def counted(aws: dict[str, str]) -> Iterator[Wire]:
    with wire.counting(aws["AWS_ENDPOINT_URL"]) as counting:
        yield counting


@pytest.fixture
def client(counted: Wire) -> Iterator[Any]:
    made = boto3.client("dynamodb", endpoint_url=counted.endpoint)
    yield made
    made.close()


@pytest.fixture
def tables(client: Any, counted: Wire) -> dict[str, str]:
    created = create_tables(client, f"wire-{uuid4().hex}")
    counted.take()
    return created


def entry(key: str, **more: str) -> dict[str, dict[str, Any]]:
    item: dict[str, dict[str, Any]] = {"id": {"S": key}, "hash": {"B": b"\x00" * 32}}
    return item | {name: {"S": value} for name, value in more.items()}


def test_a_transaction_costs_twice_and_its_index_apart(
    client: Any, counted: Wire, tables: dict[str, str]
) -> None:
    item = entry("a", wallet="EUR#p") | {"seq": {"N": "1"}}
    put = {"Put": {"TableName": tables["LEDGER_TABLE"], "Item": item}}
    answer = client.transact_write_items(TransactItems=[put])
    assert counted.take() == [Call("TransactWriteItems", write_tables=2, write_index=1)]
    assert "ConsumedCapacity" not in answer


def test_single_writes_and_reads_are_counted(
    client: Any, counted: Wire, tables: dict[str, str]
) -> None:
    table = tables["EXPOSURE_TABLE"]
    client.put_item(TableName=table, Item=entry("a"))
    client.get_item(TableName=table, Key={"id": {"S": "a"}}, ConsistentRead=True)
    assert counted.take() == [Call("PutItem", write_tables=1), Call("GetItem", read=1)]


@pytest.mark.parametrize(("consistent", "units"), [(True, 3), (False, 1.5)])
def test_a_batch_read_costs_by_size_and_an_absent_item_the_least(
    client: Any, counted: Wire, tables: dict[str, str], consistent: bool, units: float
) -> None:
    table = tables["EXPOSURE_TABLE"]
    client.put_item(TableName=table, Item=entry("large", text=LARGE))
    counted.take()
    keys = [{"id": {"S": "large"}}, {"id": {"S": "absent"}}]
    found = client.batch_get_item(
        RequestItems={table: {"Keys": keys, "ConsistentRead": consistent}}
    )["Responses"][table]
    assert counted.take() == [Call("BatchGetItem", read=units)]
    assert found == [entry("large", text=LARGE)]


def test_a_refused_write_is_a_round_trip(
    client: Any, counted: Wire, tables: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.put_item(
            TableName=tables["EXPOSURE_TABLE"],
            Item=entry("a"),
            ConditionExpression="attribute_exists(id)",
        )
    assert counted.take() == [Call("PutItem")]


def test_who_asks_for_the_capacity_gets_it(
    client: Any, counted: Wire, tables: dict[str, str]
) -> None:
    answer = client.put_item(
        TableName=tables["EXPOSURE_TABLE"], Item=entry("a"), ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1
