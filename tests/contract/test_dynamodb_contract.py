"""The model of DynamoDB and moto answer as DynamoDB is documented to, where they are right.

MiniStack is asked the same in `tests/integration/wallet/test_dynamodb_contract.py`.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from casino.aws.clients import dynamodb_client
from tests.contract.dynamodb_cases import CASES
from tests.contract.dynamodb_table import SCHEMA
from tests.simulation.dynamodb_model import DynamoDbModel

TABLE: Final = "cases"
#: What moto does otherwise.
WRONG: Final = {
    "marks must stand in the expression and beside it",
    "a key of an index has its type",
    "a batch write takes twenty five different items",
    "an item has at most 400 kb",
    "a transaction has at most 4 mb",
    "a token makes a transaction happen once",
    "a page that its limit fills has a next one",
}


@pytest.fixture
def moto() -> Iterator[Any]:
    with mock_aws():
        client = dynamodb_client()
        client.create_table(TableName=TABLE, **SCHEMA)
        yield client


@pytest.mark.parametrize("name", CASES)
def test_the_model_does_what_dynamodb_does(name: str) -> None:
    client = DynamoDbModel().client()
    client.create_table(TableName=TABLE, **SCHEMA)
    CASES[name](client, TABLE)


@pytest.mark.parametrize("name", CASES)
def test_moto_does_what_dynamodb_does(moto: Any, name: str) -> None:
    if name not in WRONG:
        CASES[name](moto, TABLE)
        return
    with pytest.raises((AssertionError, LookupError, ClientError, pytest.fail.Exception)):
        CASES[name](moto, TABLE)
