"""What DynamoDB does, as AWS documents it: a case each, for the model and for every emulator.

A case takes a client and the name of an empty table with the ledger's key and index.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

type Case = Callable[[Any, str], None]

INDEX: Final = "by_wallet"
SCHEMA: Final[dict[str, Any]] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "wallet", "AttributeType": "S"},
        {"AttributeName": "seq", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": INDEX,
            "KeySchema": [
                {"AttributeName": "wallet", "KeyType": "HASH"},
                {"AttributeName": "seq", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
ABSENT: Final = "attribute_not_exists(id)"
A, B = {"S": "a"}, {"S": "b"}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def refused(call: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Return what a refused call is answered."""
    with pytest.raises(ClientError) as error:
        call(**request)
    return dict(error.value.response)


def code_of(call: Callable[..., Any], **request: Any) -> str:
    return str(refused(call, **request)["Error"]["Code"])


def item(client: Any, table: str, key: str) -> Any:
    answer = client.get_item(TableName=table, Key={"id": {"S": key}}, ConsistentRead=True)
    return answer.get("Item")


def holds(client: Any, table: str, text: str, **more: Any) -> bool:
    """Tell whether a condition holds of the item `a`, which no answer changes."""
    names = {"ExpressionAttributeNames": more.pop("names")} if "names" in more else {}
    values = {"ExpressionAttributeValues": more} if more else {}
    values = {"ExpressionAttributeValues": {f":{name}": value for name, value in more.items()}}
    check = {"TableName": table, "Key": {"id": A}, "ConditionExpression": text}
    check |= names | (values if more else {})
    try:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    except ClientError as error:
        reasons: Any = error.response["CancellationReasons"]
        assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed"]
        return False
    return True


def put(table: str, key: str, **attributes: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"id": {"S": key}, **attributes}}}


def transacted(client: Any, *actions: Any) -> list[Any]:
    """Return the codes of a cancelled transaction; [] when it was done."""
    try:
        client.transact_write_items(TransactItems=list(actions))
    except ClientError as error:
        reasons: Any = error.response["CancellationReasons"]
        return [reason["Code"] for reason in reasons]
    return []


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


def an_unknown_table_is_named(client: Any, table: str) -> None:
    code = code_of(client.get_item, TableName="none-of-ours", Key={"id": A})
    assert code == "ResourceNotFoundException"


def a_batch_read_leaves_out_what_is_missing(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"id": A})
    keys = [{"id": A}, {"id": B}]
    answer = client.batch_get_item(RequestItems={table: {"Keys": keys}})
    assert answer["Responses"] == {table: [{"id": A}]}
    assert not answer["UnprocessedKeys"]


def a_batch_read_takes_a_hundred_different_keys(client: Any, table: str) -> None:
    keys = [{"id": {"S": str(each)}} for each in range(101)]
    call = client.batch_get_item
    assert call(RequestItems={table: {"Keys": keys[:100]}})["Responses"][table] == []
    assert code_of(call, RequestItems={table: {"Keys": keys}}) == "ValidationException"
    twice = {table: {"Keys": [keys[0], keys[0]]}}
    assert code_of(call, RequestItems=twice) == "ValidationException"


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


def _fill(client: Any, table: str) -> None:
    for key, wallet, seq in (("a", "w", 10), ("b", "w", 9), ("c", "w", 100), ("d", "x", 1)):
        told = {"id": {"S": key}, "wallet": {"S": wallet}, "seq": number(seq)}
        client.put_item(TableName=table, Item=told)
    client.put_item(TableName=table, Item={"id": {"S": "e"}, "wallet": {"S": "w"}})


def _found(client: Any, table: str, text: str = "wallet = :w", **more: Any) -> Any:
    values = {":w": {"S": "w"}} | more.pop("values", {})
    return client.query(
        TableName=table,
        IndexName=INDEX,
        KeyConditionExpression=text,
        ExpressionAttributeValues=values,
        **more,
    )


def _ids(answer: Any) -> list[str]:
    return [each["id"]["S"] for each in answer["Items"]]


def an_index_sorts_by_number_and_lacks_what_has_none(client: Any, table: str) -> None:
    _fill(client, table)
    assert _ids(_found(client, table)) == ["b", "a", "c"]
    assert _ids(_found(client, table, ScanIndexForward=False)) == ["c", "a", "b"]
    later = _found(client, table, "wallet = :w AND seq >= :s", values={":s": number(10)})
    assert _ids(later) == ["a", "c"]


def a_query_goes_on_where_its_page_ended(client: Any, table: str) -> None:
    _fill(client, table)
    first = _found(client, table, Limit=2)
    last = first["LastEvaluatedKey"]
    assert (_ids(first), last) == (
        ["b", "a"],
        {"id": A, "wallet": {"S": "w"}, "seq": number(10)},
    )
    rest = _found(client, table, ExclusiveStartKey=last)
    assert (_ids(rest), "LastEvaluatedKey" in rest) == (["c"], False)


def a_page_that_its_limit_fills_has_a_next_one(client: Any, table: str) -> None:
    _fill(client, table)
    full = _found(client, table, Limit=3)
    assert _ids(full) == ["b", "a", "c"]
    rest = _found(client, table, Limit=3, ExclusiveStartKey=full["LastEvaluatedKey"])
    assert (_ids(rest), "LastEvaluatedKey" in rest) == ([], False)


def an_index_is_never_read_consistently(client: Any, table: str) -> None:
    with pytest.raises(ClientError) as error:
        _found(client, table, ConsistentRead=True)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def a_scan_filters_what_a_page_has_looked_at(client: Any, table: str) -> None:
    _fill(client, table)
    found, more, pages = list[Any](), dict[str, Any](), 0
    while True:
        page = client.scan(
            TableName=table,
            Limit=2,
            FilterExpression="#w = :w",
            ProjectionExpression="id, #s",
            ExpressionAttributeNames={"#w": "wallet", "#s": "seq"},
            ExpressionAttributeValues={":w": {"S": "x"}},
            ConsistentRead=True,
            **more,
        )
        found, pages = found + page["Items"], pages + 1
        if "LastEvaluatedKey" not in page:
            break
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert (found, pages) == ([{"id": {"S": "d"}, "seq": number(1)}], 3)


CASES: Final[dict[str, Case]] = {
    name.replace("_", " "): value
    for name, value in list(globals().items())
    if name.split("_")[0] in ("a", "an", "marks")
}
