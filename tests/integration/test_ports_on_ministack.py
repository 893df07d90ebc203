"""What the ports promise, once more: with the hooks' own client, and on MiniStack.

The tests are those of tests/contract, where the same adapters stand on botocore's client and moto.
"""

from uuid import uuid4

import pytest

from casino.adapters.aws_json import DynamoDb
from casino.bootstrap import aws as botocore_clients
from casino.bootstrap import hook_clients
from tests.contract.test_accounts_contract import *  # noqa: F403 - pytest collects them here, too
from tests.contract.test_ledger_contract import *  # noqa: F403
from tests.support.casinos import Casino, furnish
from tests.support.template import create_tables
from tests.support.world import World


@pytest.fixture
def empty_casino(aws: dict[str, str]) -> Casino:
    client = hook_clients.dynamodb_client()
    assert isinstance(client, DynamoDb)
    tables = create_tables(botocore_clients.dynamodb_client(), f"ports-{uuid4().hex}")
    return World(client, tables)


@pytest.fixture
def casino(empty_casino: Casino) -> Casino:
    """A casino with one player, who has EUR 1000.00 and an open session."""
    furnish(empty_casino)
    return empty_casino
