"""The wallet as the semantics page tells it: dictionaries and integers, nothing of the product.

A request is a dictionary of the wire's fields, with `minor` for the amount. Where several
refusals apply to a request the page does not say which one comes first, so `expected` names them
all; what the wallet then answered is told to `record`.
"""

import json
from decimal import Decimal
from typing import Any

type Request = dict[str, Any]

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
SAME = (
    "action",
    "player_id",
    "currency",
    "minor",
    "type",
    "game_id",
    "round_id",
    "bet_transaction_id",
    "finished",
)


def sameness(request: Request) -> tuple[Any, ...]:
    """Return what makes two requests the same one."""
    return tuple(request.get(field) or None for field in SAME)


class Reference:
    """What the wallet must say and hold."""

    def __init__(self) -> None:
        self.balances: dict[tuple[str, str], int] = {}
        self.reserved: dict[tuple[str, str], int] = {}
        self.seqs: dict[tuple[str, str], int] = {}
        self.blocked: set[str] = set()
        self.sessions: dict[str, dict[str, str]] = {}
        self.decided: dict[tuple[str, str], dict[str, Any]] = {}
        self.bets: dict[str, dict[str, Any]] = {}
        self.barred: set[str] = set()
        self.cancelled: dict[str, str] = {}
        self.rounds: dict[tuple[str, str, str], dict[str, int]] = {}
        self.bets_enabled = True
        self.accepts_unknown_bets = False
        self.refunds_after_wins = True

    def open_wallet(self, player_id: str, currency: str) -> None:
        wallet = (player_id, currency)
        self.balances[wallet] = self.reserved[wallet] = self.seqs[wallet] = 0

    def spendable(self, request: Request) -> int:
        wallet = (request["player_id"], request["currency"])
        return self.balances[wallet] - self.reserved[wallet]

    def expected(self, request: Request) -> set[str]:
        """Return the codes that may answer `request`; `ok` stands alone."""
        before = self.decided.get(_key(request))
        if before is not None:
            same = before["sameness"] == sameness(request)
            return {before["code"] if same else "transaction_mismatch"}
        if request["transaction_id"] in self.barred and not _is_platform(request):
            late = request["action"] == "bet"
            return {"bet_cancelled" if late else "transaction_mismatch"}
        if _is_platform(request):
            short = request["action"] == "withdrawal" and request["minor"] > self.spendable(request)
            return {"insufficient_funds"} if short else {"ok"}
        return self._refusals(request) or {"ok"}

    def is_replay(self, request: Request) -> bool:
        before = self.decided.get(_key(request))
        if before is not None:
            return bool(before["sameness"] == sameness(request))
        return request["action"] == "bet" and request["transaction_id"] in self.barred

    def check_copy(self, request: Request, body: str) -> None:
        """Check that a copy gets what was answered before; a barred bet has no earlier answer."""
        before = self.decided.get(_key(request))
        if before is None:
            assert self.cancelled.setdefault(request["transaction_id"], body) == body
        else:
            assert before["body"] == body

    def rule(self, request: Request) -> str:
        """Name what decides a request that is accepted."""
        match request["action"]:
            case "bet":
                return "freespin_notional" if request["type"] == "freespin" else "bet_debit"
            case "win":
                return self._win_rule(request)
            case "refund" if self._is_unknown(request):
                return "refund_unknown_bet_accepted"
            case "refund":
                bet = self.bets[request["bet_transaction_id"]]
                return "refund_after_win" if self._is_paid_out(bet) else "refund_credit"
            case platform:
                return str(platform)

    def _win_rule(self, win: Request) -> str:
        round_ = self._round(win)
        if _pays_of_round(win) and win["round_id"] is not None and not round_["bets"]:
            return "win_without_bet"
        return "win_after_round_finished" if round_["finished"] else "win_credit"

    def _is_paid_out(self, bet: Request) -> bool:
        round_ = self._round(bet)
        return bool(round_["finished"] and round_["paid_wins"])

    def histories(self) -> int:
        """Count the decided requests that something showed to be of the player they name."""
        return sum(before["proved"] for before in self.decided.values())

    def _refusals(self, request: Request) -> set[str]:
        session = self._own_session(request)
        if session is None:
            refusals = {"session_not_found"}
        else:
            refusals = {
                f"{what}_mismatch"
                for what, field in (("player", "player_id"), ("currency", "currency"))
                if session[field] != request[field]
            }
        match request["action"]:
            case "bet":
                return refusals | self._bet_refusals(request, session)
            case "win":
                return refusals | self._win_refusals(request)
            case _:
                return (refusals - {"session_not_found"}) | self._refund_refusals(request)

    def _bet_refusals(self, bet: Request, session: dict[str, str] | None) -> set[str]:
        refusals = set()
        if session is not None and session["state"] != "active":
            suspended = session["state"] == "suspended"
            refusals.add("session_suspended" if suspended else "session_expired")
            if session["state"] == "suspended and over":
                refusals.add("session_suspended")
        if bet["player_id"] in self.blocked:
            refusals.add("player_blocked")
        if self._round(bet)["finished"]:
            refusals.add("round_finished")
        if not self.bets_enabled:
            refusals.add("bets_disabled")
        if bet["type"] != "freespin" and bet["minor"] > self.spendable(bet):
            refusals.add("insufficient_funds")
        return refusals

    def _win_refusals(self, win: Request) -> set[str]:
        round_ = self._round(win)
        all_refunded = round_["bets"] > 0 and round_["bets"] == round_["refunds"]
        return {"round_refunded"} if all_refunded and _pays_of_round(win) else set()

    def _refund_refusals(self, refund: Request) -> set[str]:
        bet_id = refund["bet_transaction_id"]
        named = self.decided.get(("sandbox", bet_id))
        if named is not None and named["action"] != "bet":
            return {"refund_not_allowed"}
        bet = self.bets.get(bet_id)
        if bet is None:
            in_session = self._own_session(refund) is not None
            return set() if self.accepts_unknown_bets and in_session else {"bet_not_found"}
        refusals = {
            code
            for code, field in (
                ("player_mismatch", "player_id"),
                ("currency_mismatch", "currency"),
                ("type_mismatch", "type"),
                ("refund_amount_mismatch", "minor"),
            )
            if bet[field] != refund[field]
        }
        if bet["refunded_by"] is not None:
            refusals.add("bet_already_refunded")
        if self._is_paid_out(bet) and not self.refunds_after_wins:
            refusals.add("round_finished")
        return refusals

    def record(self, request: Request, code: str, body: str) -> None:
        """Take in what the wallet answered to a request that it had not decided before."""
        missing = request["action"] == "win" and code == "session_not_found"
        if missing or code == "transaction_mismatch":
            return
        self.decided[_key(request)] = {
            "action": request["action"],
            "sameness": sameness(request),
            "owner": {"player_id": request["player_id"], "currency": request["currency"]},
            "code": code,
            "body": body,
            "proved": self._is_proved(request),
        }
        unknown_bet = request["action"] == "refund" and self._is_unknown(request)
        barring = code == "bet_not_found" or (code == "ok" and unknown_bet)
        if barring and ("sandbox", request["bet_transaction_id"]) not in self.decided:
            self.barred.add(request["bet_transaction_id"])
        if code == "ok":
            self._apply(request, unknown_bet=unknown_bet)

    def _apply(self, request: Request, *, unknown_bet: bool) -> None:
        wallet = (request["player_id"], request["currency"])
        self.seqs[wallet] += 1
        if unknown_bet:
            return
        round_ = self._round(request)
        match request["action"]:
            case "deposit":
                self.balances[wallet] += request["minor"]
            case "withdrawal":
                self.balances[wallet] -= request["minor"]
            case "bet":
                debited = 0 if request["type"] == "freespin" else request["minor"]
                self.balances[wallet] -= debited
                self.bets[request["transaction_id"]] = request | {
                    "debited": debited,
                    "refunded_by": None,
                }
                round_["bets"] += 1
            case "win":
                self.balances[wallet] += request["minor"]
                round_["paid_wins"] += _pays_of_round(request)
            case "refund":
                bet = self.bets[request["bet_transaction_id"]]
                bet["refunded_by"] = request["transaction_id"]
                self.balances[wallet] += bet["debited"]
                round_ = self._round(bet)
                round_["refunds"] += 1
        round_["finished"] |= bool(request.get("finished"))

    def check_body(self, request: Request, code: str, text: str) -> None:
        """Check what an answer, given just now, says of balance and transaction."""
        body = json.loads(text, parse_float=Decimal)
        if code in ("ok", "insufficient_funds"):
            balance = Decimal(self.spendable(request)).scaleb(-DECIMALS[request["currency"]])
            assert body["balance"] == balance, (body, balance)
            assert not isinstance(body["balance"], str)
        if code == "bet_already_refunded":
            first = self.bets[request["bet_transaction_id"]]["refunded_by"]
            stored = json.loads(self.decided["sandbox", first]["body"])
            assert body["transaction_id"] == stored["transaction_id"]

    def _own_session(self, request: Request) -> dict[str, str] | None:
        session = self.sessions.get(request["session_id"])
        return session if session and session["integration"] == "sandbox" else None

    def _is_proved(self, request: Request) -> bool:
        """Tell whether session or bet shows that the player is the one who is named."""
        if _is_platform(request):
            return True
        owner = {"player_id": request["player_id"], "currency": request["currency"]}
        session = self._own_session(request)
        if session is not None:
            return session.items() >= owner.items()
        bet = self.decided.get(("sandbox", request.get("bet_transaction_id") or ""))
        return bet is not None and bet["proved"] and bet["owner"] == owner

    def _is_unknown(self, refund: Request) -> bool:
        return refund["bet_transaction_id"] not in self.bets

    def _round(self, request: Request) -> dict[str, int]:
        unplayed = {"bets": 0, "refunds": 0, "paid_wins": 0, "finished": 0}
        if request.get("round_id") is None:
            return unplayed
        key = (request["player_id"], request["currency"], request["round_id"])
        return self.rounds.setdefault(key, unplayed)


def _pays_of_round(win: Request) -> bool:
    return win["type"] in ("win", "freespin") and win["minor"] > 0


def _is_platform(request: Request) -> bool:
    return request["action"] in ("deposit", "withdrawal")


def _key(request: Request) -> tuple[str, str]:
    return ("platform" if _is_platform(request) else "sandbox", request["transaction_id"])
