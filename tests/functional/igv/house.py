"""iGV's functions on an emulated AWS, wired as deployed, at a simulated iGV.

Every run of a function is an environment of its own, which dies where `crashes` says: at a call to
DynamoDB, to Secrets Manager, or to iGV.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from casino.aws.clients import secrets_client
from casino.deliveries.model import STATES, Delivery
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.integrations.model import Integration
from casino.wiring import deliveries, delivery_work, igv
from testing.crashes import Crashes, CrashingClient
from testing.hooks import load_function, proxy_event
from testing.igv import LOGIN, RECEIVER, SECRET, SELLER, Igv
from testing.igv import igv as simulated_igv
from testing.integrations import with_terms
from testing.provider import InProcessPool
from testing.world import World

#: Where the environments share the account's token.
TOKEN: Final = "test/token/igv-account"
PATH: Final = "/igv/v1/callbacks/igv"
CONTENT: Final = {"content": "key-1"}


class Lambda:
    """The context of an invocation with all of its time left."""

    invoked_function_arn = "arn:aws:lambda:test"

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


@dataclass
class House:
    """A casino that iGV calls back; `crashes` decides where the next run ends."""

    world: World
    partner: Igv
    crashes: Crashes
    secrets: Any = field(default_factory=secrets_client)

    def __post_init__(self) -> None:
        self._receiver = load_function("igv")
        self._connect(RECEIVER, "igv-callbacks", SECRET)
        # The shipped client sends a password over TLS only; the simulation answers at any address.
        url = (("url", "https://igv.test/merchant-api"),)
        self._connect(with_terms(SELLER, settings=url), LOGIN.api_key, LOGIN.secret_key)
        self.partner.platform.post = self.receive

    def _connect(self, integration: Integration, api_key: str, secret_key: str) -> None:
        pair = json.dumps({"api_key": api_key, "secret_key": secret_key})
        self.secrets.create_secret(Name=integration.secret_name, SecretString=pair)
        self.world.registry.put(integration, (api_key,))

    def receive(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Answer a callback as API Gateway has the receiver do; returns the status."""
        event = proxy_event(body, headers, PATH) | {"pathParameters": {"integration": "igv"}}
        return int(self._receiver(event, None)["statusCode"])

    def callback(self, order_id: int, request_id: str, **changes: Any) -> int:
        """Send a callback of an order with a valid signature, and other fields."""
        platform = self.partner.platform
        now_ms, order = int(self.partner.clock.now() * 1000), platform.orders[order_id]
        headers, body = platform.caller.callback(order | changes, request_id, now_ms)
        return self.receive("", headers, body)

    def work(self, key: str) -> object:
        """Let the worker see a delivery as the table's stream tells of it."""
        item = {"state": "received", "integration": "igv", "delivery_key": key}
        image = {name: {"S": value} for name, value in item.items()}
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
        return self._worker({"Records": [record]}, Lambda())

    def sweep(self) -> object:
        """Let the schedule find what is due."""
        return self._worker({}, Lambda())

    @property
    def _worker(self) -> Any:
        return delivery_work.delivery_handler(self.world.environment, *self._clients)

    def ask(self, **event: Any) -> dict[str, Any]:
        """Invoke the function of the orders."""
        return igv.orders_handler(self.world.environment, *self._clients)(event, None)

    def poll(self) -> dict[str, Any]:
        return self.ask(action="poll", on_its_way_s=0)

    def deliver(self, order_id: int) -> dict[str, Any]:
        who = {"who": "local:tester", "reason": "the buyer waits"}
        return self.ask(
            action="deliver", integration="igv", order_id=order_id, content=CONTENT, **who
        )

    def lives(self, step: Callable[[], object], call: int, after: bool) -> bool:
        """Run a step that dies at a call, before or after it is made; tell whether it came through.

        No token is on the shelf when it begins, so it has to log in.
        """
        with suppress(ClientError):
            self.secrets.delete_secret(SecretId=TOKEN, ForceDeleteWithoutRecovery=True)
        self.crashes.run(step, call, after)
        return self.crashes.calls <= call

    @property
    def _clients(self) -> tuple[CrashingClient, CrashingClient]:
        client, secrets = self.world.client, self.secrets
        return CrashingClient(client, self.crashes), CrashingClient(secrets, self.crashes)

    @property
    def inbox(self) -> DynamoDbInbox:
        return DynamoDbInbox(self.world.client, self.world.tables)

    def state(self, key: str) -> str:
        found = self.inbox.get("igv", key)
        return found.state if found else "absent"

    @property
    def waiting(self) -> list[int]:
        found = self.world.orders.every("igv", "awaiting_delivery")
        return sorted(each.order_id for each in found)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every delivery with its state, its reason and its events."""
        listed = [each for state in STATES for each in self.inbox.of_state(state)]
        found = [self.inbox.get(each.integration, each.key) for each in listed]
        return [each for each in found if each is not None]

    @property
    def told(self) -> list[str]:
        """The orders of the events that are stored for the bus."""
        return sorted(told.payload["order_id"] for each in self.deliveries for told in each.told)


@contextmanager
def open_house(world: World, patch: pytest.MonkeyPatch) -> Iterator[House]:
    """Wire the functions on the simulation's clock, and to the simulation."""
    with simulated_igv() as partner:
        crashes = Crashes()
        pool = InProcessPool(CrashingClient(partner.client, crashes))  # type: ignore[arg-type]
        patch.setattr(igv, "pool_manager", lambda **_: pool)
        for wiring in (deliveries, delivery_work, igv):
            patch.setattr(wiring, "SystemClock", lambda: partner.clock)
        yield House(world, partner, crashes)
