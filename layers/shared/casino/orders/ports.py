"""The port of the sold orders."""

from collections.abc import Iterator
from typing import Any, Protocol

from casino.audit.model import AuditRecord
from casino.orders.model import OrderState, SoldOrder


class Orders(Protocol):
    """Every order that was ever confirmed. Each method raises `RetryableError`."""

    def get(self, integration: str, order_id: int) -> SoldOrder | None:
        """Return an order, consistently."""

    def every(self, integration: str | None, state: OrderState | None) -> Iterator[SoldOrder]:
        """Yield the orders of an integration or of all, in one state or in any; in no order."""

    def first(self, order: SoldOrder) -> Any:
        """Return the write that adds an order, conditional on its absence, for a transaction."""

    def change(self, before: SoldOrder, after: SoldOrder, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`, with the record; false when that has changed."""
