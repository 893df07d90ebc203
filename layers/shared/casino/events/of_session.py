"""The events that a change of a session makes: pure.

A session starts when it can first be played in, and ends when it is closed for good. What never
opened makes no event, nor does a pause. The stream needs the images before and after.
"""

from typing import Final

from casino.base.times import epoch, iso_utc
from casino.events.model import Event, Place, current, event_id
from casino.wallet.model import Session

_OPEN: Final = frozenset({"active", "suspended"})


def of_session(
    before: Session | None, after: Session | None, at: float, place: Place
) -> tuple[Event, ...]:
    """Return the event of a change made `at`, in seconds since the epoch; () for none.

    A session that is put closed or suspended without having been open makes none either.
    """
    was_open = before is not None and before.status in _OPEN
    if after is None or (before is not None and before.status == "closed"):
        return ()
    if not was_open and after.status == "active":
        return (_event("session.started", after, at, place),)
    if was_open and after.status == "closed":
        return (_event("session.ended", after, at, place),)
    return ()


def _event(event_type: str, session: Session, at: float, place: Place) -> Event:
    payload = {
        "session_id": session.session_id,
        "integration": session.integration,
        "game_id": session.game_id,
        "currency": session.currency,
        "opened_at": iso_utc(epoch(session.opened_at)),
        "expires_at": iso_utc(session.expires_at),
        "is_demo": session.is_demo,
    }
    return Event(
        event_type=event_type,
        schema_version=current(event_type),
        event_id=event_id(event_type, session.session_id, session.opened_at),
        occurred_at=iso_utc(at),
        tenant_id=place.tenant_id,
        region=place.region,
        player_id=session.player_id,
        trace_id=None,
        idempotency_key=session.session_id,
        sequence=None,
        payload=payload,
    )
