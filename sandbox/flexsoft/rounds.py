"""Plays Flexsoft's rounds: a bet, its win or rollback, and the notice that closes the round.

Amounts are integers in thousandths. A bet that nobody answered is rolled back, so that no stake is
lost with a reply; a win or a rollback that nobody answered is sent again before the next round.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.flexsoft.caller import Caller
from sandbox.game.studio import Calls, Seat, Studio, Way, at_the_door


@dataclass
class FlexsoftSeat(Seat):
    """A launched game; `token` is the session token."""

    user_token: str = ""
    user_id: str = ""


@dataclass
class Gift:
    """Free rounds of a player at a game."""

    user_id: str
    currency: str
    game: str
    left: int
    stake: Decimal


class FlexsoftGame(Studio[FlexsoftSeat]):
    """`/play` of Flexsoft."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller = caller
        self.gifts: dict[str, Gift] = {}

    def enter(self, seat: FlexsoftSeat, calls: Calls) -> None:
        """Exchange the user token: the answer says who plays, and what the player has."""
        tokens = {"user_token": seat.user_token, "session_token": seat.token}
        seat.balance, error, data = self._ask(seat, calls, "auth", tokens)
        if not error:
            seat.user_id = seat.player = str(data["user_id"])

    def ways(self, seat: FlexsoftSeat) -> Mapping[str, Way]:
        """Return how a round can be played now; a free one needs a gift."""
        ways = {
            "spin": Way("a round", self._spin),
            "rollback": Way("a round that breaks off", self._break_off),
        }
        gift = self._gift(seat)
        if gift is not None:
            ways["free"] = Way(f"a free round, {gift.left} left", self._spin_free)
        return ways

    def _spin(self, seat: FlexsoftSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        return self._play(seat, stake, calls, "BET", "WIN")

    def _spin_free(self, seat: FlexsoftSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        gift = self._gift(seat)
        if gift is None:
            raise ValueError("no free round is left")
        played = self._play(seat, gift.stake, calls, "FREE_BET", "FREE_BET_WIN")
        if not played.get("error"):
            gift.left -= 1
        return played

    def _play(
        self, seat: FlexsoftSeat, stake: Decimal, calls: Calls, bet: str, paid: str
    ) -> dict[str, Any]:
        tag = uuid.uuid4().hex
        refused = self._bet(seat, stake, calls, bet, tag)
        if refused is not None:
            return refused
        win = self.chance.win(stake)
        cost = stake if bet == "BET" else Decimal(0)

        def pay(calls: Calls) -> dict[str, Any] | None:
            error, own = "", {"withdraw_provider_tx_id": f"bet-{tag}"}
            if win:
                _, error, _ = self._money(seat, calls, "deposit", paid, tag, win, own)
            if error:
                refused = seat.played(tag, stake, None, error=error, net=-cost)
                return None if error == "unanswered" else refused
            self._close(seat, calls, tag)
            return seat.played(tag, stake, win, error="", net=win - cost)

        return pay(calls) or seat.owes(tag, stake, "win_unanswered", pay)

    def _break_off(self, seat: FlexsoftSeat, stake: Decimal, calls: Calls) -> dict[str, Any]:
        tag = uuid.uuid4().hex
        refused = self._bet(seat, stake, calls, "BET", tag)
        if refused is not None:
            return refused

        def give_back(calls: Calls) -> dict[str, Any] | None:
            error = self._roll_back(seat, calls, tag)
            if error:
                refused = seat.played(tag, stake, None, error=error, net=-stake)
                return None if error == "unanswered" else refused
            self._close(seat, calls, tag)
            said = "The round broke off, and your stake was given back."
            more = {"error": "", "said": said, "cell": "given back", "net": Decimal(0)}
            return seat.played(tag, stake, Decimal(0), **more)

        return give_back(calls) or seat.owes(tag, stake, "refund_unanswered", give_back)

    def _bet(
        self, seat: FlexsoftSeat, stake: Decimal, calls: Calls, action: str, tag: str
    ) -> dict[str, Any] | None:
        """Place a bet; return the round when it ends with that."""
        _, error, _ = self._money(seat, calls, "withdraw", action, tag, stake, {})
        if error != "unanswered":
            return seat.played(tag, stake, None, error=error) if error else None

        def take_back(calls: Calls) -> dict[str, Any] | None:
            if self._roll_back(seat, calls, tag) == "unanswered":
                return None
            return seat.played(tag, stake, None, error="bet_unanswered")

        return take_back(calls) or seat.owes(tag, stake, "refund_unanswered", take_back)

    def _roll_back(self, seat: FlexsoftSeat, calls: Calls, tag: str) -> str:
        own = {"withdraw_provider_tx_id": f"bet-{tag}"}
        return self._money(seat, calls, "deposit", "ROLL_BACK", tag, Decimal(0), own)[1]

    def _close(self, seat: FlexsoftSeat, calls: Calls, tag: str) -> None:
        """Tell that the round is over; nothing depends on the answer."""
        notice = {"action": "CLOSE_ROUND", "provider_tx_id": f"close-{tag}", "round_id": tag}
        self._ask(seat, calls, "deposit", notice)

    def _money(
        self, seat: FlexsoftSeat, calls: Calls, route: str, action: str, tag: str,
        value: Decimal, more: Mapping[str, str],
    ) -> tuple[Decimal | None, str, dict[str, Any]]:  # fmt: skip
        kind = "bet" if action.endswith("BET") else action.lower()
        fields = {
            "user_id": seat.user_id, "session_token": seat.token, "currency": seat.currency,
            "game": seat.game, "round_id": tag, "action": action, "amount": int(value * 1000),
            "provider_tx_id": f"{kind}-{tag}",
        }  # fmt: skip
        return self._ask(seat, calls, route, {**fields, **more})

    def _ask(
        self, seat: FlexsoftSeat, calls: Calls, route: str, fields: Mapping[str, Any]
    ) -> tuple[Decimal | None, str, dict[str, Any]]:
        """Send a request: the balance, where it is told, what it was refused with, and the data."""
        response = calls.ask(lambda: self._caller.send(route, fields, self.line))
        if response is None or (route == "deposit" and at_the_door(response)):
            return seat.balance, "unanswered", {}
        answer = response.json()
        data = answer["data"] or {}
        told = data.get("new_balance", data.get("balance"))
        if told is not None:
            seat.balance = Decimal(told) / 1000
        error = "" if response.is_success else str(answer["message"]).partition(":")[0]
        return seat.balance, error, data

    def _gift(self, seat: FlexsoftSeat) -> Gift | None:
        who = (seat.user_id, seat.currency, seat.game)
        return next(
            (g for g in self.gifts.values() if g.left and (g.user_id, g.currency, g.game) == who),
            None,
        )
