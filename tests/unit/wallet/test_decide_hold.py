"""A hold, its settlement and its rollback: every rule by itself, from the facts that were read."""

from dataclasses import replace
from typing import Any

import pytest

from casino.integrations.model import Off
from casino.wallet.decide_hold import decide_hold
from casino.wallet.decision import Decision, Posting, Refusal, Replay, Snapshot
from casino.wallet.hold import Barred, Ending, Hold, HoldSnapshot
from casino.wallet.model import WIN_HELD, Tombstone, platform_transaction_id
from testing.transactions import AT, NOW, PLAYER, SESSION, a_bet
from tests.unit.wallet.holding import a_request
from tests.unit.wallet.situations import WALLET, entry_of, situation

HOLD = Hold("sandbox", "b1", "k0", 250, "r1", "s1", "g1", AT, WALLET)
BARRED = Barred("sandbox", "b1", "k8", AT)
SETTLED = Ending("sandbox", "b1", "settle", "k9", AT)
ROLLED_BACK = Ending("sandbox", "b1", "rollback", "k9", AT)
FACTS = HoldSnapshot(wallet=WALLET, session=SESSION)
PAID = Posting("settle", (("held", -250), ("integration", -250), ("player", 500)))
BACK = Posting("rollback", (("held", -250), ("player", 250)))


def decided(kind_: str, facts: Snapshot, **changes: Any) -> Decision:
    terms = situation(a_bet(), {"terms": changes.pop("terms", {})}).terms
    return decide_hold(facts, replace(a_request(kind_, "k1"), **changes), terms, NOW)


def first_was(code: str, transaction_id: str) -> Refusal:
    return Refusal(code, transaction_id=platform_transaction_id("sandbox", transaction_id))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Posting("hold", (("held", 250), ("player", -250)))),
        ({"hold": BARRED}, Refusal("bet_rolled_back")),
        ({"hold": HOLD}, Refusal("duplicate_bet")),
        ({"session": None}, Refusal("session_not_found")),
        ({"session": replace(SESSION, expires_at=NOW)}, Refusal("session_expired")),
        ({"wallet": replace(WALLET, blocked=True)}, Refusal("player_blocked")),
        (
            {"wallet": replace(WALLET, balance_minor=249)},
            Refusal("insufficient_funds", balance_minor=249),
        ),
    ],
)
def test_a_hold_is_decided_from(facts: dict[str, Any], expected: Decision) -> None:
    assert decided("hold", replace(FACTS, **facts)) == expected


def test_a_hold_is_decided_by_the_terms() -> None:
    assert decided("hold", FACTS, terms={"bets_off": Off()}) == Refusal("bets_disabled")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"hold": HOLD}, PAID),
        ({"hold": HOLD, "wallet": None, "session": None}, PAID),
        ({"hold": HOLD, "ending": SETTLED}, Refusal("duplicate_bet")),
        ({"hold": HOLD, "ending": ROLLED_BACK}, Refusal("bet_rolled_back")),
        ({"hold": BARRED}, Refusal("bet_rolled_back")),
        ({}, Refusal("bet_not_authorized", recorded=False)),
        ({"hold": replace(HOLD, round_id="r2")}, Refusal("round_mismatch", recorded=False)),
        (
            {"hold": replace(HOLD, wallet=replace(WALLET, currency="USD"))},
            Refusal("currency_mismatch", recorded=False),
        ),
    ],
)
def test_a_settlement_is_decided_from(facts: dict[str, Any], expected: Decision) -> None:
    assert decided("settle", replace(FACTS, **facts)) == expected


def test_a_settlement_above_its_limits_is_held_back() -> None:
    facts, until = replace(FACTS, hold=HOLD), {"exceeded_until": (("EUR", NOW + 1),)}
    assert decided("settle", facts, terms=until) == replace(PAID, rule=WIN_HELD)
    over = {"exceeded_until": (("EUR", NOW),)}
    assert decided("settle", facts, terms=over) == PAID


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"hold": HOLD}, BACK),
        ({"hold": HOLD, "wallet": None, "session": None}, BACK),
        ({"hold": HOLD, "ending": SETTLED}, Refusal("bet_already_settled")),
        ({"hold": HOLD, "ending": ROLLED_BACK}, first_was("rollback_repeated", "k9")),
        ({"hold": BARRED}, first_was("rollback_repeated", "k8")),
        ({}, first_was("rollback_unknown_bet", "k1")),
    ],
)
def test_a_rollback_is_decided_from(facts: dict[str, Any], expected: Decision) -> None:
    assert decided("rollback", replace(FACTS, **facts)) == expected


@pytest.mark.parametrize(
    ("type_", "rule"), [("session", "session_opened"), ("x", "event_received")]
)
def test_a_notice_moves_nothing(type_: str, rule: str) -> None:
    assert decided("settle", FACTS, kind="notice", type=type_) == Posting(rule, ())


def test_what_has_an_outcome_is_replayed_and_nothing_else_is_under_its_id() -> None:
    entry = replace(entry_of(a_bet()), fingerprint=a_request("hold", "k1").fingerprint())
    facts = replace(FACTS, entry=entry, session=None)
    assert decided("hold", facts) == Replay(entry)
    assert decided("hold", facts, amount_minor=251) == Refusal("transaction_mismatch")
    assert decided("rollback", facts) == Refusal("transaction_mismatch")


def test_a_hold_is_decided_from_its_own_facts_alone() -> None:
    tombstone = Tombstone("sandbox", "b1", "k0", PLAYER, "EUR", AT, 409, "cancelled")
    for facts in (Snapshot(wallet=WALLET, session=SESSION), replace(FACTS, entry=tombstone)):
        with pytest.raises(TypeError, match="its own snapshot"):
            decided("hold", facts)
    with pytest.raises(LookupError, match="decides a deposit"):
        decided("hold", FACTS, kind="deposit")
