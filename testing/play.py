"""A player at a game: writes the hooks of one session, so that a test names only what matters."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from testing.hooks import Caller, Reply
from testing.world import GAME, World

_IDS = count(1)


@dataclass
class Play:
    """Sends hooks of one player through `hook`; every field can be given anew in a call."""

    world: World
    hook: Caller
    player_id: str = "player-912"
    currency: str = "EUR"
    session_id: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)

    def balance(self, **fields: Any) -> Reply:
        base = {"action": "balance", "player_id": self.player_id, "currency": self.currency}
        return self.hook(base | fields)

    def bet(self, amount: Any, **fields: Any) -> Reply:
        return self._money("bet", amount, {"type": "bet"} | fields)

    def win(self, amount: Any, **fields: Any) -> Reply:
        return self._money("win", amount, {"type": "win"} | fields)

    def refund(self, amount: Any, bet_transaction_id: str, **fields: Any) -> Reply:
        what = {"type": "bet", "bet_transaction_id": bet_transaction_id}
        return self._money("refund", amount, what | fields)

    def again(self, **fields: Any) -> Reply:
        """Send the last money hook once more, signed anew."""
        return self.hook(self.sent[-1] | fields)

    def cash(self) -> Decimal:
        """Return the balance as the provider reads it."""
        return self.balance().balance

    def _money(self, action: str, amount: Any, fields: dict[str, Any]) -> Reply:
        written = Decimal(amount) if isinstance(amount, str) else amount
        request = {
            "action": action,
            "player_id": self.player_id,
            "currency": self.currency,
            "amount": written,
            "game_id": GAME,
            "transaction_id": f"{action}-{next(_IDS)}",
            "session_id": self.session_id,
        } | fields
        self.sent.append(request)
        return self.hook(request)
