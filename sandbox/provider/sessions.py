"""The provider's sessions: who plays which game for which platform, and the rounds played."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sandbox.provider.config import Credential
from sandbox.provider.generator import Record
from sandbox.provider.listing import Listing

_TEXTS: Final = ("game_id", "player_id", "player_name", "currency", "session_id")
_OPTIONAL_TEXTS: Final = ("return_url", "language")
_DEVICES: Final = (None, "desktop", "mobile")
_DEMO_BALANCE: Final = Decimal(1_000)


#: Sends something once more, and returns what came of its round; None when nobody answers.
type Owed = Callable[[], Awaitable[dict[str, Any] | None]]


class SessionRefusedError(Exception):
    """No session for this request; `status` is the answer's."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code


@dataclass
class Session:
    """One player at one game; `token` is all that the page's address says of it."""

    credential: Credential
    request: Mapping[str, Any]
    game: Record
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    url: str = ""
    status: str = "open"
    rounds: list[dict[str, Any]] = field(default_factory=list)
    #: Round → what the wallet has not answered of it, so the provider sends it again.
    owed: dict[str, Owed] = field(default_factory=dict, repr=False)
    #: Of a demo session only: play money, which no wallet knows.
    demo_balance: Decimal = _DEMO_BALANCE
    #: A player's rounds come one after the other, however often the button is pressed.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def session_id(self) -> str:
        """The platform's id of it."""
        return str(self.request["session_id"])

    @property
    def currency(self) -> str:
        """What it is played in."""
        return str(self.request["currency"])

    @property
    def is_demo(self) -> bool:
        """Whether it is played for play money."""
        return self.request.get("is_demo") is True

    def describe(self) -> dict[str, Any]:
        """Return it as the admin routes show it."""
        return {
            "session_id": self.session_id, "url": self.url, "status": self.status,
            "rounds": self.rounds, "request": dict(self.request),
        }  # fmt: skip


class Sessions:
    """Sessions by the platform's id and by token."""

    def __init__(self) -> None:
        self.by_id: dict[str, Session] = {}
        self.by_token: dict[str, Session] = {}

    def create(
        self,
        credential: Credential,
        request: Mapping[str, Any],
        games: Listing,
        providers: Listing,
        origin: str,
    ) -> tuple[Session, bool]:
        """Return the session of a request, and whether it is new; raises `SessionRefusedError`."""
        _check_fields(request)
        known = self.by_id.get(request["session_id"])
        if known is not None:
            if known.rounds or known.status != "open" or not _same(known, credential, request):
                raise SessionRefusedError(409, "session_exists")
            return known, False
        game = _playable(request["game_id"], request["currency"], games, providers)
        session = Session(credential, dict(request), game)
        session.url = f"{origin}/play/{session.token}"
        self.by_id[session.session_id] = session
        self.by_token[session.token] = session
        return session, True

    def close(self, credential: Credential, session_id: str) -> bool:
        """Close a session and return whether it was open; raises `SessionRefusedError`."""
        session = self.by_id.get(session_id)
        if session is None or session.credential.api_key != credential.api_key:
            raise SessionRefusedError(404, "session_not_found")
        was_open = session.status == "open"
        session.status = "closed"
        return was_open


def _check_fields(request: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(request.get(name), str) or not request[name]:
            raise SessionRefusedError(400, "invalid_request", f"{name} must be a text")
    for name in _OPTIONAL_TEXTS:
        if not isinstance(request.get(name), str | None):
            raise SessionRefusedError(400, "invalid_request", f"{name} must be a text")
    balance = request.get("balance")
    if type(balance) not in (int, Decimal) or not Decimal(str(balance)) >= 0:
        raise SessionRefusedError(400, "invalid_request", "balance must be a number from 0 on")
    if request.get("device") not in _DEVICES:
        raise SessionRefusedError(400, "invalid_request", "device must be desktop or mobile")
    if type(request.get("is_demo", False)) is not bool:
        raise SessionRefusedError(400, "invalid_request", "is_demo must be true or false")


def _same(session: Session, credential: Credential, request: Mapping[str, Any]) -> bool:
    """Whether a request is the one of `session` sent again; the balance may have moved."""
    mine, other = dict(session.request), dict(request)
    mine.pop("balance", None)
    other.pop("balance", None)
    return session.credential.api_key == credential.api_key and mine == other


def _playable(game_id: str, currency: str, games: Listing, providers: Listing) -> Record:
    game = games.records.get(game_id)
    if game is None:
        raise SessionRefusedError(400, "game_not_found")
    if game.get("status") != "active" or game.get("deleted_at") is not None:
        raise SessionRefusedError(400, "game_not_available")
    provider = providers.records.get(str(game.get("provider_id")))
    if provider is None or provider.get("deleted_at") is not None:
        raise SessionRefusedError(400, "game_not_available")
    if currency not in provider.get("currencies", ()):
        raise SessionRefusedError(400, "currency_not_supported")
    return game
