"""The rest of the loop: a provider to sync from, games to launch there, rounds played in them.

The provider is the simulated one. Everything goes the way it goes in production: the catalogue by
the deployed function, the launch by the API, the money by the provider's signed hooks.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import boto3

from ops.context import Credentials, Operations
from ops.launch import launch
from ops.profile import change_profile
from sandbox.ministack import REGION, MiniStack
from sandbox.processes import poll
from sandbox.provider.config import DEFAULT_GAMES
from sandbox.provider.process import ProviderProcess, start
from sandbox.stack import DeployedStack

#: The integration that the local stack has, and whose provider is simulated.
INTEGRATION: Final = "sandbox"
#: Longer than a full run of 5,000 games takes on a slow machine.
_SYNC_TIMEOUT_S: Final = 300.0
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

    local: MiniStack
    stack: DeployedStack
    operations: Operations
    provider: ProviderProcess

    def sync(self, mode: str = "full") -> dict[str, Any]:
        """Run the deployed synchronisation and return what it did."""
        client = boto3.client(
            "lambda",
            endpoint_url=self.local.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - an emulator's
        )
        wanted = json.dumps({"mode": mode, "integration": INTEGRATION}).encode()
        seen: dict[str, Any] = {}

        def done() -> bool:
            # The schedule's own run may hold the lease: then ours has to wait for it.
            seen.clear()
            name = self.stack.outputs["SyncFunctionName"]
            answer = client.invoke(FunctionName=name, Payload=wanted)
            seen.update(json.load(answer["Payload"]) or {})
            return seen.get("status") not in ("busy", "handed_over")

        if not poll(done, _SYNC_TIMEOUT_S, pause_s=1) or seen.get("status") != "done":
            raise LoopError(f"the catalogue was not synced: {seen}")
        return dict(seen)

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
    local: MiniStack,
    stack: DeployedStack,
    operations: Operations,
    credentials: Credentials,
    port: int,
    folder: Path,
    games: int = DEFAULT_GAMES,
) -> Loop:
    """Start a provider anew, and point the integration at it; its earlier sessions are gone."""
    running = ProviderProcess.running(folder)
    if running is not None:
        running.stop()
    keys = credentials
    provider = start(
        port, stack.hooks_url, keys.api_key, keys.secret_key, folder=folder, games=games
    )
    known = operations.registry.get(INTEGRATION)
    if known is None:
        raise LoopError(f"there is no integration {INTEGRATION}")
    operations.registry.put(replace(known, provider_url=provider.provider_url, close_sessions=True))
    return Loop(local, stack, operations, provider)


def introduce(operations: Operations, player_id: str) -> None:
    """Tell the platform what providers demand to know of a player."""
    change_profile(operations, player_id, **PROFILE)
