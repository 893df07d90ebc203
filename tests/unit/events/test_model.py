"""The envelope's text, the ids, and which editions of an event are published when."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from casino.base.exact_json import parse_object
from casino.base.times import epoch
from casino.events.model import EDITIONS, Edition, Event, event_id, money, published

EVENT = Event(
    event_type="bet.settled",
    schema_version="1.0.0",
    event_id=event_id("bet.settled", "e1"),
    occurred_at="2026-01-01T00:00:00.000Z",
    tenant_id="brand-7",
    region="EU",
    player_id="p_demo_1",
    trace_id="tr_a1b2",
    idempotency_key="bet_r_8c12_1",
    sequence=7,
    payload={"win": money(1460, "EUR"), "in_bonus": True},
)


def test_the_text_has_the_amounts_with_all_decimals_and_never_an_exponent() -> None:
    tiny = replace(EVENT, payload={"win": money(1, "ETH"), "none": money(0, "BTC")})
    assert '"win":{"amount":14.60,"currency":"EUR","minor":"1460"}' in EVENT.text()
    assert '"amount":0.000000000000000001,' in tiny.text()
    assert '"amount":0.00000000,' in tiny.text()


def test_an_amount_outlives_a_reader_that_takes_numbers_for_binary_fractions() -> None:
    minor = 123_456_789_012_345_678_901
    text = replace(EVENT, payload={"win": money(minor, "ETH")}).text()
    win = json.loads(json.dumps(json.loads(text)))["payload"]["win"]
    assert round(win["amount"] * 10**18) != minor
    assert int(win["minor"]) == minor


def test_the_text_reads_back_as_the_same_event() -> None:
    odd = replace(EVENT, player_id='p "\\ é \N{SNOWMAN}', payload={"list": [Decimal("1.00"), None]})
    for event in (EVENT, odd):
        text = event.text()
        assert text.isascii()
        assert Event.read(text.encode()) == event
        assert parse_object(text.encode()).keys() == json.loads(text).keys()


def test_an_event_of_a_later_version_reads_without_its_new_fields() -> None:
    later = parse_object(EVENT.text().encode()) | {"ring": "x"}
    assert Event.read(json.dumps(later, default=str).encode()).event_id == EVENT.event_id


def test_an_envelope_that_lacks_a_field_is_no_event() -> None:
    with pytest.raises(LookupError):
        Event.read(b'{"event_type":"bet.settled"}')


def test_an_id_tells_types_and_sources_apart() -> None:
    ids = {
        event_id("bet.settled", "a", "b"),
        event_id("bet.settled", "ab", ""),
        event_id("bet.authorized", "a", "b"),
    }
    assert len(ids) == 3
    # What was told under an id keeps it: this one stands for all of them.
    assert event_id("bet.settled", "e1") == "588991ff-0914-5d28-bdf1-93f1c9a8e832"


def test_until_its_date_a_major_is_published_beside_the_new_one_and_then_no_more() -> None:
    table = {
        "bet.settled": (
            Edition("1.2.0", "2026-06-01T00:00:00Z", lambda new: {"paid": new["win"]}),
            Edition("2.0.0"),
        )
    }
    until = epoch("2026-06-01T00:00:00Z")
    old, new = published(EVENT, until - 0.001, table)
    assert (old.schema_version, old.payload) == ("1.2.0", {"paid": money(1460, "EUR")})
    assert (new.schema_version, new.payload) == ("2.0.0", EVENT.payload)
    assert old.event_id == new.event_id
    assert published(EVENT, until, table) == (new,)


def test_a_type_has_one_edition_of_a_major_and_the_newest_has_no_end() -> None:
    for event_type, editions in EDITIONS.items():
        majors = [int(edition.version.split(".")[0]) for edition in editions]
        assert majors == sorted(set(majors)), event_type
        assert not editions[-1].until, event_type
        assert all(edition.until for edition in editions[:-1]), event_type
