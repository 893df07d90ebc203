"""What is told of limits: that one was met, that one was changed, and how long somebody played."""

from dataclasses import replace
from typing import Final

import pytest

from casino.audit.model import AuditRecord, of_player
from casino.events.of_audit import of_audit
from casino.limits.model import Limits, Play
from casino.wallet.decision import Snapshot
from casino.wallet.model import Transaction, Wallet
from testing.events import check_event
from testing.transactions import AT, NOW, SESSION, a_bet, commit_of
from tests.unit.events.told import PLACE, WALLET, events_of

CHANGE: Final = AuditRecord(of_player("p1"), "set limits", "arn", AT, "", "stake=1", "EUR", "why")


def limited(play: Play = Play(), **values: int) -> Wallet:  # noqa: B008 - it is frozen
    return replace(WALLET, limits=Limits(tuple(values.items())), play=play)


def told_of(request: Transaction, wallet: Wallet) -> dict[str, object]:
    snapshot = Snapshot(wallet=wallet, session=SESSION)
    return dict(events_of(commit_of(snapshot, request).entry))


def test_a_bet_that_meets_a_limit_is_told_as_refused_and_as_met() -> None:
    events = events_of(
        commit_of(Snapshot(wallet=limited(stake=249), session=SESSION), a_bet()).entry
    )
    assert events.keys() == {"wallet.debit.refused", "rg.limit.hit"}
    hit = events["rg.limit.hit"]
    assert hit.payload["rule"] == "rg_stake_limit"
    assert hit.payload["limit"] == "stake: 2.49 EUR left of 2.49 EUR"
    assert hit.sequence == events["wallet.debit.refused"].sequence


def test_another_refusal_is_no_limit() -> None:
    assert told_of(a_bet(amount_minor=10_001), limited(stake=99_999)).keys() == {
        "wallet.debit.refused"
    }


def test_a_bet_that_crosses_a_reality_check_says_what_was_played() -> None:
    play = Play(at=NOW - 60, played_at=NOW - 60, check_active_s=240, check_staked=500)
    wallet = limited(replace(play, check_returned=90), reality_check=300)
    events = events_of(commit_of(Snapshot(wallet=wallet, session=SESSION), a_bet()).entry)
    shown = events["rg.reality_check"].payload
    assert shown["active_seconds"] == 300
    assert (shown["staked"]["minor"], shown["returned"]["minor"]) == ("750", "90")


@pytest.mark.parametrize("what", ["set limits", "confirm limits", "self_exclusion", "cool_off"])
def test_a_change_of_limits_is_told_once_for_its_record(what: str) -> None:
    (event,) = of_audit(replace(CHANGE, what=what), "2026#1", PLACE)
    check_event(event)
    assert (event.player_id, event.payload["after"]) == ("p1", "stake=1")
    assert event.payload["change"] == what.replace(" ", "_")
    (other,) = of_audit(replace(CHANGE, what=what), "2026#2", PLACE)
    assert other.event_id != event.event_id


@pytest.mark.parametrize(
    "record", [replace(CHANGE, what="block"), replace(CHANGE, subject="sandbox")]
)
def test_any_other_change_is_not_told(record: AuditRecord) -> None:
    assert of_audit(record, "2026#1", PLACE) == ()
