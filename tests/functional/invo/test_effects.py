"""What each delivery of Invo does, from the stored delivery to the ledger, in memory."""

from dataclasses import replace
from typing import Any

import pytest

from casino.accounts.model import Identity
from casino.integrations.model import PartnerTerms
from testing.arranged import ARRANGED
from testing.transactions import PLAYER
from tests.functional.invo.deliveries import EMAIL, a_purchase
from tests.functional.invo.desk import AT, INVO, Desk


@pytest.mark.parametrize(
    "names",
    [{}, {"player_email": None}, {"identity_id": None}, {"identity_id": "id_9"},
     {"player_email": "new@example.org"}, {"player_email": EMAIL.upper(), "identity_id": ""}],
)  # fmt: skip
def test_a_purchase_is_credited_to_the_player_that_either_name_knows(
    desk: Desk, names: dict[str, Any]
) -> None:
    state, note = desk.tell("purchase.completed", "k1", **a_purchase(**names))
    assert (state, note) == ("done", "40.00 EUR credited")
    assert desk.balance == 4_000
    (told,) = desk.told
    assert told[0] == "purchase.credited"
    assert (told[1]["amount"], told[1]["currency"]) == ("40.00", "EUR")


def test_the_entry_tells_order_delivery_and_trace_and_no_e_mail(desk: Desk) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    _, entry = desk.world.history.of_wallet(PLAYER, "EUR")
    assert (entry.transaction_id, entry.extra, entry.trace_id) == (
        "purchase/ord_1",
        "delivery k1",
        "trace-k1",
    )
    assert "example.org" not in f"{entry} {desk.told}".lower()


def test_one_order_under_two_keys_is_credited_once(desk: Desk) -> None:
    assert desk.tell("purchase.completed", "k1", **a_purchase())[0] == "done"
    again = desk.tell("purchase.completed", "k2", **a_purchase(channel="ios"))
    assert again == ("ignored", "the order was credited before")
    other = desk.tell("purchase.completed", "k3", **a_purchase(currency_amount="41.00"))
    assert other[0] == "unmatched"
    assert desk.balance == 4_000


def test_a_purchase_of_nobody_known_waits_and_settles_once_somebody_is_named(desk: Desk) -> None:
    unknown = a_purchase(identity_id="id_7", player_email="new@example.org")
    state, reason = desk.tell("purchase.completed", "k1", **unknown)
    assert (state, desk.balance) == ("unmatched", 0)
    assert "example.org" not in reason
    desk.know("id_7", None)
    assert desk.retry("k1")[0] == "done"
    assert desk.balance == 4_000


def test_two_names_of_two_players_are_nobodys(desk: Desk) -> None:
    other = Identity("invo", "bea", "id_2", None, AT, 1)
    assert desk.world.identities.change(None, other, ARRANGED)
    state, reason = desk.tell("purchase.completed", "k1", **a_purchase(identity_id="id_2"))
    assert (state, reason) == ("unmatched", "its identity_id and its e-mail name two players")
    assert desk.balance == 0


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"metadata": {"source": "subscription_renewal"}}, "ignored"),
        ({"currency_amount": "40.001"}, "unmatched"),
        ({"currency_amount": "-40.00"}, "unmatched"),
        ({"currency_amount": None}, "unmatched"),
        ({"currency_amount": True}, "unmatched"),
        ({"currency_amount": [40]}, "unmatched"),
        ({"currency_amount": "lots"}, "unmatched"),
        ({"currency_name": "Gems"}, "unmatched"),
        ({"currency_name": "USD"}, "unmatched"),
        ({"currency_name": None}, "unmatched"),
        ({"order_id": None}, "unmatched"),
        ({"order_id": "two words"}, "unmatched"),
    ],
)
def test_what_does_not_fit_credits_nothing_and_is_no_crash(
    desk: Desk, changes: dict[str, Any], state: str
) -> None:
    assert desk.tell("purchase.completed", "k1", **a_purchase(**changes))[0] == state
    assert desk.balance == 0


@pytest.mark.parametrize("amount", ["40", "40.0000", 40, 40.0])
def test_an_exact_amount_is_credited_in_whatever_form(desk: Desk, amount: Any) -> None:
    assert desk.tell("purchase.completed", "k1", **a_purchase(currency_amount=amount))[0] == "done"
    assert desk.balance == 4_000


