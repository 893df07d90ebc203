"""The sold orders in memory; passes the same contract tests as the table's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from casino.audit.model import AuditRecord
from casino.orders.model import OrderState, SoldOrder


@dataclass
class FakeOrders:
    """`Orders` in memory; a write is a function, as `testing.fake_inbox` wants it."""

    stored: dict[tuple[str, int], SoldOrder] = field(default_factory=dict)
    audit: list[AuditRecord] = field(default_factory=list)

    def get(self, integration: str, order_id: int) -> SoldOrder | None:
        return self.stored.get((integration, order_id))

    def every(self, integration: str | None, state: OrderState | None) -> Iterator[SoldOrder]:
        return (
            order
            for order in list(self.stored.values())
            if integration in (None, order.integration) and state in (None, order.state)
        )

    def first(self, order: SoldOrder) -> Callable[[], bool]:
        def write() -> bool:
            key = (order.integration, order.order_id)
            return self.stored.setdefault(key, order) is order

        return write

    def change(self, before: SoldOrder, after: SoldOrder, audit: AuditRecord) -> bool:
        key = (before.integration, before.order_id)
        if self.stored.get(key) != before:
            return False
        self.stored[key] = after
        self.audit.append(audit)
        return True
