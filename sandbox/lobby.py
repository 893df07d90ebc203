"""The casino's own website, as far as a demonstration needs it: it finds games and launches them.

Its requests are signed as IAM wants them, so that the routes work here as they will on AWS.
"""

import json
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.ministack import REGION

#: The first request of a function also starts it.
_TIMEOUT_S = 60.0


class LobbyError(Exception):
    """The platform refused; the message has its answer."""


class Lobby:
    """A service inside the casino that may read the catalogue and launch sessions."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        # An emulator's: every account's root.
        self._signer = SigV4Auth(Credentials("test", "test"), "execute-api", REGION)

    def games(self, **filters: str | int) -> list[dict[str, Any]]:
        """Return the first games that a lobby with these filters shows."""
        page = self._ask("GET", "/catalogue/games", 200, query=filters)
        games: list[dict[str, Any]] = page["games"]
        return games

    def launch(self, player_id: str, currency: str, game_id: str, **more: Any) -> dict[str, Any]:
        """Launch a game and return its session with the URL for the player's browser."""
        order = {"player_id": player_id, "currency": currency, "game_id": game_id, **more}
        return self._ask("POST", "/sessions", 201, body=order)

    def session(self, session_id: str) -> dict[str, Any]:
        """Return a session as the platform knows it."""
        return self._ask("GET", f"/sessions/{session_id}", 200)

    def close(self, session_id: str) -> dict[str, Any]:
        """End a session, here and at the provider."""
        return self._ask("DELETE", f"/sessions/{session_id}", 200)

    def _ask(
        self,
        method: str,
        path: str,
        expected: int,
        *,
        query: dict[str, str | int] | None = None,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        url = str(httpx.URL(f"{self._base}{path}", params=query or {}))
        content = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method, url, {"Content-Type": "application/json"}, content)
        self._signer.add_auth(request)
        answer = httpx.request(
            method, url, content=content, headers=dict(request.headers), timeout=_TIMEOUT_S
        )
        if answer.status_code != expected:
            raise LobbyError(f"{method} {path}: {answer.status_code} {answer.text}")
        fields: dict[str, Any] = answer.json()
        return fields
