"""What DynamoDB does, as AWS documents it: a case each, for the model and for every emulator.

A case takes a client and the name of an empty table with the ledger's key and index.
"""

from collections.abc import Callable
from typing import Any, Final

from tests.contract import dynamodb_read_cases
from tests.contract.dynamodb_table import (
    ABSENT,
    A,
    B,
    code_of,
    holds,
    item,
    number,
    put,
    refused,
    transacted,
)

type Case = Callable[[Any, str], None]


def a_put_under_a_taken_id_hands_back_what_is_there(client: Any, table: str) -> None:
    request = {"TableName": table, "Item": {"id": A, "n": number(1)}, "ConditionExpression": ABSENT}
    client.put_item(**request)
    bare = refused(client.put_item, **request)
    assert (bare["Error"]["Code"], bare.get("Item")) == ("ConditionalCheckFailedException", None)
    told = refused(client.put_item, **request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert told["Item"] == {"id": A, "n": number(1)}


def a_put_replaces_the_whole_item(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "n": number(1)})
    client.put_item(TableName=table, Item={"id": A, "m": {"B": b"\x00\xff"}})
    assert item(client, table, "a") == {"id": A, "m": {"B": b"\x00\xff"}}


def a_deleted_item_is_gone(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A})
    for _ in range(2):
        client.delete_item(TableName=table, Key={"id": A})
    assert item(client, table, "a") is None


def a_cancelled_transaction_writes_nothing_and_names_each_reason(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "n": number(1)})
    taken = put(table, "a")
    taken["Put"] |= {
        "ConditionExpression": ABSENT,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    missing = put(table, "c")
    missing["Put"] |= {
        "ConditionExpression": "attribute_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    answer = refused(client.transact_write_items, TransactItems=[put(table, "b"), taken, missing])
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    none, failed, absent = answer["CancellationReasons"]
    assert none["Code"] == "None"
    assert (failed["Code"], failed["Item"]) == ("ConditionalCheckFailed", {"id": A, "n": number(1)})
    assert (absent["Code"], absent.get("Item")) == ("ConditionalCheckFailed", None)
    assert item(client, table, "b") is None


def a_transaction_checks_all_before_it_writes(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "v": number(3)})
    values = {":read": number(3), ":new": number(4)}
    move = {
        "TableName": table,
        "Key": {"id": A},
        "UpdateExpression": "SET v = :new",
        "ConditionExpression": "v = :read",
        "ExpressionAttributeValues": values,
    }
    assert transacted(client, {"Update": move}, put(table, "b")) == []
    assert transacted(client, put(table, "c"), {"Update": move}) == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert item(client, table, "a")["v"] == number(4)
    assert item(client, table, "c") is None


def a_condition_reads_an_absent_attribute_as_nothing(client: Any, table: str) -> None:
    assert holds(client, table, ABSENT)
    assert not holds(client, table, "v = :v", v=number(1))
    assert not holds(client, table, "v < :v", v=number(1))
    assert holds(client, table, "v <> :v", v=number(1))
    assert holds(client, table, f"attribute_exists(v) OR {ABSENT}")


def a_condition_compares_numbers_as_numbers(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "v": {"N": "10"}})
    assert holds(client, table, "v = :v", v={"N": "10.0"})
    assert holds(client, table, "v > :v", v={"N": "9"})
    assert holds(client, table, "v >= :v AND v <= :v", v={"N": "10"})
    assert not holds(client, table, "v = :v", v={"S": "10"})
    assert holds(client, table, "v <> :v", v={"S": "10"})


def a_condition_binds_not_before_and_before_or(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "v": number(1), "m": {"M": {"in": B}}})
    false, true = "attribute_exists(w)", "attribute_exists(v)"
    assert holds(client, table, f"{true} OR {true} AND {false}")
    assert holds(client, table, f"NOT {false} OR {false}")
    assert not holds(
        client, table, f"NOT ({true} AND #id = :a) AND {true}", a=A, names={"#id": "id"}
    )
    assert holds(client, table, "m.#in = :b", b=B, names={"#in": "in"})


def an_update_makes_the_item_that_is_not_there(client: Any, table: str) -> None:
    request: dict[str, Any] = {
        "TableName": table,
        "Key": {"id": A},
        "UpdateExpression": "SET #s = :b ADD n :one, more :more",
        "ExpressionAttributeNames": {"#s": "s"},
        "ExpressionAttributeValues": {":b": B, ":one": number(1), ":more": {"SS": ["x", "y"]}},
    }
    client.update_item(**request)
    request["ExpressionAttributeValues"] |= {":more": {"SS": ["y", "z"]}}
    found = client.update_item(**request, ReturnValues="ALL_NEW")["Attributes"]
    assert set(found.pop("more")["SS"]) == {"x", "y", "z"}
    assert found == {"id": A, "s": B, "n": number(2)}


