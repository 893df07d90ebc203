"""What a callback, or an order that the poll found, means: the order as the platform has it now.

Nothing of the callback is believed. It names an order; the platform says whether there is one,
whose it is, and whether it waits. Only when all of it agrees the order waits for its delivery here.
When two bodies came under one request id, neither says which order was meant: the platform's list
does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final, Protocol

from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.times import iso_utc
from casino.deliveries.model import Delivery, Done, Ignored, Outcome, Told, Unmatched
from casino.dialects.igv.words import (
    AWAITING_DELIVERY,
    DOUBTED,
    POLLED,
    MalformedOrderError,
    Order,
    read_order_id,
)
from casino.integrations.model import Integration
from casino.orders.model import SoldOrder
from casino.orders.ports import Orders

_NO_ACCOUNT: Final = "its integration does not say which account it calls as"
#: How many orders one look takes up: a transaction has 100 items. The poll finds the others.
MOST_FOUND: Final = 40


class Platform(Protocol):
    """The questions of the effect; each raises `ProviderError`, `TokenError`."""

    def order(self, account: Integration, order_id: int) -> Order | None:
        """Return an order as the platform has it now."""

    def orders(self, account: Integration, status: int) -> Iterator[Order]:
        """Yield the orders with a status."""


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
        if delivery.kind == DOUBTED:
            return self._look(delivery, integration, now)
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
            return Unmatched(_NO_ACCOUNT)
        order = self._platform.order(account, order_id)
        if order is None:
            return Unmatched("the platform knows no such order")
        differing = "" if delivery.kind == POLLED else _differing(said, order)
        if differing:
            return Unmatched(f"{differing} is not that of the order")
        if order.status != AWAITING_DELIVERY:
            return Ignored("the order does not wait for its delivery any more")
        done = self._wait(delivery, [order], now)
        return replace(done, claim=f"order/{order_id}")

    def _look(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
        """Return every order that waits and is not known: two bodies came, and either may lie."""
        account = self._integration(integration.partner.calls_as)
        if account is None:
            return Unmatched(_NO_ACCOUNT)
        waiting = self._platform.orders(account, AWAITING_DELIVERY)
        unknown = (o for o in waiting if self._orders.get(integration.name, o.order_id) is None)
        found = list(islice(unknown, MOST_FOUND))
        return self._wait(delivery, found, now) if found else Ignored("no order was hidden")

    def _wait(self, delivery: Delivery, orders: Sequence[Order], now: float) -> Done:
        sold = [self._sold(delivery, order, iso_utc(now)) for order in orders]
        numbers = ", ".join(str(order.order_id) for order in orders)
        return Done(
            writes=tuple(self._orders.first(each) for each in sold),
            told=tuple(Told("order.awaiting_delivery", _told(each)) for each in sold),
            note=f"what waits for its delivery: {numbers}",
        )

    def _sold(self, delivery: Delivery, order: Order, moment: str) -> SoldOrder:
        return SoldOrder(
            integration=delivery.integration,
            order_id=order.order_id,
            number=order.number,
            buyer_id=order.buyer_id,
            state="awaiting_delivery",
            known_at=moment,
            changed_at=moment,
            found_by="poll" if delivery.kind in (POLLED, DOUBTED) else "callback",
        )


def _told(sold: SoldOrder) -> dict[str, str]:
    return {
        "integration": sold.integration,
        "order_id": str(sold.order_id),
        "order_number": sold.number,
        "buyer_id": sold.buyer_id,
        "found_by": sold.found_by,
    }


def _differing(said: Mapping[str, Any], order: Order) -> str:
    """Return the first field in which a callback differs from the order; empty for none."""
    if said.get("orderNum") != order.number:
        return "orderNum"
    return "buyerId" if said.get("buyerId") != order.buyer_id else ""
