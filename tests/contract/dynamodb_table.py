"""A table like the ledger, and how the cases of DynamoDB ask about it."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

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
    check: dict[str, Any] = {"TableName": table, "Key": {"id": A}, "ConditionExpression": text}
    if "names" in more:
        check["ExpressionAttributeNames"] = more.pop("names")
    if more:
        check["ExpressionAttributeValues"] = {f":{name}": value for name, value in more.items()}
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
