"""What whole rounds of three dialects must come to, in integers and dictionaries of its own.

Written from the tables of docs/flexsoft.md, docs/winupgo.md and docs/certification.md; it knows
requests by their fields alone. Each `_…` method decides one kind of request that is new.
"""

from collections import Counter
from typing import Any, Final

type Key = tuple[str, str]

#: A refusal that leaves its id free.
OPEN: Final = "bet_not_authorized"


class Books:
    """The money of one wallet, where each bet stands, and what was answered to each id."""

    def __init__(self, balance: int) -> None:
        self.balance = balance
        self.blocked = False
        self.answered: dict[Key, str] = {}
        self.bets: dict[Key, str] = {}
        """Integration and bet → open, held, refunded, rolled back, settled, refused, barred."""
        self.stakes: dict[Key, int] = {}
        self.round_of: dict[Key, str] = {}
        self.placed: Counter[Key] = Counter()
        self.returned: Counter[Key] = Counter()
        self.paid: Counter[Key] = Counter()
        self.finished: set[Key] = set()

    @property
    def held(self) -> int:
        return sum(self.stakes[bet] for bet, state in self.bets.items() if state == "held")

    def answer(self, request: Any) -> tuple[str, bool]:
        """Return the code that answers a request, and whether it was answered before."""
        own = (request.integration, request.transaction_id)
        if own in self.answered:
            return self.answered[own], True
        if request.kind == "bet" and self.bets.get(own) == "barred":
            return "bet_cancelled", True
        code: str = getattr(self, f"_{request.kind}")(request, own)
        if code != OPEN:
            self.answered[own] = code
        return code, False

    def _bet(self, request: Any, own: Key) -> str:
        played = (request.integration, request.round_id)
        refusal = "round_finished" if played in self.finished else ""
        refusal = "player_blocked" if self.blocked else refusal
        if refusal or request.amount_minor > self.balance:
            self.bets[own] = "refused"
            return refusal or "insufficient_funds"
        self._open(own, request, "open")
        self.round_of[own] = request.round_id
        self.placed[played] += 1
        return "ok"

    def _win(self, request: Any, own: Key) -> str:
        amount = request.amount_minor
        bet = (request.integration, request.bet_transaction_id)
        # What pays belongs to the round of its bet, whatever it says.
        round_id = self.round_of.get(bet, request.round_id) if amount else request.round_id
        played = (request.integration, round_id)
        if amount and 0 < self.placed[played] <= self.returned[played]:
            return "round_refunded"
        self.balance += amount
        self.paid[played] += amount > 0
        if request.finished:
            self.finished.add(played)
        return "ok"

    def _refund(self, request: Any, own: Key) -> str:
        bet = (request.integration, request.bet_transaction_id)
        state, lenient = self.bets.get(bet), request.by_bet
        if state in (None, "barred", "refused"):
            self.bets[bet] = state or "barred"
            return "ok" if lenient else "bet_not_found"
        if state == "refunded":
            return "ok" if lenient else "bet_already_refunded"
        played = (request.integration, self.round_of[bet])
        if lenient and self.paid[played]:
            return "round_finished"
        self.bets[bet] = "refunded"
        self.returned[played] += 1
        self.balance += self.stakes[bet]
        return "ok"

    def _hold(self, request: Any, own: Key) -> str:
        bet = (request.integration, request.bet_transaction_id)
        state = self.bets.get(bet)
        if state is not None:
            return "bet_rolled_back" if state == "barred" else "duplicate_bet"
        if self.blocked:
            return "player_blocked"
        if request.amount_minor > self.balance:
            return "insufficient_funds"
        self._open(bet, request, "held")
        return "ok"

    def _settle(self, request: Any, own: Key) -> str:
        bet = (request.integration, request.bet_transaction_id)
        state = self.bets.get(bet)
        if state != "held":
            codes = {None: OPEN, "settled": "duplicate_bet"}
            return codes.get(state, "bet_rolled_back")
        self.bets[bet] = "settled"
        self.balance += request.amount_minor
        return "ok"

    def _rollback(self, request: Any, own: Key) -> str:
        bet = (request.integration, request.bet_transaction_id)
        state = self.bets.get(bet)
        if state is None:
            self.bets[bet] = "barred"
            return "rollback_unknown_bet"
        if state == "settled":
            return "bet_already_settled"
        if state != "held":
            return "rollback_repeated"
        self.bets[bet] = "rolled back"
        self.balance += self.stakes[bet]
        return "ok"

    def _open(self, bet: Key, request: Any, state: str) -> None:
        self.bets[bet] = state
        self.stakes[bet] = request.amount_minor
        self.balance -= request.amount_minor
