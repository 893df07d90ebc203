"""MiniStack answers as DynamoDB is documented to, and as the model of it does."""

from typing import Any
from uuid import uuid4

import pytest

from casino.aws.clients import dynamodb_client
from tests.contract.dynamodb_cases import CASES
from tests.contract.dynamodb_table import SCHEMA


@pytest.mark.parametrize("name", CASES)
def test_ministack_does_what_dynamodb_does(aws: dict[str, str], name: str) -> None:
    client: Any = dynamodb_client()
    table = f"cases-{uuid4().hex}"
    client.create_table(TableName=table, **SCHEMA)
    CASES[name](client, table)
    client.delete_table(TableName=table)
