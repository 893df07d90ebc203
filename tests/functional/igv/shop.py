"""A casino that a simulated iGV calls back: the receiver, the worker and the poll that ship."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from casino.deliveries.endpoint import DeliveryEndpoint
from casino.deliveries.model import Delivery
from casino.deliveries.work import Worker
from casino.dialects.igv.callback import IgvCallback
from casino.dialects.igv.effect import OrderEffect
from casino.dialects.igv.poll import Poll
from casino.observability.telemetry import Telemetry
from casino.signing.pair import CURRENT, Pair
from testing.credentials import FakeKeyring
from testing.fake_inbox import FakeInbox
from testing.fake_orders import FakeOrders
from testing.hooks import proxy_event
from testing.igv import RECEIVER, SECRET, SELLER, Igv, igv
from testing.integrations import FakeRegistry
from testing.provider import Notes

PATH = "/igv/v1/callbacks/igv"


@dataclass
class Shop:
    """Environments share the inbox, the orders and the shelf of the token."""

    partner: Igv
    inbox: FakeInbox = field(default_factory=FakeInbox)
    orders: FakeOrders = field(default_factory=FakeOrders)
    registry: FakeRegistry = field(default_factory=lambda: FakeRegistry(RECEIVER))
    notes: Notes = field(default_factory=Notes)
    statuses: list[int] = field(default_factory=list)
    down: int = 0
    """How many callbacks find nobody."""

    def __post_init__(self) -> None:
        self.registry.put(SELLER)
        observer = cast(Telemetry, self.notes)
        clock, keyring = self.partner.clock, FakeKeyring(Pair("igv", SECRET, CURRENT))
        self.receiver = DeliveryEndpoint(
            IgvCallback(), self.registry.get, keyring, self.inbox, clock, observer
        )
        effect = OrderEffect(self.partner.seller(), self.orders, self.registry.get)
        effects = {"igv-seller": effect}
        self.worker = Worker(self.inbox, self.registry.in_force, effects, clock, observer)
        self.poll = Poll(
            self.partner.seller(), self.inbox, self.orders, self.registry.in_force,
            self.registry.names, clock, observer,
        )  # fmt: skip
        self.partner.platform.post = self.receive

    def receive(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Answer a callback as API Gateway has the receiver do; returns the status."""
        if self.down:
            self.down -= 1
            return 0
        status = self.send(headers, body)
        self.statuses.append(status)
        return status

    def send(self, headers: Mapping[str, str | list[str]], body: bytes) -> int:
        event = proxy_event(body, headers, PATH) | {"pathParameters": {"integration": "igv"}}
        answer: dict[str, Any] = dict(self.receiver.handle(event, None))
        return int(answer["statusCode"])

    def work(self) -> None:
        """Act on all that is due."""
        self.worker.sweep(lambda: 60.0)

    @property
    def waiting(self) -> list[int]:
        return [order.order_id for order in self.orders.every("igv", "awaiting_delivery")]

    @property
    def told(self) -> list[str]:
        """The orders of the events that are stored for the bus."""
        return [told.payload["order_id"] for each in self.deliveries for told in each.told]

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.inbox.stored.values())

    @property
    def states(self) -> list[str]:
        return [each.state for each in self.deliveries]

    def callback(self, order_id: int, request_id: str, **changes: Any) -> int:
        """Send a callback of an order with a valid signature, and other fields."""
        now_ms = int(self.partner.clock.now() * 1000)
        caller, order = self.partner.platform.caller, self.partner.platform.orders[order_id]
        headers, body = caller.callback(order | changes, request_id, now_ms)
        return self.send(headers, body)


@contextmanager
def open_shop() -> Iterator[Shop]:
    with igv() as partner:
        yield Shop(partner)
