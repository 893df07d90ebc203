"""A table for each test."""

from collections.abc import Iterator

import pytest

from tests.functional.bonus.table import Table


@pytest.fixture
def table() -> Iterator[Table]:
    """A player with EUR 30.00; whatever a test does, every cent of it is proved."""
    table = Table()
    yield table
    assert table.faults() == set()
