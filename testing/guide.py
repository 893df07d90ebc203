"""Chapter 4 of iGSP's guide: its four requests, and the balance that it shows for each."""

from decimal import Decimal
from typing import Any, Final

GAME: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def exchanges(player_id: str, session_id: str, run: str = "20250101-000045") -> list[Any]:
    """Return pairs of a request and the balance in its answer; the player has 97.50 at first."""
    who = {"player_id": player_id, "currency": "EUR", "session_id": session_id}

    def money(action: str, type_: str, amount: str, finished: bool, **more: str) -> dict[str, Any]:
        return {
            "action": action,
            **who,
            "amount": Decimal(amount),
            "game_id": GAME,
            "transaction_id": f"{action}-{run}",
            "type": type_,
            **more,
            "finished": finished,
        }

    bet_id = {"bet_transaction_id": f"bet-{run}"}
    return [
        ({"action": "balance", **who}, "97.50"),
        (money("bet", "bet", "2.50", finished=False, round_id="round-18"), "95.00"),
        (money("win", "win", "10.00", finished=True, round_id="round-18"), "105.00"),
        (money("refund", "bet", "2.50", finished=True, **bet_id), "107.50"),
    ]
