"""The scorecard's figures are right, and no order, repetition or delay of events changes them."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from casino.events.model import Event
from casino.events.scorecard import Fact, Figures, figures, learned
from tests.unit.events.played import events_of, played

EVENTS = events_of(played())
KNOWN = learned({}, EVENTS)


def test_the_figures_of_an_integration() -> None:
    assert figures(KNOWN) == {
        "sandbox": Figures(
            bets=6,
            refunds=2,
            refused=1,
            duplicates=3,
            late_bets=3,
            settlements=2,
            settle_lag_p50_s=2.0,
            settle_lag_p95_s=5.0,
        )
    }
    assert figures(KNOWN)["sandbox"].refunds_per_bet == 2 / 6


@given(st.lists(st.sampled_from(EVENTS)), st.permutations(EVENTS), st.integers(0, len(EVENTS)))
def test_shuffled_doubled_and_late_events_make_the_same_state(
    again: Sequence[Event], shuffled: Sequence[Event], cut: int
) -> None:
    on_time, late = shuffled[:cut], shuffled[cut:]
    known: dict[str, Fact] = {}
    for batch in ([*on_time, *again], [], [*again, *late]):
        known = learned(known, batch)
    assert known == KNOWN
    assert figures(known) == figures(KNOWN)


def test_what_is_known_already_is_never_changed_in_place() -> None:
    before: dict[str, Fact] = {}
    assert learned(before, EVENTS)
    assert before == {}


def test_a_settlement_whose_bet_has_not_come_has_no_lag_yet() -> None:
    settled = [event for event in EVENTS if event.event_type == "bet.settled"]
    (own,) = figures(learned({}, settled)).values()
    assert (own.settlements, own.settle_lag_p50_s, own.refunds_per_bet) == (2, None, 0.0)


def test_the_same_bet_id_at_two_integrations_is_two_bets() -> None:
    elsewhere = [
        replace(
            event,
            event_id=f"{event.event_id}-2",
            payload={**event.payload, "integration": "other"},
        )
        for event in EVENTS
        if "integration" in event.payload
    ]
    both = figures(learned(KNOWN, elsewhere))
    assert both["other"] == both["sandbox"] == figures(KNOWN)["sandbox"]


def test_a_version_that_is_not_known_says_nothing() -> None:
    later = [replace(event, schema_version="2.0.0", payload={}) for event in EVENTS]
    assert learned({}, later) == {}
