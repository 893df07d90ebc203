"""Chapter 4 of iGSP's guide: its four requests, and the balance that it shows for each."""

from decimal import Decimal
from typing import Any, Final

GAME: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def exchanges(player_id: str, session_id: str, run: str = "20250101-000045") -> list[Any]:
    """Return pairs of a request and the balance in its answer; the player has 97.50 at first."""
    who = {"player_id": player_id, "currency": "EUR", "session_id": session_id}

    def money(action: str, amount: str, **more: Any) -> dict[str, Any]:
        own = {"transaction_id": f"{action}-{run}", "game_id": GAME, "amount": Decimal(amount)}
        return {"action": action, **who, **own, **more}

    bet = money("bet", "2.50", type="bet", round_id="round-18", finished=False)
    win = money("win", "10.00", type="win", round_id="round-18", finished=True)
    named = {"type": "bet", "bet_transaction_id": bet["transaction_id"]}
    refund = money("refund", "2.50", **named, finished=True)
    balance = {"action": "balance", **who}
    return [(balance, "97.50"), (bet, "95.00"), (win, "105.00"), (refund, "107.50")]
