"""What the ports promise, once more: with the hooks' own client, and on MiniStack.

The tests are those of tests/contract, where the same stores stand on botocore's client and moto.
"""

from typing import Final
from uuid import uuid4

import pytest
from botocore.config import Config

from casino.aws import clients as botocore_clients
from casino.aws.lean import clients as hook_clients
from casino.aws.lean.protocol import DynamoDb
from testing.casinos import furnish
from testing.fakes import Casino
from testing.template import create_tables
from testing.world import World
from tests.contract.test_accounts_contract import *  # noqa: F403 - pytest collects them here, too
from tests.contract.test_ledger_contract import *  # noqa: F403

#: Making tables is not what is tried: the emulator may take its time.
PATIENT: Final = Config(read_timeout=60)


@pytest.fixture
def empty_casino(aws: dict[str, str]) -> Casino:
    client = hook_clients.dynamodb_client()
    assert isinstance(client, DynamoDb)
    maker = botocore_clients.dynamodb_client(PATIENT)
    tables = create_tables(maker, f"ports-{uuid4().hex}")
    return World(client, tables)


@pytest.fixture
def casino(empty_casino: Casino) -> Casino:
    """A casino with one player, who has EUR 1000.00 and an open session."""
    furnish(empty_casino)
    return empty_casino
