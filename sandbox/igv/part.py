"""iGV's part of the local stack: plays orders from the callback to the delivery."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.integrations.credentials import read_pair
from casino.integrations.partner import agree
from casino.signing.pair import Pair
from ops.context import Operations
from sandbox.igv.caller import Caller
from sandbox.igv.signatures import new_key, public_half
from sandbox.part import Counterpart, Played, Stage, Step, UnexpectedAnswerError
from sandbox.processes import TIMEOUT_S, poll

RECEIVER: Final = "igv"
ACCOUNT: Final = "igv-account"
MERCHANT: Final = "igv-merchant"
_EMAIL: Final = "seller@casino.test"
_DELIVERY: Final = {"content": "KEY-0001-0002"}


class IgvProcess(Counterpart):
    """A running simulated iGV."""

    name = "igv"


@dataclass(frozen=True)
class IgvPart:
    """iGV beside a deployed stack."""

    operations: Operations
    caller: Caller
    process: IgvProcess
    title = "iGV: an order is fetched before a callback is believed"

    def described(self) -> dict[str, Any]:
        """Return what tools need to send a callback: its key, and an order that iGV knows."""
        order = self._pay(lost=True)
        return {
            "url": self.caller.url,
            "secret_key": self.caller.secret_key,
            "order_id": order["orderId"],
            "order_num": order["orderNum"],
            "buyer_id": order["buyerId"],
            "platform_url": self.process.base_url,
        }

    def game(self) -> str:
        """Return nothing: iGV has no games."""
        return ""

    def play(self) -> Iterator[Played]:
        """Play every step; raises `UnexpectedAnswerError` at a wrong answer."""
        order = self._pay()
        waits = f"order {order['orderNum']}"
        yield self._reached(f"{waits}: paid, called back, fetched", order, "awaiting_delivery")
        yield self._sent("the same callback again", order, 200)
        hidden = self._pay(lost=True)
        yield self._sent("a forged buyer, real headers", hidden | {"buyerId": "666"}, 200)
        yield self._sent("a signature with another key", hidden, 401, "another-key")
        yield self._asked("poll what lost callbacks told of", {"action": "poll", "on_its_way_s": 1})
        yield self._reached("… the poll found it", hidden, "awaiting_delivery")
        yield self._asked("deliver the first order", self._delivery(order))
        yield self._reached("… iGV has it", order, "delivered")
        yield self._asked("deliver it again", self._delivery(order))
        given = self._state()["deliveries"][str(order["orderId"])]
        if given != [_DELIVERY]:
            raise UnexpectedAnswerError(f"iGV got {given}")
        user = {"action": "sync_user", "number": "p_demo_1", "email": "p1@casino.test"}
        yield self._signed("as the merchant: sync a player", user)
        yield self._signed("as the merchant: list the orders", {"action": "orders"})

    def _pay(self, *, lost: bool = False) -> dict[str, Any]:
        """Let somebody buy; the platform calls back, unless that is lost."""
        paid = httpx.post(f"{self._admin}/orders", json={"lost": lost}, timeout=TIMEOUT_S)
        order_id = paid.raise_for_status().json()["order_id"]
        return next(o for o in self._state()["orders"] if o["orderId"] == order_id)

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self._admin}/state", timeout=TIMEOUT_S).json()
        return found

    @property
    def _admin(self) -> str:
        return f"{self.process.base_url}/admin"

    def _sent(self, title: str, order: Mapping[str, Any], status: int, key: str = "") -> Played:
        """Send a callback, signed with the key or with a wrong one."""
        caller = Caller(self.caller.url, key or self.caller.secret_key, "", "")
        headers, body = caller.callback(order, uuid4().hex, int(time.time() * 1000))
        answer = httpx.post(caller.url, headers=headers, content=body, timeout=TIMEOUT_S)
        step = Step(title, {}, status)
        if answer.status_code != status:
            raise UnexpectedAnswerError(f"{title}: {answer.status_code} {answer.text}")
        error = str(answer.json().get("msg", "")) if status >= 400 else ""
        return Played(step, status, error, "", answer.elapsed.total_seconds() * 1000)

    def _reached(self, title: str, order: Mapping[str, Any], state: str) -> Played:
        """Wait until the worker has brought an order to a state."""
        order_id = int(order["orderId"])

        def there() -> bool:
            found = self.operations.orders.get(RECEIVER, order_id)
            return found is not None and found.state == state

        def wait() -> None:
            if not poll(there, TIMEOUT_S):
                raise UnexpectedAnswerError(f"{title}: the order did not become {state}")

        return self._timed(title, wait, state)

    def _asked(self, title: str, event: Mapping[str, Any]) -> Played:
        return self._timed(title, lambda: self.operations.ask_orders(event), "")

    def _signed(self, title: str, event: Mapping[str, Any]) -> Played:
        asked = {**event, "integration": MERCHANT}
        return self._timed(title, lambda: self.operations.ask_merchant(asked), "")

    def _timed(self, title: str, act: Callable[[], object], shown: str) -> Played:
        started = time.perf_counter()
        try:
            act()
        except AdminError as error:
            raise UnexpectedAnswerError(f"{title}: {error}") from error
        return Played(Step(title, {}), 200, "", shown, (time.perf_counter() - started) * 1000)

    def _delivery(self, order: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "action": "deliver",
            "integration": RECEIVER,
            "order_id": int(order["orderId"]),
            "content": _DELIVERY,
            "who": self.operations.caller,
            "reason": "the demonstration",
        }


def open_part(stage: Stage) -> IgvPart:
    """Start iGV anew and connect receiver, account and merchant; safe to repeat."""
    who = stage.operations.who("the sandbox")
    callback = _connect(stage, RECEIVER, "igv-seller", "igv-callbacks", who)
    login = _connect(stage, ACCOUNT, "igv-account", _EMAIL, who)
    merchant = _connect(stage, MERCHANT, "igv-merchant", "casino", who, new_key)
    url = f"{stage.base_url}/igv/v1/callbacks/{RECEIVER}"
    public = public_half(merchant.secret_key)
    caller = Caller(url, callback.secret_key, login.api_key, login.secret_key, public)
    process = stage.start(IgvProcess, 4, caller)
    registry, clock = stage.operations.registry, stage.operations.clock
    settings = {"url": f"{process.base_url}/merchant-api"}
    agree(registry, clock, ACCOUNT, settings, local=True, who=who)
    named = settings | {"merchant": caller.merchant}
    agree(registry, clock, MERCHANT, named, local=True, who=who)
    agree(registry, clock, RECEIVER, {}, ACCOUNT, local=True, who=who)
    return IgvPart(stage.operations, caller, process)


def _connect(
    stage: Stage,
    name: str,
    family: str,
    api_key: str,
    who: Who,
    secret: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Pair:
    """Return an integration's pair; the first run makes one, of 32 letters and digits."""
    known = stage.operations.registry.get(name)
    if known is not None:
        return stage.operations.integrations.versions(known)[0]
    text = json.dumps({"api_key": api_key, "secret_key": secret()})
    _, pair = stage.operations.integrations.add(name, family, who=who, pair=read_pair(text))
    return pair
