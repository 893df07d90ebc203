"""Flexsoft's side: it opens games by `GET /api/v1/launch/{game}`, and publishes no list of them.

An operator names the games with the integration; the catalogue gets them as pages of the standard.
"""

import json
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid4, uuid5

from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.money import EXPONENTS
from casino.integrations.model import Integration
from casino.providers.ports import Launched, LaunchRequest, Page, ProviderCall
from casino.providers.transport import Transport

_API: Final = "/api/v1"
_OK: Final = 200
_LONGEST_TOKEN: Final = 256
_HIDDEN: Final = "***"
#: Flexsoft asks for a browser's.
_USER_AGENT: Final = "Mozilla/5.0 (compatible; seamless-wallet)"
#: Nobody says when a game changed; what was named later differs from what stands there.
_SINCE: Final = "2026-01-01T00:00:00Z"


def api_path(integration: Integration, path: str) -> str:
    """Return a path of the API; some base URLs of the partner hold the beginning already."""
    return path if integration.provider.url.rstrip("/").endswith(_API) else f"{_API}{path}"


def game_id(integration: str, game: str) -> str:
    """Return the id that a game has in the catalogue: always the same for its name."""
    return str(uuid5(NAMESPACE_URL, f"flexsoft:{integration}:{game}"))


class FlexsoftClient:
    """`ProviderClient` over a `Transport`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def providers(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return the one provider that there is."""
        currencies = list(integration.wallet.currencies or sorted(EXPONENTS))
        own = {"id": game_id(integration.name, ""), "name": "Flexsoft", "updated_at": _SINCE}
        return _page([own | {"currencies": currencies}])

    def games(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return the games that the integration names."""
        studio = game_id(integration.name, "")
        return _page(
            [
                {
                    "id": game_id(integration.name, game),
                    "provider_id": studio,
                    "name": game.replace("-", " ").title(),
                    "slug": game,
                    "status": "active",
                    "updated_at": _SINCE,
                }
                for game in integration.provider.games
            ]
        )

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        """Open a game; the answer's session token names the session from then on."""
        ids = {game_id(integration.name, game): game for game in integration.provider.games}
        game = ids.get(request.game_id, request.game_id)
        call = ProviderCall(
            integration.name,
            "GET",
            api_path(integration, f"/launch/{quote(game, safe='')}"),
            str(uuid4()),
            session_id=request.session_id,
            user_agent=_USER_AGENT,
        )
        query = _query(request)
        answer = self._transport.send(integration, call, b"", f"?{urlencode(query)}")
        body = _read(answer.body)
        url, token = body.get("launch_url"), body.get("session_token")
        fine = isinstance(token, str) and 0 < len(token) <= _LONGEST_TOKEN and token.isprintable()
        if answer.status != _OK or not isinstance(url, str) or not fine:
            raise self._transport.unexpected(
                call, answer, "a launch answers 200 with launch_url and session_token"
            )
        # Neither token is for people who look at the exchange later.
        asked = f"{call.path}?{urlencode(query | {'userToken': _HIDDEN}, safe='*')}"
        told = json.dumps(body | {"session_token": _HIDDEN}, separators=(",", ":"), default=str)
        return Launched(url, asked, told, answer.status, answer.correlation, token)

    def close_session(self, integration: Integration, session_id: str) -> None:
        """Do nothing: Flexsoft ends its sessions itself."""


def _query(request: LaunchRequest) -> dict[str, str]:
    query = {
        "userToken": request.user_token,
        "currency": request.currency,
        "platform": request.device,
        "portalMode": "demo" if request.is_demo else "real",
        "language": (request.language or "en").partition("-")[0],
    }
    if request.return_url is not None:
        query["returnUrl"] = request.return_url
    return query


def _read(body: bytes) -> dict[str, Any]:
    try:
        return parse_object(body)
    except MalformedJsonError:
        return {}


def _page(records: list[dict[str, Any]]) -> Page:
    raw = json.dumps({"data": records}).encode()
    return Page(tuple(records), None, has_more=False, returned=len(records), raw=raw)
