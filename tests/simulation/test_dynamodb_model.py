"""What the model knows of DynamoDB and no emulator does: writes that meet, lag, parts, time."""

from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from tests.contract.dynamodb_table import INDEX, SCHEMA
from tests.simulation.dynamodb_model import DynamoDbModel, Ongoing
from tests.simulation.dynamodb_rules import RefusedError, Whim

TABLE: Final = "cases"
ABSENT: Final = "attribute_not_exists(id)"


class Clock:
    now = 1_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model(clock: Clock) -> DynamoDbModel:
    model = DynamoDbModel(lambda: clock.now)
    model.create_table({"TableName": TABLE, **SCHEMA})
    return model


def named(key: str) -> dict[str, Any]:
    return {"id": {"S": key}}


def put(key: str, **more: Any) -> dict[str, Any]:
    return {"TableName": TABLE, "Item": named(key), **more}


def begun(model: DynamoDbModel, token: str, *keys: str) -> Ongoing:
    actions = [{"Put": put(key)} for key in keys]
    request = {"TransactItems": actions, "ClientRequestToken": token}
    return model.begin("TransactWriteItems", request)


def there(model: DynamoDbModel, *keys: str, **whim: Any) -> list[bool]:
    """Tell which items a read finds that need not be consistent."""
    reads = ({"TableName": TABLE, "Key": named(key)} for key in keys)
    return ["Item" in model.call("GetItem", read, Whim(**whim)) for read in reads]


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_two_transactions_that_meet_cancel_the_later_one(model: DynamoDbModel) -> None:
    first = begun(model, "1", "a", "b")
    with pytest.raises(RefusedError) as refused:
        begun(model, "2", "b", "c")
    reasons = refused.value.body["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["TransactionConflict", "None"]
    first.finish()
    begun(model, "2", "b", "c").finish()
    assert there(model, "a", "b", "c") == [True, True, True]


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_a_single_write_does_not_enter_a_transaction(model: DynamoDbModel, operation: str) -> None:
    begun(model, "1", "a")
    request = {"TableName": TABLE, "Key": named("a")}
    if operation == "UpdateItem":
        request |= {"UpdateExpression": "REMOVE n"}
    with pytest.raises(ClientError) as refused:
        model.call(operation, put("a") if operation == "PutItem" else request)
    assert code_of(refused) == "TransactionConflictException"


def test_a_read_may_meet_a_transaction_half_written(model: DynamoDbModel) -> None:
    ongoing = begun(model, "1", "a", "b")
    assert there(model, "a", "b") == [False, False]
    assert ongoing.land()
    assert there(model, "a", "b") == [True, False]
    assert ongoing.land()
    assert not ongoing.land()
    assert there(model, "a", "b") == [True, True]


def test_a_token_in_use_says_so_and_is_forgotten_after_ten_minutes(
    model: DynamoDbModel, clock: Clock
) -> None:
    ongoing = begun(model, "1", "a")
    with pytest.raises(RefusedError, match="TransactionInProgressException"):
        begun(model, "1", "a")
    ongoing.finish()
    model.call("DeleteItem", {"TableName": TABLE, "Key": named("a")})
    clock.now += 599
    begun(model, "1", "a").finish()
    assert there(model, "a") == [False]
    clock.now += 1
    begun(model, "1", "a").finish()
    assert there(model, "a") == [True]


def test_a_cancelled_transaction_may_be_sent_again_under_its_token(model: DynamoDbModel) -> None:
    model.call("PutItem", put("a"))
    taken = {"Put": put("a", ConditionExpression=ABSENT)}
    request = {"TransactItems": [taken], "ClientRequestToken": "1"}
    with pytest.raises(ClientError):
        model.call("TransactWriteItems", request)
    model.call("DeleteItem", {"TableName": TABLE, "Key": named("a")})
    assert model.call("TransactWriteItems", request) == {}
    assert there(model, "a") == [True]


def test_a_read_is_behind_unless_it_is_consistent(model: DynamoDbModel) -> None:
    for key in ("a", "b"):
        model.call("PutItem", put(key))
    assert there(model, "a", "b", lag=1) == [True, False]
    assert there(model, "a", "b", lag=9) == [False, False]
    fresh = {"TableName": TABLE, "Key": named("b"), "ConsistentRead": True}
    assert "Item" in model.call("GetItem", fresh, Whim(lag=9))
    behind = model.call(
        "BatchGetItem", {"RequestItems": {TABLE: {"Keys": [named("b")]}}}, Whim(lag=1)
    )
    assert behind["Responses"] == {TABLE: []}
    assert model.call("Scan", {"TableName": TABLE}, Whim(lag=1)) == {"Items": [named("a")]}


def test_an_index_lags_and_its_pages_end_early(model: DynamoDbModel) -> None:
    items = [
        named(f"{each}") | {"wallet": {"S": "w"}, "seq": {"N": f"{each}"}} for each in range(3)
    ]
    for item in items:
        model.call("PutItem", {"TableName": TABLE, "Item": item})
    query = {
        "TableName": TABLE,
        "IndexName": INDEX,
        "KeyConditionExpression": "wallet = :w",
        "ExpressionAttributeValues": {":w": {"S": "w"}},
    }
    assert model.call("Query", query, Whim(lag=1))["Items"] == items[:2]
    page = model.call("Query", query, Whim(page=1))
    assert (page["Items"], page["LastEvaluatedKey"]) == (items[:1], items[0])


def test_a_batch_is_done_in_part_and_hands_back_the_rest(model: DynamoDbModel) -> None:
    writes = [{"PutRequest": {"Item": named(key)}} for key in "ab"]
    answer = model.call("BatchWriteItem", {"RequestItems": {TABLE: writes}}, Whim(unprocessed=1))
    assert answer == {"UnprocessedItems": {TABLE: writes[1:]}}
    model.call("BatchWriteItem", {"RequestItems": answer["UnprocessedItems"]})
    keys = {TABLE: {"Keys": [named("a"), named("b")], "ConsistentRead": True}}
    answer = model.call("BatchGetItem", {"RequestItems": keys}, Whim(unprocessed=1))
    assert answer["Responses"] == {TABLE: [named("a")]}
    assert answer["UnprocessedKeys"] == {TABLE: {"Keys": [named("b")], "ConsistentRead": True}}
    with pytest.raises(ClientError) as refused:
        model.call("BatchGetItem", {"RequestItems": keys}, Whim(unprocessed=2))
    assert code_of(refused) == "ProvisionedThroughputExceededException"


def test_a_batch_leaves_what_a_transaction_holds(model: DynamoDbModel) -> None:
    ongoing = begun(model, "1", "a")
    writes = [{"DeleteRequest": {"Key": named("a")}}, {"PutRequest": {"Item": named("b")}}]
    answer = model.call("BatchWriteItem", {"RequestItems": {TABLE: writes}})
    assert answer == {"UnprocessedItems": {TABLE: writes[:1]}}
    ongoing.finish()
    assert there(model, "a", "b") == [True, True]


def test_a_whim_refuses_before_anything_is_done(model: DynamoDbModel) -> None:
    with pytest.raises(ClientError) as refused:
        model.call("PutItem", put("a"), Whim(refused_with="ThrottlingException"))
    assert code_of(refused) == "ThrottlingException"
    assert there(model, "a") == [False]


def test_what_the_model_does_not_know_is_an_error(model: DynamoDbModel) -> None:
    for operation, request in (
        ("DescribeTable", {"TableName": TABLE}),
        ("PutItem", put("a", Expected={})),
        ("PutItem", put("a", ConditionExpression="size(id) = :n")),
    ):
        with pytest.raises((AssertionError, KeyError)):
            model.call(operation, request)
