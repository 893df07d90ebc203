"""Chapter 4 of iGSP's guide: its four requests, and the balance that it shows for each."""

from decimal import Decimal
from typing import Any, Final

GAME: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def exchanges(player_id: str, session_id: str, run: str = "20250101-000045") -> list[Any]:
    """Return pairs of a request and the balance in its answer; the player has 97.50 at first."""
    who = {"player_id": player_id, "currency": "EUR"}
    session = {"session_id": session_id}
    game = {"game_id": GAME}
    return [
        ({"action": "balance", **who, **session}, "97.50"),
        (
            {
                "action": "bet",
                **who,
                "amount": Decimal("2.50"),
                **game,
                "transaction_id": f"bet-{run}",
                **session,
                "type": "bet",
                "round_id": "round-18",
                "finished": False,
            },
            "95.00",
        ),
        (
            {
                "action": "win",
                **who,
                "amount": Decimal("10.00"),
                **game,
                "transaction_id": f"win-{run}",
                **session,
                "type": "win",
                "round_id": "round-18",
                "finished": True,
            },
            "105.00",
        ),
        (
            {
                "action": "refund",
                **who,
                "amount": Decimal("2.50"),
                **game,
                "transaction_id": f"refund-{run}",
                **session,
                "type": "bet",
                "bet_transaction_id": f"bet-{run}",
                "finished": True,
            },
            "107.50",
        ),
    ]
