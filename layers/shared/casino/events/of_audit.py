"""The event that a change of a player's limits or exclusions makes: pure, from its audit record."""

from typing import Final

from casino.accounts.limits import EXCLUSIONS
from casino.audit.model import AuditRecord, player_of
from casino.events.model import Event, Place, current, event_id

#: What the audit calls the changes that are told.
CHANGES: Final = frozenset({"set limits", "confirm limits", *EXCLUSIONS})
_TYPE: Final = "rg.limit.changed"


def of_audit(record: AuditRecord, key: str, place: Place) -> tuple[Event, ...]:
    """Return the event of an audit record; () for any other change. `key` is the record's id."""
    player_id = player_of(record.subject)
    if player_id is None or record.what not in CHANGES:
        return ()
    payload = {"change": record.what.replace(" ", "_"), "before": record.old, "after": record.new}
    if record.detail:
        payload["currency"] = record.detail
    event = Event(
        event_type=_TYPE,
        schema_version=current(_TYPE),
        event_id=event_id(_TYPE, record.subject, key),
        occurred_at=record.at,
        tenant_id=place.tenant_id,
        region=place.region,
        player_id=player_id,
        trace_id=None,
        idempotency_key=None,
        sequence=None,
        payload=payload,
    )
    return (event,)
