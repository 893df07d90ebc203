"""Tells the platform that an order is delivered, or why it cannot be: each once.

The order's new state is written, with the audit record, before the platform is told, and again when
it has answered. An order that is left between the two was told, and nobody knows whether the
platform heard it: whoever asks again learns that from the platform first.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from casino.audit.model import AuditRecord, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import epoch, iso_utc
from casino.dialects.igv.words import AWAITING_DELIVERY, Order
from casino.integrations.model import Integration, stopped
from casino.orders.model import OrderState, SoldOrder
from casino.orders.ports import Orders
from casino.providers.ports import ProviderError
from casino.providers.token import TokenError

#: How long a delivery may be as JSON, and a remark as text.
MOST_CONTENT: Final = 64 * 1024
MOST_REMARK: Final = 500
#: How long a delivery may be on its way, in seconds: as long as the function runs that sends it.
UNDER_WAY_S: Final = 120.0
#: The failures after which the platform may have heard it all the same.
_UNKNOWN: Final = frozenset({"provider_timeout", "provider_unavailable", "provider_invalid_answer"})


class Seller(Protocol):
    """The account's calls; each raises `ProviderError` or `TokenError`."""

    def order(self, account: Integration, order_id: int) -> Order | None:
        """Return an order as the platform has it now."""

    def is_delivered(self, account: Integration, order_id: int) -> bool:
        """Tell whether the platform has a delivery of it."""

    def deliver(self, account: Integration, order_id: int, content: Mapping[str, Any]) -> None:
        """Submit a delivery, once."""

    def deliver_error(
        self, account: Integration, order_id: int, remark: str, pictures: tuple[str, ...] = ()
    ) -> None:
        """Say why there will be no delivery."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The use cases; `integration` returns the one of a name, with the switches in force."""

    seller: Seller
    orders: Orders
    integration: Callable[[str], Integration | None]
    clock: Clock

    def deliver(
        self, name: str, order_id: int, content: Mapping[str, Any], *, who: Who
    ) -> SoldOrder:
        """Deliver an order that waits, and return it; one that has this delivery is returned.

        Raises `AdminError`: `order_not_found`, `order_not_waiting`, `delivery_mismatch`,
        `delivery_refused`, `delivery_under_way`, `delivery_unanswered` and `partners_disabled`
        (ask again).
        """
        text = json.dumps(content, sort_keys=True)
        if not content or len(text) > MOST_CONTENT:
            message = f"a delivery is a JSON object of at most {MOST_CONTENT} characters"
            raise AdminError("invalid_request", message)
        mark = hashlib.sha256(text.encode()).hexdigest()
        order, account = self._known(name, order_id)
        if order.content and order.content != mark:
            raise AdminError("delivery_mismatch", f"{order_id} was delivered with something else")
        if order.state == "delivered":
            return order
        if order.state not in ("awaiting_delivery", "delivering"):
            raise AdminError("order_not_waiting", f"order {order_id} is {order.state}")
        if self.seller.is_delivered(account, order_id):
            if order.state == "awaiting_delivery":
                message = f"the platform has a delivery of {order_id} that we did not send"
                raise AdminError("order_not_waiting", message)
            return self._moved(order, "delivered", mark, who, "the platform has it")
        if order.state == "delivering" and self._is_under_way(order):
            message = f"order {order_id} is being delivered: ask again in {UNDER_WAY_S:.0f} s"
            raise AdminError("delivery_under_way", message)
        self._refuse_unless_waiting(account, order_id)
        order = self._moved(order, "delivering", mark, who)
        return self._told(
            order,
            who,
            lambda: self.seller.deliver(account, order_id, content),
            lambda: self.seller.is_delivered(account, order_id),
        )

    def deliver_error(
        self, name: str, order_id: int, remark: str, pictures: tuple[str, ...] = (), *, who: Who
    ) -> SoldOrder:
        """Say that an order cannot be delivered, and return it; raises `AdminError`."""
        if not remark.strip() or len(remark) > MOST_REMARK:
            raise AdminError("invalid_request", f"a remark has 1 to {MOST_REMARK} characters")
        order, account = self._known(name, order_id)
        if order.state == "delivery_error":
            return order
        if order.state not in ("awaiting_delivery", "failing"):
            raise AdminError("order_not_waiting", f"order {order_id} is {order.state}")
        if order.state == "awaiting_delivery":
            self._refuse_unless_waiting(account, order_id)
        order = self._moved(order, "failing", "", who)
        return self._told(
            order,
            who,
            lambda: self.seller.deliver_error(account, order_id, remark, pictures),
            lambda: False,
        )

    def _told(
        self, order: SoldOrder, who: Who, tell: Callable[[], None], heard: Callable[[], bool]
    ) -> SoldOrder:
        """Tell the platform, and write what became of it."""
        done: OrderState = "delivered" if order.state == "delivering" else "delivery_error"
        try:
            tell()
        except (ProviderError, TokenError) as error:
            if not isinstance(error, ProviderError) or error.code not in _UNKNOWN:
                # The platform said no, or was not asked: nothing has happened there.
                self._moved(order, "awaiting_delivery", "", who, str(error))
                raise AdminError("delivery_refused", f"{order.order_id}: {error}") from None
            if not _heard(heard):
                message = f"{order.order_id}: {error.code}; ask again, the platform is asked first"
                raise AdminError("delivery_unanswered", message) from None
        return self._moved(order, done, order.content, who)

    def _known(self, name: str, order_id: int) -> tuple[SoldOrder, Integration]:
        receiver = self.integration(name)
        account = self.integration(receiver.partner.calls_as) if receiver is not None else None
        if receiver is None or account is None:
            message = f"{name} is no integration that says which account it calls as"
            raise AdminError("integration_not_found", message)
        now = self.clock.now()
        if any(stopped(each.partner.partners_off, now) for each in (receiver, account)):
            raise AdminError("partners_disabled", f"calls to {account.name} are switched off")
        order = self.orders.get(name, order_id)
        if order is None:
            raise AdminError("order_not_found", f"{name} never confirmed an order {order_id}")
        return order, account

    def _is_under_way(self, order: SoldOrder) -> bool:
        """Tell whether somebody may still be sending the delivery."""
        return self.clock.now() - epoch(order.changed_at) < UNDER_WAY_S

    def _refuse_unless_waiting(self, account: Integration, order_id: int) -> None:
        found = self.seller.order(account, order_id)
        if found is None or found.status != AWAITING_DELIVERY:
            message = f"order {order_id} does not wait for a delivery at the platform"
            raise AdminError("order_not_waiting", message)

    def _moved(
        self, order: SoldOrder, state: OrderState, mark: str, who: Who, detail: str = ""
    ) -> SoldOrder:
        """Write a state with its record; raises `AdminError` when somebody else was faster."""
        now = self.clock.now()
        after = replace(order, state=state, content=mark, changed_at=iso_utc(now))
        if not self.orders.change(order, after, self._record(order, after, who, detail)):
            raise AdminError("order_changed", f"order {order.order_id} has just changed: ask again")
        return after

    def _record(self, before: SoldOrder, after: SoldOrder, who: Who, detail: str) -> AuditRecord:
        subject = subject_of(before.integration, before.order_id)
        told = detail or after.content
        return who.explained().record(
            subject, f"order.{after.state}", self.clock.now(), before.state, after.state, told
        )


def _heard(heard: Callable[[], bool]) -> bool:
    try:
        return heard()
    except (ProviderError, TokenError):
        return False


def subject_of(integration: str, order_id: int) -> str:
    """Return what the audit calls an order."""
    return f"order#{integration}#{order_id}"
