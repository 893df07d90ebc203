"""Plays a round: a bet, and a win that closes it, both through the platform's wallet.

The player sees the wallet's answers. A bet that nobody answered is refunded, so that no stake is
lost with a reply; a win is paid with the amount that was drawn before it was sent. A win or a
refund that nobody answered is sent again before the next round.
"""

import uuid
from decimal import Decimal
from typing import Any

from sandbox.game.stakes import Chance, amount, whole
from sandbox.provider.hooks import HookAnswer, HookCaller, HookUnansweredError
from sandbox.provider.sessions import Owed, Session
from sandbox.provider.state import State


class Table:
    """Where rounds are played; the same seed draws the same wins."""

    def __init__(self, state: State, caller: HookCaller) -> None:
        self._state = state
        self._caller = caller
        self._chance = Chance(state.config.seed)

    async def balance(self, session: Session) -> str | None:
        """Return what the player has; None when the wallet does not say."""
        if session.is_demo:
            return str(whole(session.demo_balance, session.currency))
        try:
            answer = await self._call(session, "balance", {})
        except HookUnansweredError:
            return None
        return None if answer.balance is None else str(whole(answer.balance, session.currency))

    async def play(
        self, session: Session, stake: Decimal, win: Decimal | None = None
    ) -> dict[str, Any]:
        """Play a round and return how it went, as it also stands in the session's log."""
        stake = amount(stake, session.currency)
        win = self._chance.win(stake) if win is None else amount(win, session.currency, least=0)
        async with session.turn:
            await self._send_owed(session)
            if session.status != "open":
                return {"error": "session_closed", "message": "the session was closed"}
            play = self._play_demo if session.is_demo else self._play_real
            played = await play(session, stake, win)
            session.rounds.append(played)
            return played

    async def settle(self, session: Session) -> None:
        """Send again what the wallet has not answered yet."""
        async with session.turn:
            await self._send_owed(session)

    async def _send_owed(self, session: Session) -> None:
        for round_id, send in list(session.owed.items()):
            self._caller.line.free()
            told = await send()
            if told is None:
                return  # the rest would not be answered either
            del session.owed[round_id]
            for played in session.rounds:
                if played["round_id"] == round_id:
                    played.update(told)

    async def _play_demo(self, session: Session, stake: Decimal, win: Decimal) -> dict[str, Any]:
        round_id = f"demo-{uuid.uuid4().hex}"
        if session.demo_balance < stake:
            return _refused(session, round_id, stake, "insufficient_funds", session.demo_balance)
        session.demo_balance += win - stake
        return _played(session, round_id, stake, win, session.demo_balance)

    async def _play_real(self, session: Session, stake: Decimal, win: Decimal) -> dict[str, Any]:
        tag = uuid.uuid4().hex
        round_id = f"round-{tag}"
        money = {"game_id": session.request["game_id"], "round_id": round_id}
        bet = {"amount": stake, "transaction_id": f"bet-{tag}", "type": "bet", **money}
        try:
            answer = await self._call(session, "bet", bet | {"finished": False})
        except HookUnansweredError:
            return await self._refund(session, round_id, tag, stake)
        if answer.error:
            return _refused(session, round_id, stake, answer.error, answer.balance, answer.message)
        paid = {"amount": win, "transaction_id": f"win-{tag}", "type": "win", **money}

        async def pay() -> dict[str, Any] | None:
            answer = await self._owed(session, "win", paid | {"finished": True})
            if answer is None:
                return None
            if answer.error:
                said = answer.error, answer.balance, answer.message
                return _refused(session, round_id, stake, *said) | {"net": str(-stake)}
            return _played(session, round_id, stake, win, answer.balance)

        return await pay() or _owes(session, round_id, stake, "win_unanswered", pay)

    async def _refund(
        self, session: Session, round_id: str, tag: str, stake: Decimal
    ) -> dict[str, Any]:
        refund = {
            "amount": stake, "game_id": session.request["game_id"],
            "transaction_id": f"refund-{tag}", "type": "bet",
            "bet_transaction_id": f"bet-{tag}", "finished": True,
        }  # fmt: skip

        async def give_back() -> dict[str, Any] | None:
            # Also "no such bet" settles it: the wallet then refuses the bet if it comes late.
            answer = await self._owed(session, "refund", refund)
            if answer is None:
                return None
            return _refused(session, round_id, stake, "bet_unanswered", answer.balance)

        return await give_back() or _owes(session, round_id, stake, "refund_unanswered", give_back)

    async def _owed(
        self, session: Session, action: str, fields: dict[str, Any]
    ) -> HookAnswer | None:
        """Send a win or a refund; None when the wallet did not decide about it."""
        try:
            answer = await self._call(session, action, fields)
        except HookUnansweredError:
            return None
        return None if answer.at_the_door else answer

    async def _call(self, session: Session, action: str, fields: dict[str, Any]) -> HookAnswer:
        self._state.stats.hooks[action] += 1
        who = {name: session.request[name] for name in ("player_id", "currency", "session_id")}
        return await self._caller.call(session.credential, {"action": action, **who, **fields})


def _played(
    session: Session, round_id: str, stake: Decimal, win: Decimal, balance: Decimal | None
) -> dict[str, Any]:
    return {
        "round_id": round_id, "bet": str(stake), "win": str(win),
        "balance": None if balance is None else str(whole(balance, session.currency)),
        "net": str(win - stake), "error": "",
    }  # fmt: skip


def _refused(
    session: Session,
    round_id: str,
    stake: Decimal,
    error: str,
    balance: Decimal | None,
    message: str = "",
) -> dict[str, Any]:
    played = _played(session, round_id, stake, Decimal(0), balance)
    return {**played, "win": None, "net": "0", "error": error, "message": message}


def _owes(
    session: Session, round_id: str, stake: Decimal, error: str, owed: Owed
) -> dict[str, Any]:
    session.owed[round_id] = owed
    return {**_refused(session, round_id, stake, error, None), "net": None}
