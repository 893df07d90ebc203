"""iGSP's rounds behind the game page."""

from collections.abc import Mapping
from typing import Any

from sandbox.game.routes import Game, web_address
from sandbox.game.stakes import decimal, stakes
from sandbox.provider.rounds import Table
from sandbox.provider.sessions import Session
from sandbox.provider.state import State


class ProviderGame(Game[Session]):
    """`/play` of the provider."""

    def __init__(self, state: State, table: Table) -> None:
        self._state = state
        self._table = table

    def session(self, token: str) -> Session | None:
        """Return who plays under a token."""
        return self._state.sessions.by_token.get(token)

    async def show(self, session: Session) -> dict[str, Any]:
        """Return the state of a session."""
        wanted = session.request
        return {
            "game": session.game["name"],
            "player": wanted["player_name"],
            "currency": wanted["currency"],
            "is_demo": session.is_demo,
            "return_url": web_address(wanted.get("return_url")),
            "balance": await self._table.balance(session),
            "stakes": stakes(wanted["currency"]),
            "rounds": session.rounds,
        }

    def books(self, session: Session) -> dict[str, Any]:
        """Return what the provider believes that happened."""
        return {
            "player": session.request["player_id"], "currency": session.currency,
            "rounds": session.rounds, "owed": len(session.owed),
        }  # fmt: skip

    async def settle(self, session: Session) -> None:
        """Send again what the wallet has not answered yet."""
        await self._table.settle(session)

    async def spin(self, session: Session, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Play a round."""
        return await self._table.play(session, decimal(wanted.get("stake")))
