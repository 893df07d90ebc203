"""Finds the orders whose callbacks were lost: the platform gives up after the third.

What the list has and we do not know is put into the inbox like a callback, under a key of its own;
the worker acts on it, and on a callback that comes late, once.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from casino.base.clock import Clock
from casino.base.errors import RetryableError
from casino.deliveries.model import Delivery
from casino.deliveries.ports import Inbox
from casino.dialects.igv.words import AWAITING_DELIVERY, CALLBACKS, POLLED, Order
from casino.integrations.model import Integration, stopped
from casino.observability.telemetry import Telemetry
from casino.orders.ports import Orders
from casino.providers.ports import ProviderError
from casino.providers.token import TokenError

#: How long a callback that is on its way may take, in seconds, before its order counts as lost.
ON_ITS_WAY_S: Final = 20.0


class OrderList(Protocol):
    """The one call of the poll."""

    def orders(self, account: Integration, status: int) -> Iterator[Order]:
        """Yield the orders with a status; raises `ProviderError`, `TokenError`."""


@dataclass(frozen=True, slots=True)
class Poll:
    """The use case; `receivers` are all integrations, `integration` has the switches in force."""

    platform: OrderList
    inbox: Inbox
    orders: Orders
    integration: Callable[[str], Integration | None]
    receivers: Callable[[], Iterable[str]]
    clock: Clock
    observer: Telemetry

    def run(self, on_its_way_s: float = ON_ITS_WAY_S) -> dict[str, int]:
        """Poll every account; returns how many orders were found by receiver, -1 for a failure."""
        found: dict[str, int] = {}
        for name in sorted(self.receivers()):
            receiver = self.integration(name)
            if receiver is None or receiver.family != CALLBACKS or not receiver.enabled:
                continue
            account = self.integration(receiver.partner.calls_as)
            if account is None or self._is_off(receiver) or self._is_off(account):
                continue
            try:
                found[name] = self._found(name, account, on_its_way_s)
            except (ProviderError, TokenError, RetryableError) as error:
                found[name] = -1
                self.observer.event(
                    "poll failed", error=True, integration=name, reason=type(error).__name__
                )
                self.observer.count("OrderPollFailures", 1, integration=name)
        return found

    def _is_off(self, party: Integration) -> bool:
        return stopped(party.partner.partners_off, self.clock.now())

    def _found(self, name: str, account: Integration, on_its_way_s: float) -> int:
        missing = [
            order
            for order in self.platform.orders(account, AWAITING_DELIVERY)
            if self._is_unknown(name, order)
        ]
        if missing:
            self.clock.sleep(on_its_way_s)
        lost = [order for order in missing if self._is_unknown(name, order)]
        found = sum(self._put(name, order) for order in lost)
        self.observer.event("poll", integration=name, found=found)
        if found:
            self.observer.count("LostCallbacks", found, integration=name)
        return found

    def _is_unknown(self, name: str, order: Order) -> bool:
        return self.orders.get(name, order.order_id) is None

    def _put(self, name: str, order: Order) -> bool:
        """Put an order into the inbox; false when an earlier poll has done so."""
        now = int(self.clock.now())
        delivery = Delivery(
            integration=name,
            dialect=CALLBACKS,
            key=f"poll-{order.order_id}",
            kind=POLLED,
            body=json.dumps({"orderId": order.order_id}).encode(),
            received_at=now,
            next_at=now,
        )
        return self.inbox.put_if_absent(delivery) is None
