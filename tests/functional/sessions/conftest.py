"""The schedule, for the tests of what it closes."""

import pytest

from testing.launching import PROVIDER_URL, Desk
from tests.functional.sessions.expiry_run import Run


@pytest.fixture
def run(desk: Desk) -> Run:
    desk.world.configure(url=PROVIDER_URL, close_sessions=True)
    # The session that the player was made with is not what these tests are about.
    for watched in desk.watch.due(2**40, 10):
        desk.watch.forget(watched.launch.session.session_id)
    return Run(desk)
