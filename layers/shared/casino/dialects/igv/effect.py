"""What a callback, or an order that the poll found, means: the order as the platform has it now.

Nothing of the callback is believed. It names an order; the platform says whether there is one,
whose it is, and whether it waits. Only when all of it agrees the order waits for its delivery here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.times import iso_utc
from casino.deliveries.model import Delivery, Done, Ignored, Outcome, Told, Unmatched
from casino.dialects.igv.words import (
    AWAITING_DELIVERY,
    POLLED,
    MalformedOrderError,
    Order,
    read_order_id,
)
from casino.integrations.model import Integration
from casino.orders.model import SoldOrder
from casino.orders.ports import Orders


class Platform(Protocol):
    """The one question of the effect."""

    def order(self, account: Integration, order_id: int) -> Order | None:
        """Return an order as the platform has it now; raises `ProviderError`, `TokenError`."""


class OrderEffect:
    """`Effect` of iGV's seller; `integration` finds the account that a receiver calls as."""

    def __init__(
        self,
        platform: Platform,
        orders: Orders,
        integration: Callable[[str], Integration | None],
    ) -> None:
        self._platform = platform
        self._orders = orders
        self._integration = integration

    def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
        """Return the order as one that waits for its delivery, or why it is none."""
        try:
            said = parse_object(delivery.body)
            order_id = read_order_id(said)
        except (MalformedJsonError, MalformedOrderError):
            return Ignored("it names no order")
        if said.get("sellerOrderStatus", AWAITING_DELIVERY) != AWAITING_DELIVERY:
            return Ignored("only an order that waits for its delivery is acted on")
        if self._orders.get(integration.name, order_id) is not None:
            return Ignored("the order is known")
        account = self._integration(integration.partner.calls_as)
        if account is None:
            return Unmatched(f"{integration.name} does not say which account it calls as")
        order = self._platform.order(account, order_id)
        if order is None:
            return Unmatched("the platform knows no such order")
        differing = "" if delivery.kind == POLLED else _differing(said, order)
        if differing:
            return Unmatched(f"{differing} is not that of the order")
        if order.status != AWAITING_DELIVERY:
            return Ignored("the order does not wait for its delivery any more")
        return self._waits(delivery, order, now)

    def _waits(self, delivery: Delivery, order: Order, now: float) -> Done:
        moment = iso_utc(now)
        sold = SoldOrder(
            integration=delivery.integration,
            order_id=order.order_id,
            number=order.number,
            buyer_id=order.buyer_id,
            state="awaiting_delivery",
            known_at=moment,
            changed_at=moment,
            found_by="poll" if delivery.kind == POLLED else "callback",
        )
        payload = {
            "integration": sold.integration,
            "order_id": str(sold.order_id),
            "order_number": sold.number,
            "buyer_id": sold.buyer_id,
            "found_by": sold.found_by,
        }
        return Done(
            writes=(self._orders.first(sold),),
            told=(Told("order.awaiting_delivery", payload),),
            claim=f"order/{sold.order_id}",
            note=f"order {sold.order_id} waits for its delivery",
        )


def _differing(said: Mapping[str, Any], order: Order) -> str:
    """Return the first field in which a callback differs from the order; empty for none."""
    if said.get("orderNum") != order.number:
        return "orderNum"
    return "buyerId" if said.get("buyerId") != order.buyer_id else ""
