"""Whatever is stored, each event made of it keeps to its schema, reads back, and has its own id."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.money import EXPONENTS
from casino.base.times import iso_utc
from casino.bonus.model import BonusPart
from casino.deliveries.model import Delivery, Told
from casino.events.model import Event
from casino.events.of_delivery import of_delivery
from casino.events.of_entry import of_entry
from casino.events.of_session import of_session
from casino.wallet.chain import seal
from casino.wallet.model import Entry, Kind, Session
from casino.wallet.release import Release
from testing.events import check_event
from testing.transactions import a_bet
from tests.unit.events.told import PLACE, entry_of

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
amounts = st.integers(0, 10**30)
signed = st.integers(-(10**30), 10**30)
currencies = st.sampled_from([*EXPONENTS])
times = st.integers(0, 4 * 10**9).map(iso_utc)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
accounts = st.sampled_from(
    ["player", "bonus", "integration", "platform", "promotion", "held", "owed"]
)
rules = st.sampled_from(["win_held", "event_received", "bet_debit", "insufficient_funds", "settle"])
kinds = st.sampled_from([*get_args(Kind.__value__)])
entries = st.builds(
    Entry,
    integration=texts,
    transaction_id=texts,
    kind=kinds,
    record=st.sampled_from(["applied", "refused", "noted"]),
    rule=rules,
    type=texts,
    player_id=texts,
    currency=currencies,
    amount_minor=amounts,
    game_id=st.none() | texts,
    session_id=st.none() | texts,
    round_id=st.none() | texts,
    bet_transaction_id=st.none() | texts,
    finished=st.booleans(),
    attributed=st.booleans(),
    seq=amounts,
    balance_before_minor=amounts,
    balance_after_minor=amounts,
    reserved_minor=amounts,
    postings=st.dictionaries(accounts, signed, max_size=4).map(lambda sums: tuple(sums.items())),
    status=st.integers(200, 599),
    body=texts,
    fingerprint=digests,
    at=times,
    extra=st.none() | st.just('{"bet":{"amount":1.5},"win":[1],"status":"x y"}') | texts,
    previous_hash=digests,
    trace_id=st.just("") | texts,
    bonus=st.none() | st.builds(BonusPart),
).map(seal)
releases = st.builds(
    Release, texts, texts, texts, currencies, amounts, at=times, who=texts, reason=texts
)
sessions = st.builds(
    Session,
    session_id=texts,
    player_id=texts,
    currency=currencies,
    integration=texts,
    game_id=texts,
    status=st.sampled_from(["launching", "active", "suspended", "closed", "failed"]),
    opened_at=times,
    expires_at=st.integers(0, 4 * 10**9),
)
payloads = st.dictionaries(texts | st.just("order_id"), texts | st.integers() | st.none())
deliveries = st.builds(
    Delivery,
    received_at=st.just(0),
    headers=st.just(()),
    integration=texts,
    state=st.just("done"),
    ended_at=st.integers(0, 4 * 10**9),
    told=st.lists(st.builds(Told, texts, payloads), max_size=3).map(tuple),
)


def check(events: Iterable[Event]) -> None:
    events = list(events)
    for event in events:
        check_event(event)
        assert Event.read(event.text().encode()) == event
    assert len({event.event_id for event in events}) == len(events)


@given(st.lists(entries | releases, max_size=3, unique=True))
def test_of_whatever_stands_in_the_ledger(items: list[Entry | Release]) -> None:
    told: list[Event] = []
    for item in items:
        with suppress(ValueError):  # a negative amount, which no wallet writes
            told += of_entry(item, PLACE)
    check(told)


def test_an_entry_with_a_negative_amount_is_none() -> None:
    item = replace(entry_of(a_bet()), kind="settle", postings=(("held", 250), ("player", -250)))
    with pytest.raises(ValueError, match="negative"):
        of_entry(item, PLACE)


@given(st.none() | sessions, st.none() | sessions, st.floats(0, 4e9))
def test_of_whatever_a_session_was_and_is(
    before: Session | None, after: Session | None, at: float
) -> None:
    check(of_session(before, after, at, PLACE))


@given(deliveries)
def test_of_whatever_a_partner_told(delivery: Delivery) -> None:
    check(of_delivery(delivery, PLACE))
