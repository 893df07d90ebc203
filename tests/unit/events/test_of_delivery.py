"""What is told of a partner's delivery once it was acted on."""

import base64
from dataclasses import replace

from casino.deliveries.model import STATES, Delivery, Told
from casino.deliveries.store.items import claim_item, delivery_item, written_told
from casino.events.model import money
from casino.events.of_delivery import of_delivery
from casino.events.store.images import delivery_image
from tests.unit.events.told import PLACE

CREDITED = {"integration": "invo", "transaction_id": "purchase/1", "amount": "12.00"}
DONE = Delivery(
    integration="invo",
    dialect="invo",
    key="d1",
    kind="purchase.completed",
    body=b'{"player_email":"ann@other.example"}',
    received_at=1_767_225_600,
    trace_id="trace-1",
    state="done",
    ended_at=1_767_225_601,
    told=(Told("purchase.credited", {**CREDITED, "currency": "EUR"}, "p1"),),
)


def test_what_an_effect_tells_is_told_with_its_amount() -> None:
    (event,) = of_delivery(DONE, PLACE)
    assert (event.event_type, event.player_id) == ("purchase.credited", "p1")
    assert (event.trace_id, event.idempotency_key) == ("trace-1", "d1")
    assert event.occurred_at == "2026-01-01T00:00:01.000Z"
    assert event.payload == {**CREDITED, "amount": money(1200, "EUR")}
    assert of_delivery(DONE, PLACE) == (event,)


def test_two_of_one_kind_have_two_ids() -> None:
    first, second = of_delivery(replace(DONE, told=DONE.told * 2), PLACE)
    assert first.event_id != second.event_id


def test_what_only_the_partner_has_a_word_for_is_told_as_its_word() -> None:
    said = {"order_id": "o1", "item_quantity": 2, "player_email": "ann@other.example"}
    (event,) = of_delivery(replace(DONE, told=(Told("invo.payout.approved", said),)), PLACE)
    assert (event.event_type, event.player_id) == ("partner.told", None)
    assert event.payload == {
        "integration": "invo",
        "kind": "invo.payout.approved",
        "content": {"item_quantity": 2, "order_id": "o1"},
    }


def test_a_partner_cannot_tell_of_the_wallets_money() -> None:
    forged = Told("wallet.credit.completed", {"amount": "9.00", "currency": "EUR"}, "p1")
    (event,) = of_delivery(replace(DONE, told=(forged,)), PLACE)
    assert event.event_type == "partner.told"


def test_what_has_no_end_is_not_told() -> None:
    for state in STATES:
        assert bool(of_delivery(replace(DONE, state=state), PLACE)) is (state == "done")


def test_the_image_of_a_stream_reads_as_the_delivery() -> None:
    item = delivery_item(DONE) | {
        "body": {"B": base64.b64encode(DONE.body).decode()},
        "told": {"S": written_told(DONE.told)},
        "ended_at": {"N": str(DONE.ended_at)},
    }
    assert delivery_image(item) == DONE
    assert delivery_image(claim_item(DONE, "order/1", 9)) is None
