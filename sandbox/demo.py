"""Plays signed rounds against a running stack, over HTTP, as a provider would.

Every step names its expected answer; another answer ends the demonstration with an error.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from casino.dialects.registry import family
from casino.signing.pair import Pair
from sandbox.part import Played, Step, UnexpectedAnswerError, checked
from sandbox.processes import TIMEOUT_S

_GAME = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@dataclass(frozen=True)
class Seat:
    """A player in an open session."""

    player_id: str
    currency: str
    session_id: str


def steps(seats: Mapping[str, Seat]) -> list[Step]:
    """Return the demonstration: ids are new in each run, so it can be played again and again."""
    run = uuid.uuid4().hex[:8]
    one, low, blocked = seats["p_demo_1"], seats["p_low_balance"], seats["p_blocked_rg"]
    single = bet(one, f"bet-{run}-1", "2.50", round_id=f"round-{run}-1")
    spun = bet(one, f"bet-{run}-3", "1.50", round_id=f"round-{run}-2")
    voided = bet(one, f"bet-{run}-4", "5.00", round_id=f"round-{run}-3")
    refund = _money(one, "refund", f"refund-{run}-4", "5.00") | {
        "type": "bet",
        "bet_transaction_id": f"bet-{run}-4",
    }
    return [
        Step("balance (starts an environment)", balance := {"action": "balance", **_who(one)}),
        Step("balance", balance),
        Step("bet 2.50", single),
        Step("win 10.00, round closed", win(one, f"win-{run}-1", "10.00", f"round-{run}-1")),
        Step("multi-bet round: bet 1.00", bet(one, f"bet-{run}-2", "1.00", f"round-{run}-2")),
        Step("multi-bet round: bet 1.50", spun),
        Step("multi-bet round: win 4.00", win(one, f"win-{run}-2", "4.00", f"round-{run}-2")),
        Step("bet in the closed round", spun | {"transaction_id": f"bet-{run}-late"}, 409,
             "round_finished"),
        Step("bet 5.00", voided),
        Step("refund of that bet", refund),
        Step("the same refund again", refund, replay=True),
        Step("the first bet again", single, replay=True),
        Step("its id with another amount", single | {"amount": Decimal("9.99")}, 409,
             "transaction_mismatch"),
        Step("tampered amount", bet(one, f"bet-{run}-5", "1.00"), 403, "invalid_signature",
             tamper=lambda body: body.replace(b"1.00", b"0.01")),
        Step("refund of a bet never seen", refund | {
            "transaction_id": f"refund-{run}-6", "bet_transaction_id": f"bet-{run}-6"}, 404,
            "bet_not_found"),
        Step("… and the bet arriving late", bet(one, f"bet-{run}-6", "5.00"), 409,
             "bet_cancelled", replay=True),
        Step("p_low_balance bets 1.00", bet(low, f"bet-{run}-7", "1.00"), 402,
             "insufficient_funds"),
        Step("p_blocked_rg bets 1.00", bet(blocked, f"bet-{run}-8", "1.00"), 409,
             "player_blocked"),
        Step("balance", balance),
    ]  # fmt: skip


def play(
    url_of: Callable[[str], str], api_key: str, secret_key: str, seats: Mapping[str, Seat]
) -> Iterator[Played]:
    """Play every step at `url_of(action)`; raises `UnexpectedAnswerError` at a wrong answer."""
    with httpx.Client(timeout=TIMEOUT_S) as client:
        for step in steps(seats):
            yield hook(client, url_of(step.fields["action"]), Pair(api_key, secret_key), step)


def hook(client: httpx.Client, url: str, keys: Pair, step: Step) -> Played:
    """Sign a step as the provider and send it; raises `UnexpectedAnswerError`."""
    body = encode(step.fields)
    headers = family("igsp").sign(body, keys, time.time()) | {"Content-Type": "application/json"}
    sent = step.tamper(body) if step.tamper else body
    return told(step, client.post(url, content=sent, headers=headers))


def encode(fields: Mapping[str, Any]) -> bytes:
    """Write `fields` as JSON, with amounts as JSON numbers with their decimals."""
    parts = (
        f"{json.dumps(name)}:{value if isinstance(value, Decimal) else json.dumps(value)}"
        for name, value in fields.items()
    )
    return f"{{{','.join(parts)}}}".encode()


def told(step: Step, response: httpx.Response) -> Played:
    """Return what came back of a JSON API; raises `UnexpectedAnswerError`."""
    try:
        answer = json.loads(response.text, parse_float=str, parse_int=str)
    except ValueError:
        raise UnexpectedAnswerError(f"{step.title}: {response.status_code}, no JSON") from None
    return checked(step, response, str(answer.get("error", "")), _balance_of(answer))


def _balance_of(answer: Mapping[str, Any]) -> str:
    """Return the balance that an answer tells; the casino's own API says what is spendable."""
    return str(answer.get("balance", answer.get("spendable", "")))


def _who(seat: Seat) -> dict[str, Any]:
    return {
        "player_id": seat.player_id,
        "currency": seat.currency,
        "session_id": seat.session_id,
    }


def _money(seat: Seat, action: str, transaction_id: str, amount: str) -> dict[str, Any]:
    return {
        "action": action,
        **_who(seat),
        "amount": Decimal(amount),
        "game_id": _GAME,
        "transaction_id": transaction_id,
    }


def bet(seat: Seat, transaction_id: str, amount: str, round_id: str = "") -> dict[str, Any]:
    """Return a bet, in a round if one is named."""
    round_ = {"round_id": round_id} if round_id else {}
    return _money(seat, "bet", transaction_id, amount) | {"type": "bet"} | round_


def win(seat: Seat, transaction_id: str, amount: str, round_id: str) -> dict[str, Any]:
    """Return a win that ends its round."""
    money = _money(seat, "win", transaction_id, amount)
    return money | {"type": "win", "round_id": round_id, "finished": True}


def refund(seat: Seat, transaction_id: str, amount: str, bet_transaction_id: str) -> dict[str, Any]:
    """Return the refund of a bet."""
    money = _money(seat, "refund", transaction_id, amount)
    return money | {"type": "bet", "bet_transaction_id": bet_transaction_id}