def test_a_name_of_invos_may_mean_a_currency(desk: Desk) -> None:
    terms = PartnerTerms("", (("currency_names", "Gems=EUR,Gold=USD"),))
    desk.integration = replace(INVO, partner=terms)
    assert desk.tell("purchase.completed", "k1", **a_purchase(currency_name="Gems"))[0] == "done"
    assert (
        desk.tell("purchase.completed", "k2", **a_purchase("o2", currency_name="Gold"))[0]
        == "unmatched"
    )
    assert desk.balance == 4_000


def test_a_blocked_player_gets_what_was_paid_for(desk: Desk) -> None:
    desk.world.accounts.set_blocked(PLAYER, blocked=True)
    assert desk.tell("purchase.completed", "k1", **a_purchase())[0] == "done"
    assert desk.balance == 4_000


@pytest.mark.parametrize("kind", ["purchase.refunded", "purchase.disputed"])
@pytest.mark.parametrize("first", ["purchase", "reversal"])
def test_a_refund_or_dispute_and_its_purchase_come_in_any_order(
    desk: Desk, kind: str, first: str
) -> None:
    back = {"order_id": "ord_1", "transaction_id": "t2", "currency_debited": "40.00"}
    steps = [("purchase.completed", "k1", a_purchase()), (kind, "k2", back)]
    for told, key, data in steps if first == "purchase" else reversed(steps):
        assert desk.tell(told, key, **data)[0] == "done"
    assert desk.balance == 0
    kinds = [each.kind for each in desk.world.history.of_wallet(PLAYER, "EUR")]
    assert kinds == ["deposit", "purchase", "reversal"]


def test_a_dispute_never_goes_below_zero_and_what_is_owed_is_told(desk: Desk) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    desk.world.accounts.set_reserved(PLAYER, "EUR", 3_000)
    state, note = desk.tell(
        "purchase.disputed",
        "k2",
        order_id="ord_1",
        dispute_id="dp_1",
        dispute_status="lost",
        currency_debited="40.00",
    )
    assert (state, note) == ("done", "40.00 EUR taken back, 30.00 of it owed")
    assert desk.balance == 3_000
    assert desk.told[-1][0] == "purchase.owed"
    assert desk.told[-1][1]["owed"] == "30.00"


def test_an_opened_and_a_lost_dispute_take_back_once(desk: Desk) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    said = {"order_id": "ord_1", "dispute_id": "dp_1"}
    opened = desk.tell(
        "purchase.disputed", "k2", **said, dispute_status="opened", currency_debited="10.00"
    )
    lost = desk.tell(
        "purchase.disputed", "k3", **said, dispute_status="lost", currency_debited="10.00"
    )
    more = desk.tell(
        "purchase.disputed", "k4", **said, dispute_status="lost", currency_debited="12.00"
    )
    assert [each[0] for each in (opened, lost, more)] == ["done", "ignored", "unmatched"]
    assert desk.balance == 3_000


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"currency_debited": None}, "ignored"),
        ({}, "ignored"),
        ({"currency_debited": "0.00"}, "ignored"),
        ({"currency_debited": "40.00", "order_type": "platform_commerce"}, "ignored"),
        ({"currency_debited": "40.00", "dispute_status": "won"}, "done"),
        ({"currency_debited": "40.01"}, "unmatched"),
        ({"currency_debited": "0.001"}, "unmatched"),
    ],
)
def test_a_dispute_that_took_nothing_or_too_much_moves_nothing(
    desk: Desk, data: dict[str, Any], state: str
) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    assert desk.tell("purchase.disputed", "k2", order_id="ord_1", **data)[0] == state
    assert desk.balance == 4_000


def test_a_dispute_that_is_won_after_it_was_taken_back_waits_for_a_person(desk: Desk) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    said = {"order_id": "ord_1", "dispute_id": "dp_1"}
    desk.tell("purchase.disputed", "k2", **said, currency_debited="10.00")
    assert desk.tell("purchase.disputed", "k3", **said, dispute_status="won")[0] == "unmatched"


