"""A casino on the model of DynamoDB, beside those of `testing.casinos`."""

from collections.abc import Iterator
from contextlib import contextmanager

from testing import casinos
from testing.fakes import Casino
from testing.template import create_tables
from testing.world import World
from tests.simulation.dynamodb_model import DynamoDbModel


@contextmanager
def casino_on(foundation: str) -> Iterator[Casino]:
    """Open an empty casino on the model, `on the model`, or on what `testing.casinos` knows."""
    if foundation == "on the model":
        client = DynamoDbModel().client()
        yield World(client, create_tables(client, "test"))
        return
    with casinos.casino_on(foundation) as casino:
        yield casino
