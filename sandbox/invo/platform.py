"""What the simulated Invo knows: deliveries, tokens, items, and what goes wrong."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sandbox.invo.caller import Caller
from sandbox.sender import Post, Sender

#: The pause before the second attempt, in seconds; each further one is twice as long.
FIRST_PAUSE_S: Final = 30.0
LONGEST_PAUSE_S: Final = 3_600.0
ATTEMPTS: Final = 12


@dataclass
class Faults:
    """What goes wrong; each number counts down with each request that it hits."""

    expires_in: float = 900.0
    """How long the next tokens live."""
    key_revoked: bool = False
    """The SDK key is no good any more."""
    tokens_stale: int = 0
    """Requests with a token that get 403 PLAYER_TOKEN_STALE."""
    errors: int = 0
    """Requests that get 503."""
    busy: int = 0
    """Requests that get 429."""
    answers_lost: int = 0
    """Items that are sold, and whose answer is 503."""


@dataclass
class Sent:
    """One delivery, with the status of each attempt; 0 is none."""

    event: dict[str, Any]
    zipped: bool
    lost: bool
    due_at: float
    statuses: list[int] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it was taken, or given up."""
        taken = any(200 <= status < 300 for status in self.statuses)
        return taken or len(self.statuses) == ATTEMPTS


class Platform(Sender[Sent]):
    """The state; its webhooks are deliveries."""

    def __init__(self, caller: Caller, now: Callable[[], float], post: Post) -> None:
        super().__init__(Faults(), now, post)
        self.caller = caller
        self.secrets: tuple[str, ...] = (caller.signing_secret,)
        self.sdk_key = caller.sdk_key
        self.items: dict[str, dict[str, Any]] = {}
        self.minted = 0
        self.refused = 0
        self._tokens: dict[str, float] = {}

    def tell(self, event: dict[str, Any], *, zipped: bool = False, lost: bool = False) -> Sent:
        """Send a delivery; `lost` attempts reach nobody until the clock moves."""
        with self.lock:
            made = Sent(event, zipped, lost, self.now())
            self.webhooks.append(made)
            self.attempt(made)
            return made

    def rotate(self, secret: str) -> None:
        """Sign with a new secret, and for a while with the last one, too."""
        with self.lock:
            self.secrets = (secret, self.secrets[0])

    def mint(self, key: str | None) -> dict[str, Any] | None:
        """Return a player token; `None` for a key that is not ours."""
        with self.lock:
            if not self.knows_key(key):
                self.refused += 1
                return None
            self.minted += 1
            token, ends = f"ptk_{secrets.token_urlsafe(12)}", self.now() + self.faults.expires_in
            self._tokens[token] = ends
            return {"token": token, "ends": ends, "identity_id": self.caller.identity_id}

    def knows_key(self, key: str | None) -> bool:
        """Tell whether a request shows the SDK key."""
        return key == self.sdk_key and not self.faults.key_revoked

    def knows_token(self, token: str) -> bool:
        """Tell whether a token holds."""
        return self._tokens.get(token, 0.0) > self.now()

    def sell(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Sell an item once for each request; return its order, and whether that is new."""
        with self.lock:
            known = self.items.get(asked["client_request_id"])
            number = len(self.items) + 1
            order = known or {
                "order_id": f"item_{number}",
                "transaction_id": f"itxn_{number}",
                "new_balance": "100.00",
                "currency_name": self.caller.currency,
                "item_id": asked["item_id"],
                "total_price": asked["total_price"],
            }
            self.items[asked["client_request_id"]] = order
            return order, known is None

    def state(self) -> dict[str, Any]:
        """Return deliveries with their answers, items, and who asked for tokens."""
        return {
            "deliveries": [asdict(each) for each in self.webhooks],
            "items": self.items,
            "minted": self.minted,
            "refused": self.refused,
        }

    def attempt(self, webhook: Sent) -> None:
        """Send it now, signed anew; the next try waits twice as long."""
        status = 0
        if not webhook.lost:
            headers, body = self.caller.packed(
                webhook.event, self.now(), secrets=self.secrets, zipped=webhook.zipped
            )
            status = self.post(self.caller.url, headers, body)
        webhook.lost = False
        webhook.statuses.append(status)
        pause_s = FIRST_PAUSE_S * 2 ** (len(webhook.statuses) - 1)
        webhook.due_at = self.now() + min(LONGEST_PAUSE_S, pause_s)
