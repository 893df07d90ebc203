"""Says whether events keep to their schemas, and tell as much as the ledger holds."""

import json
import random
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator

from casino.aws.dynamodb import scan
from casino.events.model import Event, Place
from casino.events.of_delivery import of_delivery
from casino.events.of_entry import of_entry
from casino.events.of_session import of_session
from casino.events.store.images import delivery_image, session_image
from casino.wallet.ports import Unreadable
from testing.fakes import Casino
from testing.fold import WalletState, fold
from testing.template import PROJECT
from testing.world import World

PLACE: Final = Place("brand-7", "EU")
SCHEMAS: Final = PROJECT / "schemas" / "events"
_CHECKED: Final[set[tuple[Any, ...]]] = set()


def check_event(event: Event) -> None:
    """Raise `ValidationError` unless the event has what its schema demands, and nothing more.

    Consumers have to ignore fields that they do not know; the wallet has to make none.
    """
    _validator(event.event_type, event.schema_version).validate(json.loads(event.text()))


def check_world(world: World) -> None:
    """Check every event that can be made of what the tables hold; what is unreadable makes none."""
    _check(of_ledger(world))
    for item in scan(world.client, world.tables.deliveries):
        if (delivery := delivery_image(item)) is not None:
            _check(of_delivery(delivery, PLACE))
    for item in scan(world.client, world.tables.sessions):
        _check(of_session(None, session_image(item), 0, PLACE))


def check_told(casino: Casino) -> None:
    """See that events which come doubled, and in any order, tell each wallet as it is."""
    events = of_ledger(casino)
    _check(events)
    told = events * 2
    random.Random(len(told)).shuffle(told)
    states, held_wins = fold(told), held_wins_of(told)
    for wallet in casino.accounts.wallets():
        state = states.get((wallet.player_id, wallet.currency), WalletState())
        assert (state.newest, state.missing) == (wallet.seq, 0)
        assert state.balance_minor == state.sums.get("player", 0) == wallet.balance_minor
        assert state.sums.get("held", 0) == wallet.held_minor
        assert held_wins[wallet.player_id, wallet.currency] == wallet.held_wins_minor


def held_wins_of(told: Iterable[Event]) -> Counter[tuple[str | None, str]]:
    """Return what is still held back of the wins, in minor units, by player and currency."""
    held: Counter[tuple[str | None, str]] = Counter()
    for event in {event.event_id: event for event in told}.values():
        released = event.event_type == "wallet.win.released"
        name, sign = ("amount", -1) if released else ("held_back", 1)
        if event.event_type.endswith((".released", ".completed")) and name in event.payload:
            amount = event.payload[name]
            held[event.player_id, amount["currency"]] += sign * int(amount["minor"])
    return held


def of_ledger(casino: Casino | World) -> list[Event]:
    """Return the events of all that can be read in the ledger."""
    items = [item for item in casino.history.everything() if not isinstance(item, Unreadable)]
    return [event for item in items for event in of_entry(item, PLACE)]


def _check(events: Iterable[Event]) -> None:
    """Check one event of each shape: a validator takes its time."""
    for event in events:
        shape = (event.event_type, event.payload.get("rule"), frozenset(event.payload))
        if shape not in _CHECKED:
            check_event(event)
            _CHECKED.add(shape)


@cache
def _validator(event_type: str, version: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / event_type / f"{version}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(_closed(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _closed(schema: Any) -> Any:
    """Return a schema that allows only the fields that it names."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema else closed
