"""What the simulated platform knows: orders, their callbacks, tokens, and what goes wrong."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sandbox.igv.caller import Caller

#: When a callback is sent, counted from the payment; after the last nobody tries again.
ATTEMPTS_S: Final = (0.0, 300.0, 2_100.0)
PAID, DELIVERED, FAILED = 1, 2, 3

#: Sends a callback, and returns the status that came back; 0 when nobody answered.
type Post = Callable[[str, dict[str, str], bytes], int]


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
    def due_at(self) -> float | None:
        """When it is sent next; `None` when that is over."""
        over = 200 in self.statuses or len(self.statuses) == len(ATTEMPTS_S)
        return None if over else self.paid_at + ATTEMPTS_S[len(self.statuses)]


class Platform:
    """The state; safe to use from several threads. `post` sends a callback."""

    def __init__(self, caller: Caller, now: Callable[[], float], post: Post) -> None:
        self.caller = caller
        self.faults = Faults()
        self.orders: dict[int, dict[str, Any]] = {}
        self.deliveries: dict[int, list[Any]] = {}
        self.failures: dict[int, list[Any]] = {}
        self.callbacks: list[Callback] = []
        self.nonces: set[str] = set()
        self.users: dict[str, str] = {}
        self.logins = 0
        self.refused_logins = 0
        self._tokens: dict[str, float] = {}
        self._real_now = now
        self._ahead_s = 0.0
        self.post = post
        self._lock = threading.RLock()
        # Of no run before: the casino remembers the orders of each.
        self._first_id = int(now() * 1_000_000)

    def now(self) -> float:
        """Return the simulated time."""
        return self._real_now() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Move the clock, and send what is due on the way, each at its own time."""
        with self._lock:
            until = self.now() + seconds
            while due := [c for c in self.callbacks if c.due_at is not None and c.due_at <= until]:
                first = min(due, key=lambda each: each.due_at or 0.0)
                self._ahead_s += max(0.0, (first.due_at or 0.0) - self.now())
                self._attempt(first)
            self._ahead_s += max(0.0, until - self.now())

    def pay(self, order_id: int = 0, buyer_id: str = "88001", *, lost: bool = False) -> int:
        """Make an order that waits for its delivery, and send its first callback."""
        with self._lock:
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
            self.callbacks.append(callback)
            self._attempt(callback)
        return order_id

    def _attempt(self, callback: Callback) -> None:
        attempt_at = self.now() if self.faults.restamped else callback.paid_at
        order, moment_ms = self.orders[callback.order_id], int(attempt_at * 1000)
        headers, body = self.caller.callback(order, callback.request_id, moment_ms)
        status = 0 if callback.lost else self.post(self.caller.url, headers, body)
        callback.statuses.append(status)

    def log_in(self, email: object, password: object) -> dict[str, Any] | None:
        """Return the data of a login, or `None` for a refused one."""
        with self._lock:
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

    def hit(self, fault: str) -> bool:
        """Count a fault down; tell whether it hits."""
        with self._lock:
            left = int(getattr(self.faults, fault))
            if left:
                setattr(self.faults, fault, left - 1)
            return left > 0

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
