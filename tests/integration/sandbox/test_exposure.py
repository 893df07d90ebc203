"""The deployed function reads the ledger's stream, and holds wins with the rights of its role."""

import time
from decimal import Decimal
from uuid import uuid4

import httpx

from casino.dialects.registry import family
from sandbox.demo import Seat, encode
from sandbox.loop import INTEGRATION
from sandbox.processes import poll
from sandbox.up import Casino, open_seat
from testing.world import GAME

#: A currency of its own: no other test plays in it.
CURRENCY = "SEK"


def win(casino: Casino, seat: Seat, amount: str) -> Decimal:
    body = encode(
        {
            "action": "win",
            "player_id": seat.player_id,
            "currency": CURRENCY,
            "amount": Decimal(amount),
            "game_id": GAME,
            "transaction_id": f"win-{uuid4()}",
            "session_id": seat.session_id,
            "type": "prize",
        }
    )
    signed = family("igsp").sign(body, casino.credentials, time.time())
    answer = httpx.post(casino.stack.hooks_url, content=body, headers=signed, timeout=30)
    assert answer.status_code == 200, answer.text
    return Decimal(str(answer.json()["balance"]))


def test_a4_the_deployed_function_holds_the_wins_of_an_integration_above_its_limit(
    casino: Casino,
) -> None:
    operations = casino.operations
    integrations, who = operations.integrations, operations.who("a test")
    seat = open_seat(operations, f"p_exposed_{uuid4()}", CURRENCY, "10.00")
    integrations.limit_wins(INTEGRATION, CURRENCY, {"day_minor": 5_00}, who=who)
    assert win(casino, seat, "5.00") == 15
    assert win(casino, seat, "0.01") == Decimal("15.01")

    def exceeded() -> bool:
        terms = integrations.in_force(INTEGRATION).wallet
        return terms.wins_held_until(CURRENCY) > time.time()

    assert poll(exceeded, timeout_s=30)

    # A function that has the old terms in memory pays on until they are too old.
    def held() -> bool:
        spendable = win(casino, seat, "0.01")
        wallet = operations.players.wallet(seat.player_id, CURRENCY)
        assert spendable * 100 == wallet.spendable_minor
        return wallet.held_wins_minor > 0

    assert poll(held, timeout_s=90, pause_s=1)
    integrations.limit_wins(INTEGRATION, CURRENCY, {"day_minor": None}, who=who)
