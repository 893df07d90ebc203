"""The one player, session and signed bet that every variant is measured with.

The ids are as long as a provider's may well be, so that sizes are honest.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from testing.hooks import encode, proxy_event, signed_headers

INTEGRATION: Final = "sandbox"
CURRENCY: Final = "EUR"
STAKE_MINOR: Final = 125
#: A minor unit of the stake is exact in binary, so no variant's way with numbers matters.
STAKE: Final = 1.25

type Event = dict[str, Any]


@dataclass(frozen=True)
class Player:
    """Who bets, and in which session."""

    player_id: str
    session_id: str
    game_id: str = field(default_factory=lambda: str(uuid4()))

    def bet(self) -> Event:
        """Return a proxy event with a new bet in a new round, signed now: good for five minutes."""
        return self.hook("bet", transaction_id=str(uuid4()), round_id=str(uuid4()))

    def hook(self, action: str, path: str = "", **fields: Any) -> Event:
        """Return the proxy event of any hook; `fields` are added to what all of them carry.

        Without a path it goes to the function that serves this action alone.
        """
        who = {"player_id": self.player_id, "currency": CURRENCY, "session_id": self.session_id}
        money = {"amount": STAKE, "game_id": self.game_id, "type": action}
        body = encode({"action": action, **who, **({} if action == "balance" else money), **fields})
        return proxy_event(body, signed_headers(body), path or f"/webhooks/igsp/v1/{action}")


PLAYER: Final = Player(
    "8d3c1f62-5b0e-4c7a-9a55-0f6b7f2f8f10", "sess-1f6e4c1e-7c1d-4c8f-8f63-2b1f3c9f2a77"
)
