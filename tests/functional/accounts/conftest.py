"""The casino's own API, and what the audit holds of ann."""

from collections.abc import Callable

import pytest

from casino.audit.model import AuditRecord, of_player
from casino.audit.store import DynamoDbAudit
from testing.back_office import BackOffice
from testing.world import World

type Audit = Callable[[], list[AuditRecord]]


@pytest.fixture
def office(world: World) -> BackOffice:
    """The API, and ann with an empty EUR wallet."""
    office = BackOffice()
    made = office.post("/players", "ann", player_id="ann", currencies=["EUR"])
    assert made.status == 201, made.body
    return office


@pytest.fixture
def audit(world: World) -> Audit:
    return lambda: DynamoDbAudit(world.client, world.tables).records(of_player("ann"))
