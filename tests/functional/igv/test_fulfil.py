"""An order's delivery, or its failure, is told to the platform once, whatever goes wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.dialects.igv.fulfil import UNDER_WAY_S, Fulfilment, Seller
from casino.integrations.model import Integration, Off
from casino.orders.model import OrderState, SoldOrder
from casino.providers.ports import ProviderError
from casino.providers.token import TokenRefusedError
from testing.fake_orders import FakeOrders
from testing.igv import RECEIVER, SELLER, Igv, igv
from testing.integrations import FakeRegistry
from testing.template import functions, load_template

WHO = Who("local:tester", "the buyer waits")
CONTENT = {"content": "key-1"}


class Broken:
    """The account's calls, of which one raises."""

    def __init__(self, real: Seller, call: str, error: Exception) -> None:
        self._real, self._call, self._error = real, call, error

    def __getattr__(self, name: str) -> Any:
        if name != self._call:
            return getattr(self._real, name)

        def broken(*given: object, **named: object) -> None:
            raise self._error

        return broken


class Deaf(Broken):
    """The platform says what it has before a delivery, and is out of reach after it."""

    def __init__(self, real: Seller) -> None:
        super().__init__(real, "", ProviderError("provider_timeout"))
        self._asked = 0

    def is_delivered(self, *given: object) -> bool:
        self._asked += 1
        if self._asked > 1:
            raise self._error
        return False


class Slow(Broken):
    """While a delivery is on its way, somebody else asks for the same."""

    def __init__(self, shop: "Shop") -> None:
        super().__init__(shop.desk.seller, "", ProviderError("provider_timeout"))
        self._shop = shop
        self.other = ""

    def deliver(self, account: Integration, order_id: int, content: Mapping[str, Any]) -> None:
        self.other = self._shop.refused()
        self._real.deliver(account, order_id, content)


@dataclass
class Shop:
    partner: Igv
    orders: FakeOrders
    order_id: int
    desk: Fulfilment
    registry: FakeRegistry

    def breaks(self, call: str, error: Exception) -> "Fulfilment":
        """Return a desk one of whose calls raises."""
        return replace(self.desk, seller=Broken(self.desk.seller, call, error))

    @property
    def state(self) -> str:
        return self.orders.stored["igv", self.order_id].state

    @property
    def delivered(self) -> int:
        return len(self.partner.platform.deliveries.get(self.order_id, []))

    def deliver(self, content: dict[str, str] = CONTENT) -> SoldOrder:
        return self.desk.deliver("igv", self.order_id, content, who=WHO)

    def refused(self, content: dict[str, str] = CONTENT) -> str:
        with pytest.raises(AdminError) as error:
            self.deliver(content)
        return error.value.code


@pytest.fixture
def shop() -> Iterator[Shop]:
    with igv() as partner:
        orders, registry = FakeOrders(), FakeRegistry(RECEIVER)
        registry.put(SELLER)
        order_id = partner.platform.pay()
        sold = SoldOrder("igv", order_id, f"SO{order_id}", "88001", "awaiting_delivery", "a", "a")
        orders.stored["igv", order_id] = sold
        desk = Fulfilment(partner.seller(), orders, registry.in_force, partner.clock)
        yield Shop(partner, orders, order_id, desk, registry)


def test_a_delivery_is_told_and_audited(shop: Shop) -> None:
    assert shop.deliver().state == shop.state == "delivered"

    assert shop.partner.platform.deliveries == {shop.order_id: [CONTENT]}
    assert [(r.what, r.old, r.new, r.reason) for r in shop.orders.audit] == [
        ("order.delivering", "awaiting_delivery", "delivering", "the buyer waits"),
        ("order.delivered", "delivering", "delivered", "the buyer waits"),
    ]


def test_the_same_delivery_again_sends_nothing(shop: Shop) -> None:
    shop.deliver()
    assert shop.deliver().state == "delivered"
    assert shop.delivered == 1


def test_another_delivery_of_the_same_order_is_refused(shop: Shop) -> None:
    shop.deliver()
    assert shop.refused({"content": "key-2"}) == "delivery_mismatch"
    assert shop.delivered == 1


def test_a_delivery_whose_answer_is_lost_is_found_at_the_platform(shop: Shop) -> None:
    shop.partner.platform.faults.deliveries_lost = 1
    assert shop.deliver().state == "delivered"
    assert shop.delivered == 1


def test_a_delivery_that_nobody_can_be_sure_of_is_asked_for_before_it_is_sent_again(
    shop: Shop,
) -> None:
    shop.partner.platform.faults.deliveries_lost = 1
    desk = replace(shop.desk, seller=Deaf(shop.desk.seller))
    with pytest.raises(AdminError, match="ask again"):
        desk.deliver("igv", shop.order_id, CONTENT, who=WHO)
    assert (shop.state, shop.delivered) == ("delivering", 1)

    assert shop.deliver().state == "delivered"
    assert shop.delivered == 1


