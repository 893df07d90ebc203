"""Plays a balance, a bet, a copy of the bet and its refund, and compares every answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

#: What a rehearsal stakes, in whole units of the currency, and gets back.
STAKE: Final = 1

type Answer = Mapping[str, Any]
type Ask = Callable[[str, bytes], Answer]
"""Sends a signed body to the version that serves an action, and returns API Gateway's response."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who plays: a player with money of the house's own, in an open session."""

    player_id: str
    currency: str
    session_id: str
    game_id: str


def play(ask: Ask, seat: Seat, run: str, *, with_bet: bool = True) -> list[str]:
    """Return what is wrong with the answers of a version, in words; empty when nothing is.

    `run` makes the transactions' ids new. The refund is sent whatever became of the bet. Without
    `with_bet`, as while bets are switched off, only the balance is asked for.
    """
    table = _Table(ask, seat, [])
    before = table.told("balance", table.send("balance", {}))
    if before is None or not with_bet:
        return table.faults
    if before < STAKE:
        return [f"{seat.player_id} has {before} {seat.currency} and needs {STAKE} to play with"]
    bet = {"amount": STAKE, "transaction_id": f"rehearsal-{run}-bet", "type": "bet"}
    bet |= {"round_id": f"rehearsal-{run}"}
    refund = {"amount": STAKE, "transaction_id": f"rehearsal-{run}-refund", "type": "bet"}
    refund |= {"bet_transaction_id": bet["transaction_id"]}
    first = table.expect("bet", bet, before - STAKE)
    table.expect_copy("bet", bet, first)
    table.expect("refund", refund, before)
    table.expect("balance", {}, before)
    return table.faults


@dataclass(frozen=True, slots=True)
class _Table:
    ask: Ask
    seat: Seat
    faults: list[str]

    def expect(self, action: str, fields: Mapping[str, object], balance: Decimal) -> Answer:
        """Send, and note an answer that tells another balance; return the answer."""
        answer = self.send(action, fields)
        told = self.told(action, answer)
        if told is not None and told != balance:
            self.faults.append(f"{action} answers the balance {told} instead of {balance}")
        return answer

    def expect_copy(self, action: str, fields: Mapping[str, object], first: Answer) -> None:
        """Send again; note an answer that is another one, or does not say that it is a copy."""
        copy = self.send(action, fields)
        headers = {name.lower(): value for name, value in (copy.get("headers") or {}).items()}
        if headers.get("idempotent-replayed") != "true":
            self.faults.append(f"a copy of the {action} lacks Idempotent-Replayed: true")
        if (copy.get("statusCode"), copy.get("body")) != (
            first.get("statusCode"),
            first.get("body"),
        ):
            self.faults.append(f"a copy of the {action} has another answer than the {action}")

    def told(self, action: str, answer: Answer) -> Decimal | None:
        """Return the balance that an answer tells; `None`, and a fault, when it tells none."""
        status, body = answer.get("statusCode"), str(answer.get("body"))
        try:
            told = json.loads(body, parse_float=Decimal)["balance"]
            if status == HTTPStatus.OK:
                return Decimal(told)
        except (ValueError, KeyError, TypeError, InvalidOperation):
            pass
        self.faults.append(f"{action} is answered with {status}: {body[:200]}")
        return None

    def send(self, action: str, fields: Mapping[str, object]) -> Answer:
        """Return the version's answer."""
        common = {
            "action": action,
            "player_id": self.seat.player_id,
            "currency": self.seat.currency,
            "session_id": self.seat.session_id,
            "game_id": self.seat.game_id,
        }
        return self.ask(action, json.dumps(common | dict(fields)).encode())
