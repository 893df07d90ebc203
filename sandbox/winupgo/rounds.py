"""Plays WinUpGo's rounds: a hold, then its settlement or its rollback.

The studio owes every hold an end: a bet without one stays in its books, and is settled when the
studio is back. An authorization that nobody answered is rolled back; a settlement or a rollback
that nobody answered is sent again before the next round.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sandbox.game.studio import Calls, Seat, Studio, Way, at_the_door
from sandbox.winupgo.caller import Caller

#: What the casino's own page shows beside the game: the balance of a player in a currency.
type Balance = Callable[[str, str], Decimal | None]


class OpenBet(NamedTuple):
    """A stake that the wallet holds, and what was drawn for it."""

    tag: str
    stake: Decimal
    win: Decimal


@dataclass
class WinupgoSeat(Seat):
    """A session that the studio opened; `token` names it on the page."""

    session_id: str = ""
    bets: list[OpenBet] = field(default_factory=list)

    def ended(self, bet: OpenBet) -> None:
        """Take note that nothing but its end is left to tell of a bet, or nothing at all."""
        self.bets = [each for each in self.bets if each != bet]
        self.owed.pop(bet.tag, None)


class WinupgoGame(Studio[WinupgoSeat]):
    """`/play` of WinUpGo; no answer tells a balance, so `balance` does."""

    def __init__(self, caller: Caller, balance: Balance) -> None:
        super().__init__()
        self._caller = caller
        self._balance = balance

    def enter(self, seat: WinupgoSeat, calls: Calls) -> None:
        """Look at the balance."""
        seat.balance = self._balance(seat.player, seat.currency)

    def ways(self, seat: WinupgoSeat) -> Mapping[str, Way]:
        """Return how a round can be played now."""
        ways = {
            "spin": Way("a round", self._spin),
            "rollback": Way("a round that breaks off", self._break_off),
            "die": Way("a round in which the studio dies", self._die),
        }
        if seat.bets:
            ways["return"] = Way("the studio is back, and settles", self._settle_open)
        return ways

    def _spin(self, seat: WinupgoSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        return self._after_hold(seat, stake, calls, self._settle)

    def _break_off(self, seat: WinupgoSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        return self._after_hold(seat, stake, calls, self._give_back)

    def _die(self, seat: WinupgoSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        return self._after_hold(seat, stake, calls, self._leave)

    def _settle_open(self, seat: WinupgoSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        """Settle the oldest bet that has no end, with what was drawn for it."""
        return self._settle(seat, seat.bets[0], calls)

    def _after_hold(
        self, seat: WinupgoSeat, stake: Decimal, calls: Calls,
        end: Callable[[WinupgoSeat, OpenBet, Calls], dict[str, Any]],
    ) -> dict[str, Any]:  # fmt: skip
        bet = OpenBet(uuid.uuid4().hex, stake, self.chance.win(stake))
        fields = {"session_id": seat.session_id, "amount": self._money(seat, stake)}
        error = self._ask(seat, calls, "authorize", bet, fields)
        if error == "unanswered":
            return self._take_back(seat, bet, calls, error="bet_unanswered")
        if error:
            return seat.played(bet.tag, stake, None, error=error)
        seat.bets.append(bet)
        return end(seat, bet, calls)

    def _settle(self, seat: WinupgoSeat, bet: OpenBet, calls: Calls) -> dict[str, Any]:
        def pay(calls: Calls) -> dict[str, Any] | None:
            error = self._ask(seat, calls, "settle", bet, {"win": self._money(seat, bet.win)})
            if error == "unanswered":
                return None
            seat.ended(bet)
            if error == "bet_rolled_back":
                said = "The casino gave your stake back meanwhile."
                more = {"error": "", "said": said, "cell": "given back"}
                return seat.played(bet.tag, bet.stake, None, **more)
            if error:
                return seat.played(bet.tag, bet.stake, None, error=error, net=-bet.stake)
            return seat.played(bet.tag, bet.stake, bet.win, error="")

        return pay(calls) or seat.owes(bet.tag, bet.stake, "win_unanswered", pay)

    def _give_back(self, seat: WinupgoSeat, bet: OpenBet, calls: Calls) -> dict[str, Any]:
        said = "The round broke off, and your stake was given back."
        return self._take_back(seat, bet, calls, error="", said=said, cell="given back")

    def _take_back(
        self, seat: WinupgoSeat, bet: OpenBet, calls: Calls, **more: str
    ) -> dict[str, Any]:
        seat.ended(bet)

        def roll_back(calls: Calls) -> dict[str, Any] | None:
            if self._ask(seat, calls, "rollback", bet, {}) == "unanswered":
                return None
            return seat.played(bet.tag, bet.stake, None, **more)

        return roll_back(calls) or seat.owes(bet.tag, bet.stake, "refund_unanswered", roll_back)

    def _leave(self, seat: WinupgoSeat, bet: OpenBet, calls: Calls) -> dict[str, Any]:
        said = "The studio died. Your stake is held until the round is settled or given back."
        return seat.played(bet.tag, bet.stake, None, said=said, cell="held", net=None)

    def _money(self, seat: WinupgoSeat, value: Decimal) -> dict[str, Any]:
        return {"amount": float(value), "currency": seat.currency}

    def _ask(
        self, seat: WinupgoSeat, calls: Calls, step: str, bet: OpenBet, more: Mapping[str, Any]
    ) -> str:
        """Send a request for a bet; return what it was refused with, in the page's words."""
        fields = {"bet_id": f"bet-{bet.tag}", "round_id": f"round-{bet.tag}", **more}
        resource, key = f"/bets/{step}", f"{step}-{bet.tag}"
        token = self._caller.token()
        response = calls.ask(lambda: self._caller.send(token, resource, key, fields, self.line))
        seat.balance = self._balance(seat.player, seat.currency)
        if response is None or (step != "authorize" and at_the_door(response)):
            return "unanswered"
        code = "" if response.is_success else str(response.json().get("code", "refused"))
        return code.lower().removeprefix("rg_")