def test_a_delivery_that_may_still_be_on_its_way_is_not_sent_by_somebody_else(shop: Shop) -> None:
    slow = Slow(shop)
    desk = replace(shop.desk, seller=slow)
    assert desk.deliver("igv", shop.order_id, CONTENT, who=WHO).state == "delivered"
    assert (slow.other, shop.delivered) == ("delivery_under_way", 1)


def test_no_run_of_the_function_outlasts_what_counts_as_on_its_way() -> None:
    assert functions(load_template())["IgvOrdersFunction"]["Timeout"] <= UNDER_WAY_S


def test_a_delivery_that_was_never_heard_is_sent_when_somebody_asks_again(shop: Shop) -> None:
    order = shop.orders.stored["igv", shop.order_id]
    shop.deliver()
    mark = shop.orders.stored["igv", shop.order_id].content
    shop.partner.platform.deliveries.clear()
    shop.partner.platform.orders[shop.order_id]["sellerOrderStatus"] = 1
    then = iso_utc(shop.partner.clock.now())
    left = SoldOrder("igv", shop.order_id, order.number, "88001", "delivering", "a", then, "", mark)
    shop.orders.stored["igv", shop.order_id] = left
    assert shop.refused() == "delivery_under_way"
    shop.partner.clock.sleep(UNDER_WAY_S)

    assert shop.deliver().state == "delivered"
    assert shop.delivered == 1


def test_an_order_that_waits_no_more_at_the_platform_is_not_delivered(shop: Shop) -> None:
    shop.partner.platform.orders[shop.order_id]["sellerOrderStatus"] = 9
    assert shop.refused() == "order_not_waiting"
    assert (shop.state, shop.delivered) == ("awaiting_delivery", 0)


def test_a_delivery_that_somebody_made_elsewhere_is_not_doubled(shop: Shop) -> None:
    shop.partner.platform.deliveries[shop.order_id] = ["by hand"]
    assert shop.refused() == "order_not_waiting"
    assert shop.delivered == 1


@pytest.mark.parametrize(
    "error",
    [
        TokenRefusedError("credentials_refused"),
        ProviderError("provider_circuit_open"),
        ProviderError("provider_refused", "code 30001"),
    ],
)
def test_a_delivery_that_is_refused_leaves_the_order_waiting(shop: Shop, error: Exception) -> None:
    with pytest.raises(AdminError) as refused:
        shop.breaks("deliver", error).deliver("igv", shop.order_id, CONTENT, who=WHO)

    assert refused.value.code == "delivery_refused"
    assert (shop.state, shop.delivered) == ("awaiting_delivery", 0)
    assert shop.deliver({"content": "another"}).state == "delivered"


def test_an_order_that_nobody_confirmed_is_not_delivered(shop: Shop) -> None:
    with pytest.raises(AdminError, match="never confirmed"):
        shop.desk.deliver("igv", 5, CONTENT, who=WHO)


def test_a_delivery_needs_a_reason(shop: Shop) -> None:
    with pytest.raises(AdminError, match="say why"):
        shop.desk.deliver("igv", shop.order_id, CONTENT, who=Who("local:tester"))
    assert shop.delivered == 0


@pytest.mark.parametrize("state", ["delivered", "delivering", "delivery_error"])
def test_only_an_order_that_waits_can_fail(shop: Shop, state: OrderState) -> None:
    order = shop.orders.stored["igv", shop.order_id]
    shop.orders.stored["igv", shop.order_id] = SoldOrder(
        "igv", order.order_id, order.number, "88001", state, "a", "b"
    )
    if state == "delivery_error":
        assert shop.desk.deliver_error("igv", order.order_id, "again", who=WHO).state == state
    else:
        with pytest.raises(AdminError, match=f"is {state}"):
            shop.desk.deliver_error("igv", order.order_id, "no stock", who=WHO)
    assert shop.partner.platform.failures == {}


def test_a_failure_is_told_with_its_remark(shop: Shop) -> None:
    order = shop.desk.deliver_error("igv", shop.order_id, "no stock", who=WHO)

    assert order.state == shop.state == "delivery_error"
    assert shop.partner.platform.failures == {shop.order_id: [{"remark": "no stock"}]}
    assert shop.refused() == "order_not_waiting"


def test_a_failure_that_was_not_heard_can_be_told_again(shop: Shop) -> None:
    desk = shop.breaks("deliver_error", ProviderError("provider_timeout"))
    with pytest.raises(AdminError, match="ask again"):
        desk.deliver_error("igv", shop.order_id, "no stock", who=WHO)
    assert shop.state == "failing"

    told = shop.desk.deliver_error("igv", shop.order_id, "no stock", who=WHO)
    assert told.state == shop.state == "delivery_error"


def test_a_delivery_waits_while_partners_are_switched_off(shop: Shop) -> None:
    shop.registry.offs = {"partners": Off(until=int(shop.partner.clock.now()) + 60)}
    assert shop.refused() == "partners_disabled"
    assert (shop.state, shop.delivered) == ("awaiting_delivery", 0)
    shop.partner.clock.advance(60)
    assert shop.deliver().state == "delivered"
    assert shop.delivered == 1
