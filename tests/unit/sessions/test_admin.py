"""Sessions as operators open, stop and end them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.integrations.model import Integration, Off
from casino.sessions.admin import SessionAdmin
from casino.wallet.model import Session
from testing.arranged import ARRANGED
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.fakes import FakeWorld
from testing.integrations import an_integration
from testing.transactions import PLAYER, SESSION

WHO = Who("arn:aws:iam::1:user/op", "a test")
INTEGRATIONS = {
    "sandbox": an_integration("sandbox", currencies=("EUR", "USD")),
    "ended": replace(an_integration("ended"), enabled=False),
    "stopped": an_integration("stopped", launches_off=Off()),
}


def named(name: str) -> Integration:
    return INTEGRATIONS[name]


@pytest.fixture
def sessions() -> SessionAdmin:
    """A casino whose one player has a session, `s1`."""
    world = FakeWorld()
    furnish(world)
    return SessionAdmin(world.sessions, lambda session_id: None, world.accounts, named, FakeClock())


def open_one(sessions: SessionAdmin, currency: str = "EUR", **changes: str) -> Session:
    where = {"integration": "sandbox", "session_id": "s2", **changes}
    return sessions.open(PLAYER, currency, "g1", who=WHO, ttl_s=600, **where)


def test_a_session_opens_for_its_time_with_a_wallet_to_play_from(sessions: SessionAdmin) -> None:
    opened = open_one(sessions, "USD")
    assert (opened.status, opened.opened_at) == ("active", "2026-01-01T00:00:00.000Z")
    assert opened.expires_at == 1_767_225_600 + 600
    assert sessions.accounts.wallet(PLAYER, "USD") is not None
    assert open_one(sessions, "USD") == opened, "the same try again finds its own session"


def test_a_closed_session_is_closed_for_good(sessions: SessionAdmin) -> None:
    assert sessions.set_status("s1", "suspended", who=WHO).status == "suspended"
    assert sessions.set_status("s1", "active", who=WHO).status == "active"
    assert sessions.set_status("s1", "closed", who=WHO).status == "closed"
    with pytest.raises(AdminError, match="closed for good"):
        sessions.set_status("s1", "active", who=WHO)


def test_a_session_that_never_opened_cannot_be_resumed(sessions: SessionAdmin) -> None:
    failed = replace(SESSION, session_id="failed", status="failed")
    sessions.sessions.add(failed, ARRANGED)
    with pytest.raises(AdminError, match="was never open") as refused:
        sessions.set_status("failed", "active", who=WHO)
    assert refused.value.code == "session_not_active"


REFUSED: list[tuple[str, Callable[[SessionAdmin], object]]] = [
    ("player_not_found", lambda s: s.open(
        "nobody", "EUR", "g1", who=WHO, integration="sandbox", ttl_s=60
    )),
    ("integration_disabled", lambda s: open_one(s, integration="ended")),
    ("sessions_disabled", lambda s: open_one(s, integration="stopped")),
    ("unsupported_currency", lambda s: open_one(s, "JPY")),
    ("unsupported_currency", lambda s: open_one(s, "XXX", integration="sandbox")),
    ("invalid_request", lambda s: open_one(s, session_id="a\n")),
    ("session_exists", lambda s: open_one(s, session_id="s1")),
    ("session_not_found", lambda s: s.set_status("s2", "closed", who=WHO)),
    ("session_not_found", lambda s: s.launched("s2")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "ask"), REFUSED)
def test_what_cannot_be_done_is_named_and_opens_nothing(
    sessions: SessionAdmin, code: str, ask: Callable[[SessionAdmin], object]
) -> None:
    with pytest.raises(AdminError) as refused:
        ask(sessions)
    assert refused.value.code == code
    assert sessions.sessions.get("s1") == SESSION
    assert sessions.sessions.get("s2") is None
