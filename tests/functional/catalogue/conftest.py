"""A casino whose tables are the model's: it takes games by the hundred a fifth of moto's time."""

import pytest

from testing.world import World, build_tables
from tests.simulation.dynamodb_model import DynamoDbModel


@pytest.fixture
def world(world: World) -> World:
    """The casino without its players; secrets and S3 are moto's."""
    world.client = build_tables("test", DynamoDbModel().client()).client
    return world
