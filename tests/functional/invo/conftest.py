"""A desk whose integration knows the builders' player."""

import pytest

from tests.functional.invo.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.know()
    return desk
