"""One casino on two foundations: in memory, and on DynamoDB as moto emulates it.

The contract tests run on both, so that a fake promises no more than the store keeps.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from moto import mock_aws

from casino.aws.clients import dynamodb_client
from casino.wallet.model import Player
from testing.fakes import Casino, FakeWorld
from testing.template import create_tables
from testing.transactions import PLAYER, SESSION, a_deposit, commit_of
from testing.world import World


@contextmanager
def casino_on(foundation: str) -> Iterator[Casino]:
    """Open an empty casino, `in memory` or `on DynamoDB`."""
    if foundation == "in memory":
        yield FakeWorld()
        return
    with mock_aws():
        client = dynamodb_client()
        yield World(client, create_tables(client, "test"))


def furnish(casino: Casino, amount_minor: int = 100_000) -> None:
    """Add the builders' player with money, and the session."""
    casino.accounts.add_player(Player(PLAYER, blocked=False, created_at=SESSION.opened_at))
    casino.accounts.add_wallet(PLAYER, "EUR")
    casino.sessions.add(SESSION)
    deposit = a_deposit(amount_minor)
    snapshot = casino.ledger.load(deposit)
    assert casino.ledger.commit(commit_of(snapshot, deposit), snapshot) is None