@pytest.mark.parametrize("purchase_at", [0, 1, 2, 3])
def test_a_dispute_whose_opening_comes_after_it_was_won_takes_nothing(
    desk: Desk, purchase_at: int
) -> None:
    said = {"order_id": "ord_1", "dispute_id": "dp_1", "currency_debited": "10.00"}
    won = ("purchase.disputed", "k2", said | {"dispute_status": "won"})
    steps = [won, ("purchase.disputed", "k3", said), ("purchase.disputed", "k4", won[2])]
    steps.insert(purchase_at, ("purchase.completed", "k1", a_purchase()))
    states = {key: desk.tell(kind, key, **data)[0] for kind, key, data in steps}
    assert states == {"k1": "done", "k2": "done", "k3": "unmatched", "k4": "ignored"}
    assert desk.balance == 4_000
    kinds = [each.kind for each in desk.world.history.of_wallet(PLAYER, "EUR")]
    assert kinds == ["deposit", "purchase"]


def test_the_refund_of_a_subscription_takes_nothing(desk: Desk) -> None:
    renewal = a_purchase(metadata={"source": "subscription_renewal"})
    desk.tell("purchase.completed", "k1", **renewal)
    desk.tell("purchase.completed", "k2", **a_purchase("ord_2"))
    desk.tell("purchase.refunded", "k3", order_id="ord_1", currency_debited="40.00")
    assert desk.balance == 4_000


def test_partial_refunds_add_up_to_the_purchase_at_most(desk: Desk) -> None:
    desk.tell("purchase.completed", "k1", **a_purchase())
    part = {"order_id": "ord_1", "fully_refunded": False}
    for key, amount, state in (("k2", "15.00", "done"), ("k3", "25.00", "done"),
                               ("k4", "0.01", "unmatched")):  # fmt: skip
        assert desk.tell("purchase.refunded", key, **part, currency_debited=amount)[0] == state
    assert desk.balance == 0


@pytest.mark.parametrize("kind", ["planet.discovered", "item.purchased", "transfer.received"])
def test_what_we_do_nothing_about_is_told_with_ids_alone(desk: Desk, kind: str) -> None:
    data = a_purchase(item_id="sword", note="secret")
    assert desk.tell(kind, "k1", **data)[0] == "done"
    ((told, payload),) = desk.told
    assert told == f"invo.{kind}"
    assert payload["item_id"] == "sword"
    assert payload["event_id"] == "evt_k1"
    assert "example.org" not in str(payload)
    assert "note" not in payload
    assert desk.balance == 0


def test_a_test_delivery_is_ignored(desk: Desk) -> None:
    assert desk.tell("webhook.test", "k1") == ("ignored", "a test")


@pytest.mark.parametrize(
    ("kind", "switch"),
    [("purchase.completed", "purchases"), ("purchase.refunded", "refunds"),
     ("purchase.disputed", "disputes"), ("player.phone_changed", "identities")],
)  # fmt: skip
def test_an_effect_that_is_switched_off_does_nothing(desk: Desk, kind: str, switch: str) -> None:
    rest = {"purchases", "refunds", "disputes", "identities"} - {switch}
    terms = PartnerTerms("", (("effects", ",".join(sorted(rest))),))
    desk.integration = replace(INVO, partner=terms)
    state, reason = desk.tell(kind, "k1", **a_purchase(currency_debited="1.00"))
    assert (state, reason) == ("ignored", f"the integration does nothing about {switch}")
    assert desk.balance == 0


@pytest.mark.parametrize(
    ("effects", "state"),
    [
        ("purchases, refunds", "done"),
        (" purchases ", "done"),
        ("purchase,refunds", "unmatched"),
        ("Purchases", "unmatched"),
        ("refunds", "ignored"),
    ],
)
def test_a_mistyped_effect_waits_for_a_person_and_ignores_nothing(
    desk: Desk, effects: str, state: str
) -> None:
    desk.integration = replace(INVO, partner=PartnerTerms("", (("effects", effects),)))
    assert desk.tell("purchase.completed", "k1", **a_purchase())[0] == state
    assert desk.balance == (4_000 if state == "done" else 0)


def test_half_of_a_character_is_no_text(desk: Desk) -> None:
    half = {"player_email": "\ud800@example.org", "identity_id": "id_9"}
    assert desk.tell("purchase.completed", "k1", **a_purchase(**half))[0] == "unmatched"
    assert desk.tell("item.purchased", "k2", item_id="sw\ud800rd", order_id="o1")[0] == "done"
    assert desk.told[-1][1] == {"event_id": "evt_k2", "order_id": "o1"}