def an_update_removes_and_reaches_into_maps(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A, "v": B, "m": {"M": {"x": A, "y": A}}})
    client.update_item(
        TableName=table,
        Key={"id": A},
        UpdateExpression="SET m.x = :b REMOVE v, w",
        ExpressionAttributeValues={":b": B},
    )
    assert item(client, table, "a") == {"id": A, "m": {"M": {"x": B, "y": A}}}


def an_update_of_the_key_is_refused(client: Any, table: str) -> None:
    asked = {"TableName": table, "Key": {"id": A}, "UpdateExpression": "SET id = :b"}
    values = {":b": B}
    code = code_of(client.update_item, **asked, ExpressionAttributeValues=values)
    assert code == "ValidationException"


def marks_must_stand_in_the_expression_and_beside_it(client: Any, table: str) -> None:
    asked = {"TableName": table, "Item": {"id": A}, "ConditionExpression": "#v = :v"}
    names, values = {"#v": "v"}, {":v": A}
    for odd in (
        {"ExpressionAttributeNames": names},
        {"ExpressionAttributeValues": values},
        {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values | {":w": A}},
        {"ExpressionAttributeNames": names | {"#w": "w"}, "ExpressionAttributeValues": values},
    ):
        assert code_of(client.put_item, **asked, **odd) == "ValidationException", odd


def a_key_that_is_none_is_refused(client: Any, table: str) -> None:
    for odd in ({"id": {"S": ""}}, {"id": number(1)}, {"n": A}, {"id": {"S": "k" * 2049}}):
        assert code_of(client.put_item, TableName=table, Item=odd) == "ValidationException", odd


def a_key_of_an_index_has_its_type(client: Any, table: str) -> None:
    odd = {"id": A, "wallet": B, "seq": {"S": "1"}}
    assert code_of(client.put_item, TableName=table, Item=odd) == "ValidationException"


def a_batch_write_takes_twenty_five_different_items(client: Any, table: str) -> None:
    writes = [{"PutRequest": {"Item": {"id": {"S": str(each)}}}} for each in range(26)]
    call = client.batch_write_item
    assert not call(RequestItems={table: writes[:25]})["UnprocessedItems"]
    assert code_of(call, RequestItems={table: writes}) == "ValidationException"
    twice = {table: [writes[0], writes[0]]}
    assert code_of(call, RequestItems=twice) == "ValidationException"
    assert len(client.scan(TableName=table)["Items"]) == 25


def a_transaction_names_an_item_once(client: Any, table: str) -> None:
    twice = [put(table, "a"), put(table, "a", n=number(1))]
    assert code_of(client.transact_write_items, TransactItems=twice) == "ValidationException"


def a_transaction_takes_a_hundred_actions(client: Any, table: str) -> None:
    actions = [put(table, str(each)) for each in range(101)]
    assert transacted(client, *actions[:100]) == []
    assert code_of(client.transact_write_items, TransactItems=actions) == "ValidationException"


def an_item_has_at_most_400_kb(client: Any, table: str) -> None:
    def sized(size: int) -> dict[str, Any]:
        return {"TableName": table, "Item": {"id": A, "t": {"S": "t" * (size - 4)}}}

    client.put_item(**sized(400 * 1024))
    assert code_of(client.put_item, **sized(400 * 1024 + 1)) == "ValidationException"


def a_transaction_has_at_most_4_mb(client: Any, table: str) -> None:
    large = [put(table, str(each), t={"S": "t" * 400_000}) for each in range(11)]
    assert code_of(client.transact_write_items, TransactItems=large) == "ValidationException"


def a_token_makes_a_transaction_happen_once(client: Any, table: str) -> None:
    add = {
        "TableName": table,
        "Key": {"id": A},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": number(1)},
    }
    for _ in range(2):
        client.transact_write_items(TransactItems=[{"Update": add}], ClientRequestToken="token")
    assert item(client, table, "a")["n"] == number(1)
    other = {"TransactItems": [put(table, "b")], "ClientRequestToken": "token"}
    code = code_of(client.transact_write_items, **other)
    assert code == "IdempotentParameterMismatchException"


CASES: Final[dict[str, Case]] = {
    name.replace("_", " "): value
    for name, value in (globals() | vars(dynamodb_read_cases)).items()
    if name.split("_")[0] in ("a", "an", "marks")
}
