"""What DynamoDB does when it is read, as AWS documents it: see `dynamodb_cases`."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.dynamodb_table import INDEX, A, B, code_of, number


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
