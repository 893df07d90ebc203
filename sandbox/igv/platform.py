"""What the simulated platform knows: orders, their callbacks, tokens, and what goes wrong."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sandbox.igv.caller import Caller
from sandbox.sender import Post, Sender

#: When a callback is sent, counted from the payment; after the last nobody tries again.
ATTEMPTS_S: Final = (0.0, 300.0, 2_100.0)
PAID, DELIVERED, FAILED = 1, 2, 3


@dataclass
class Faults:
    """What goes wrong; each number counts down with each request that it hits."""

    expires_in: float = 7_200.0
    """How long the next tokens live."""
    login_revoked: bool = False
    tokens_forgotten: bool = False
    """No token that was given out holds any more; the next login ends this."""
    errors: int = 0
    """Requests of the seller's and merchant's API that get 503."""
    busy: int = 0
    """Requests that get 429."""
    deliveries_lost: int = 0
    """Deliveries that are stored, and whose answer is 503."""
    not_stored: int = 0
    """Merchant requests that get code 10004."""
    restamped: bool = False
    """Whether a callback is stamped and signed anew for each attempt."""


@dataclass
class Callback:
    """One callback of an order, with the status of each attempt; 0 is none."""

    order_id: int
    request_id: str
    paid_at: float
    lost: bool
    statuses: list[int] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it was taken, or given up."""
        return 200 in self.statuses or len(self.statuses) == len(ATTEMPTS_S)

    @property
    def due_at(self) -> float:
        """When it is sent next."""
        return self.paid_at + ATTEMPTS_S[len(self.statuses)]


class Platform(Sender[Callback]):
    """The state; its webhooks are callbacks."""

    def __init__(self, caller: Caller, now: Callable[[], float], post: Post) -> None:
        super().__init__(Faults(), now, post)
        self.caller = caller
        self.orders: dict[int, dict[str, Any]] = {}
        self.deliveries: dict[int, list[Any]] = {}
        self.failures: dict[int, list[Any]] = {}
        self.nonces: set[str] = set()
        self.users: dict[str, str] = {}
        self.logins = 0
        self.refused_logins = 0
        self._tokens: dict[str, float] = {}
        # Of no run before: the casino remembers the orders of each.
        self._first_id = int(now() * 1_000_000)

    def pay(self, order_id: int = 0, buyer_id: str = "88001", *, lost: bool = False) -> int:
        """Make an order that waits for its delivery, and send its first callback."""
        with self.lock:
            order_id = order_id or self._first_id + len(self.orders)
            created = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self.orders[order_id] = {
                "orderId": order_id,
                "orderNum": f"SO{order_id}",
                "sellerOrderStatus": PAID,
                "buyerId": buyer_id,
                "createdAt": created,
                "skuList": [{"id": 1_689_644_928_115_784_001, "quantity": 1}],
            }
            number = str(uuid4().int % 10**19)
            callback = Callback(order_id, number, self.now(), lost)
            self.webhooks.append(callback)
            self.attempt(callback)
        return order_id

    def attempt(self, webhook: Callback) -> None:
        """Send a callback; its stamp is that of the payment, unless it is stamped anew."""
        attempt_at = self.now() if self.faults.restamped else webhook.paid_at
        order, moment_ms = self.orders[webhook.order_id], int(attempt_at * 1000)
        headers, body = self.caller.callback(order, webhook.request_id, moment_ms)
        status = 0 if webhook.lost else self.post(self.caller.url, headers, body)
        webhook.statuses.append(status)

    def state(self) -> dict[str, Any]:
        """Return orders, what became of them, and who logged in."""
        return {
            "orders": list(self.orders.values()),
            "deliveries": self.deliveries,
            "failures": self.failures,
            "callbacks": [asdict(each) for each in self.webhooks],
            "logins": self.logins,
            "refused_logins": self.refused_logins,
        }

    def log_in(self, email: object, password: object) -> dict[str, Any] | None:
        """Return the data of a login, or `None` for a refused one."""
        with self.lock:
            right = (email, password) == (self.caller.email, self.caller.password)
            if self.faults.login_revoked or not right:
                self.refused_logins += 1
                return None
            if self.faults.tokens_forgotten:
                self._tokens.clear()
                self.faults.tokens_forgotten = False
            self.logins += 1
            token = secrets.token_urlsafe(24)
            self._tokens[token] = self.now() + self.faults.expires_in
            return {
                "accessToken": token,
                "tokenType": "Bearer",
                "expiresIn": self.faults.expires_in,
                "refreshToken": secrets.token_urlsafe(24),
            }

    def knows(self, token: str) -> bool:
        """Tell whether a token holds."""
        if self.faults.tokens_forgotten:
            return False
        return self.now() < self._tokens.get(token, 0.0)

    def listed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the orders that are asked for."""
        found = [
            order
            for order in self.orders.values()
            if asked.get("orderId") in (None, order["orderId"])
            and asked.get("sellerOrderStatus") in (None, order["sellerOrderStatus"])
        ]
        size, number = int(asked.get("pageSize", 20)), int(asked.get("pageNum", 1))
        return {"list": found[(number - 1) * size : number * size], "total": len(found)}

    def deliver(self, order_id: int, content: Any) -> None:
        """Take a delivery; a second one of the order is one too many, and is kept to be seen."""
        self.deliveries.setdefault(order_id, []).append(content)
        self.orders[order_id]["sellerOrderStatus"] = DELIVERED

    def fail(self, order_id: int, fields: dict[str, Any]) -> None:
        """Take note that an order cannot be delivered."""
        self.failures.setdefault(order_id, []).append(fields)
        self.orders[order_id]["sellerOrderStatus"] = FAILED
