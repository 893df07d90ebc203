"""The simulated studios as the console sees them: their lines, their games, and their books."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from casino.dialects.flexsoft.client import game_id
from ops.context import Operations
from ops.errors import OpsError
from ops.verbs.session import launch
from sandbox.flexsoft.part import GAMES, FlexsoftProcess
from sandbox.flexsoft.part import INTEGRATION as FLEXSOFT
from sandbox.loop import INTEGRATION as IGSP
from sandbox.loop import PROFILE
from sandbox.processes import TIMEOUT_S, LocalServer
from sandbox.provider.process import ProviderProcess
from sandbox.winupgo.part import INTEGRATION as WINUPGO
from sandbox.winupgo.part import WinupgoProcess

#: Protocol → what it is called, its integration, and its program.
STUDIOS: Final[Mapping[str, tuple[str, str, type[LocalServer]]]] = {
    "igsp": ("iGSP", IGSP, ProviderProcess),
    "flexsoft": ("Flexsoft", FLEXSOFT, FlexsoftProcess),
    "winupgo": ("WinUpGo", WINUPGO, WinupgoProcess),
}
#: A round whose requests meet trouble takes some pauses.
_PATIENCE_S: Final = 4 * TIMEOUT_S


@dataclass(frozen=True)
class Studio:
    """A running studio; a request that it refuses or does not answer raises `httpx` errors."""

    name: str
    base_url: str

    @property
    def title(self) -> str:
        """What it is called."""
        return STUDIOS[self.name][0]

    @property
    def integration(self) -> str:
        """What the casino knows it as."""
        return STUDIOS[self.name][1]

    def line(self) -> dict[str, Any]:
        """Return the troubles on its line, and what was carried there."""
        return self._ask("GET", "/admin/line")

    def arm(self, trouble: Mapping[str, Any]) -> None:
        """Let a trouble meet its next requests; raises `OpsError` when there is no such."""
        answer = httpx.post(f"{self.base_url}/admin/line", json=dict(trouble), timeout=TIMEOUT_S)
        if answer.status_code == 400:
            raise OpsError("invalid_request", str(answer.json()["error"]))
        answer.raise_for_status()

    def calm(self) -> None:
        """Forget all troubles."""
        self._ask("DELETE", "/admin/line")

    def open_game(self, operations: Operations, player: str, currency: str) -> str:
        """Let a player into one of its games; returns the path of the game there."""
        if self.name == "winupgo":
            wanted = {"player_id": player, "currency": currency}
            return self._path(str(self._ask("POST", "/admin/games", wanted)["url"]))
        game = game_id(FLEXSOFT, GAMES[0])
        if self.name == "igsp":
            game = self._lobby_game(operations, currency)
        opened = launch(operations, player, currency, game).data
        assert isinstance(opened, dict)  # noqa: S101 - what this verb answers
        path = self._path(str(opened["url"]))
        # Flexsoft learns who plays when the game's page asks.
        self._ask("GET", f"{path}/state")
        return path

    def spin(self, game: str, stake: str) -> None:
        """Play a round; a refused one is one, too."""
        answer = httpx.post(
            f"{self.base_url}{game}/spin", json={"stake": stake}, timeout=_PATIENCE_S
        )
        if answer.status_code not in (200, 409):
            raise OpsError("invalid_request", str(answer.json().get("message", answer.text)))

    def settle(self, game: str) -> dict[str, Any]:
        """Let it send again what it owes; returns its books of a game."""
        return self._ask("POST", f"{game}/settle")

    def _lobby_game(self, operations: Operations, currency: str) -> str:
        assert operations.api is not None  # noqa: S101 - the local stack says where it is
        filters = {"status": "active", "currency": currency, "country": PROFILE["country"]}
        listed = operations.api.ask("GET", f"/catalogue/games?{urlencode(filters)}")["games"]
        for game in listed:
            if game["integration"] == self.integration:
                return str(game["game_id"])
        raise OpsError("game_not_found", f"the lobby has no game of {self.title} in {currency}")

    def _path(self, url: str) -> str:
        if not url.startswith(f"{self.base_url}/play/"):
            raise OpsError("game_not_found", "the game is not one of the studio that runs here")
        return url.removeprefix(self.base_url)

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = f"{self.base_url}{path}"
        answer = httpx.request(method, url, json=body, timeout=_PATIENCE_S).raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def running(folder: Path) -> dict[str, Studio]:
    """Return the studios whose programs run beside the stack of a folder."""
    found = {name: kind.running(folder) for name, (_, _, kind) in STUDIOS.items()}
    return {
        name: Studio(name, process.base_url)
        for name, process in found.items()
        if process is not None
    }
