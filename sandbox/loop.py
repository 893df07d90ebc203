"""Plays the rest of the loop: sync a provider's catalogue, launch a game there, play rounds in it.

The provider is the simulated one. Everything else is as in production: the deployed function syncs
the catalogue, the API launches the game, and the provider's signed hooks move the money.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from casino.signing.pair import Pair
from ops.context import Operations
from ops.output import Output
from ops.verbs import catalogue
from ops.verbs.session import launch
from sandbox.provider.config import DEFAULT_GAMES
from sandbox.provider.process import ProviderProcess, start
from sandbox.stack import DeployedStack

#: The integration that the local stack has, and whose provider is simulated.
INTEGRATION: Final = "sandbox"
#: Of age, well known, and from a country that no provider of the simulation bars.
PROFILE: Final = {
    "name": "Lucky Fox", "country": "DE", "birth_date": "1990-12-31",
    "kyc_level": "source_of_funds",
}  # fmt: skip


class LoopError(Exception):
    """A part of the loop did not do what it must; the message says which."""


@dataclass(frozen=True)
class Launched:
    """A session that was launched through the API, and the URL that a browser opens."""

    session_id: str
    game: str
    url: str


@dataclass(frozen=True)
class Loop:
    """A casino with a simulated provider behind one of its integrations."""

    operations: Operations
    provider: ProviderProcess

    def sync(self) -> Output:
        """Run the deployed synchronisation and return what it did."""
        synced = catalogue.sync(
            self.operations, INTEGRATION, who=self.operations.who("the sandbox")
        )
        if synced.exit_code:
            raise LoopError(f"the catalogue was not synced: {synced.as_text()}")
        return synced

    def launch(self, player_id: str, currency: str) -> Launched:
        """Launch the first game that the lobby shows to such a player."""
        assert self.operations.api is not None  # noqa: S101 - the local stack says where it is
        filters = {"status": "active", "currency": currency, "country": PROFILE["country"]}
        query = urlencode({**filters, "limit": 1})
        games = self.operations.api.ask("GET", f"/catalogue/games?{query}")["games"]
        if not games:
            raise LoopError(f"the lobby has no game in {currency}")
        session = launch(self.operations, player_id, currency, games[0]["game_id"]).data
        assert isinstance(session, dict)  # noqa: S101 - what this verb answers
        return Launched(session["session_id"], games[0]["name"], session["url"])

    def play(self, launched: Launched, count: int) -> list[dict[str, Any]]:
        """Let the provider play rounds; raises `LoopError` when one is not played."""
        rounds = self.provider.control.play(launched.session_id, count)
        for played in rounds:
            if played.get("error"):
                raise LoopError(f"a round was not played: {played}")
        return rounds


def close_loop(
    stack: DeployedStack,
    operations: Operations,
    credentials: Pair,
    port: int,
    folder: Path,
    games: int = DEFAULT_GAMES,
) -> Loop:
    """Start a provider anew, and point the integration at it; its earlier sessions are gone."""
    known = operations.registry.get(INTEGRATION)
    if known is None:
        raise LoopError(f"there is no integration {INTEGRATION}")
    running = ProviderProcess.running(folder)
    if running is not None:
        running.stop()
    keys = credentials
    provider = start(
        port, stack.hooks_url, keys.api_key, keys.secret_key, folder=folder, games=games
    )
    terms = replace(known.provider, url=provider.provider_url, close_sessions=True)
    operations.registry.put(replace(known, provider=terms))
    return Loop(operations, provider)


def introduce(operations: Operations, player_id: str) -> None:
    """Tell the platform what providers demand to know of a player."""
    operations.players.change_profile(player_id, who=operations.who("the sandbox"), **PROFILE)
