"""A body that is not iGV's, under headers that are: it moves nothing, and hides nothing."""

from collections.abc import Iterator

import pytest

from casino.base.errors import UnavailableError
from casino.deliveries.model import Delivery
from casino.dialects.igv.effect import MOST_FOUND
from tests.functional.igv.shop import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


@pytest.mark.parametrize(
    ("forged", "state"),
    [
        ({"orderId": 666}, "unmatched"),
        ({"orderNum": "SO666"}, "unmatched"),
        ({"buyerId": "666"}, "unmatched"),
        ({"buyerId": 88001}, "unmatched"),
        ({"orderId": "1689644928115784"}, "ignored"),
        ({"orderId": True}, "ignored"),
        ({"orderId": None}, "ignored"),
        ({"orderId": -5}, "ignored"),
        ({"orderId": 10**30}, "ignored"),
        ({"sellerOrderStatus": 2}, "ignored"),
        ({"sellerOrderStatus": None}, "ignored"),
    ],
)
def test_a_forged_body_with_a_valid_triple_moves_nothing(
    shop: Shop, forged: dict[str, object], state: str
) -> None:
    order_id = shop.partner.platform.pay(lost=True)
    assert shop.callback(order_id, "stolen", **forged) == 200
    shop.work()

    assert (shop.waiting, shop.told, shop.states) == ([], [], [state])


@pytest.mark.parametrize(
    "forged",
    [
        {"buyerId": "666"},
        {"orderId": 666},
        {"sellerOrderStatus": 2},
        {"orderId": 1689644928115784},
    ],
)
@pytest.mark.parametrize("worked", [False, True], ids=["together", "one-by-one"])
def test_a_forged_body_that_comes_first_does_not_hide_the_real_one(
    shop: Shop, forged: dict[str, object], worked: bool
) -> None:
    shop.partner.platform.pay(1689644928115784)
    shop.work()
    shop.down = 1
    order_id = shop.partner.platform.pay()
    request_id = shop.partner.platform.webhooks[-1].request_id
    assert shop.callback(order_id, request_id, **forged) == 200
    if worked:
        shop.work()
    shop.partner.clock.advance(300)
    shop.partner.platform.advance(0)
    shop.work()

    assert shop.waiting == [1689644928115784, order_id]
    assert shop.told == ["1689644928115784", str(order_id)]
    assert shop.notes.metrics["CallbackAnomalies"] == 1


def test_any_number_of_forged_bodies_costs_one_look(shop: Shop) -> None:
    order_id = shop.partner.platform.pay(lost=True)
    for number in range(20):
        assert shop.callback(order_id, "stolen", orderId=number + 1, buyerId=str(number)) == 200
        shop.work()
    assert sorted(shop.states) == ["done", "unmatched"]
    assert shop.waiting == [order_id]
    assert shop.orders.stored["igv", order_id].found_by == "poll"


def test_one_look_takes_up_forty_orders_and_the_poll_finds_the_others(shop: Shop) -> None:
    orders = [shop.partner.platform.pay(lost=True) for _ in range(MOST_FOUND + 2)]
    for buyer in ("666", "88001"):
        assert shop.callback(orders[-1], "stolen", buyerId=buyer) == 200
    shop.work()
    assert shop.waiting == orders[:MOST_FOUND]
    assert shop.told == [str(order_id) for order_id in orders[:MOST_FOUND]]

    assert shop.poll.run() == {"igv": 2}
    shop.work()
    assert sorted(shop.waiting) == orders


def test_a_forged_body_after_the_real_one_finds_nothing(shop: Shop) -> None:
    order_id = shop.partner.platform.pay()
    request_id = shop.partner.platform.webhooks[0].request_id
    shop.work()
    assert shop.callback(order_id, request_id, orderId=666) == 200
    shop.work()
    assert (shop.waiting, shop.told) == ([order_id], [str(order_id)])
    assert sorted(shop.states) == ["done", "ignored"]


def test_a_second_body_whose_look_cannot_be_stored_comes_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = shop.partner.platform.pay(lost=True)
    assert shop.callback(order_id, "stolen", buyerId="666") == 200
    stored = shop.inbox.put_if_absent

    def lost(delivery: Delivery) -> Delivery | None:
        if delivery.key != "stolen":
            raise UnavailableError
        return stored(delivery)

    with monkeypatch.context() as patch:
        patch.setattr(shop.inbox, "put_if_absent", lost)
        assert shop.callback(order_id, "stolen") == 503
    assert shop.callback(order_id, "stolen") == 200
    shop.work()
    assert shop.waiting == [order_id]
