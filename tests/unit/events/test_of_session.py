"""Which changes of a session are told, and once each."""

from dataclasses import replace
from itertools import pairwise

import pytest

from casino.events.of_session import of_session
from casino.events.store.images import session_image
from casino.wallet.model import SessionStatus
from casino.wallet.store.items import session_item
from testing.events import check_event
from testing.transactions import NOW, SESSION
from tests.unit.events.told import PLACE


def told(*statuses: SessionStatus | None) -> list[str]:
    """Return the types of the events of a session that goes through these statuses."""
    states = [None if each is None else replace(SESSION, status=each) for each in statuses]
    events = [of_session(old, new, NOW, PLACE) for old, new in pairwise(states)]
    return [event.event_type for found in events for event in found]


@pytest.mark.parametrize(
    ("statuses", "types"),
    [
        ((None, "active"), ["session.started"]),
        ((None, "launching", "active"), ["session.started"]),
        ((None, "launching", "failed"), []),
        ((None, "launching", "failed", "launching", "active"), ["session.started"]),
        ((None, "launching", "closed"), []),
        (("active", "active"), []),
        (("active", "suspended", "active", "closed"), ["session.ended"]),
        (("active", "suspended", "closed"), ["session.ended"]),
        (("closed", "closed"), []),
        (("closed", "active"), []),
        (("active", None), []),
    ],
)
def test_a_session_is_told_when_it_opens_and_when_it_is_closed(
    statuses: tuple[SessionStatus | None, ...], types: list[str]
) -> None:
    assert told(*statuses) == types


def test_start_and_end_say_which_session_of_whom() -> None:
    (started,) = of_session(None, SESSION, NOW, PLACE)
    (ended,) = of_session(SESSION, replace(SESSION, status="closed"), NOW + 60, PLACE)
    check_event(started)
    check_event(ended)
    assert started.event_id != ended.event_id
    assert (started.player_id, started.sequence) == ("p1", None)
    assert started.occurred_at == "2026-01-01T00:00:01.000Z"
    assert ended.occurred_at == "2026-01-01T00:01:01.000Z"
    assert started.payload == {
        "session_id": "s1",
        "integration": "sandbox",
        "game_id": "g1",
        "currency": "EUR",
        "opened_at": SESSION.opened_at,
        "expires_at": "2033-05-18T03:33:20.000Z",
        "is_demo": False,
    }
    assert ended.payload == started.payload


def test_the_copy_under_a_counterparts_token_is_no_session() -> None:
    item = session_item(SESSION)
    copy = item | {"session_id": {"S": "sandbox#token"}, "of": {"S": "s1"}}
    assert session_image(item) == SESSION
    assert session_image(copy) is None
    assert session_image(None) is None


def test_a_session_that_nobody_can_read_is_an_error() -> None:
    broken = {"session_id": {"S": "s1"}}
    with pytest.raises(LookupError):
        session_image(broken)


def test_another_session_has_other_ids() -> None:
    others = replace(SESSION, session_id="s2"), replace(SESSION, opened_at="2026-01-02T00:00:00Z")
    events = [of_session(None, each, NOW, PLACE)[0] for each in (SESSION, *others)]
    assert len({event.event_id for event in events}) == 3
