"""The counterparts whose functions are started cold beside iGSP's, each with a first bet.

All of them bet as the one player, in sessions of their own, and sign in their own families.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from casino.wallet.hold import session_naming
from casino.wallet.model import Session, session_key
from testing.bets import CURRENCY, PLAYER, STAKE, Event
from testing.hooks import API_KEY, HOOKS, SECRET_KEY, proxy_event
from testing.integrations import an_integration
from testing.world import SANDBOX

_SECRET: Final = "91b2c7a4aadb48b62e5d0c3f7a1b4e66"
_BRAND: Final = ("brand-7", "EU", "studio")


@dataclass(frozen=True)
class Caller:
    """One counterpart: its credentials, its function, and a new bet of it."""

    integration: Integration
    pair: Pair
    function: str
    session_id: str
    bet: Callable[[], Event]

    @property
    def secret(self) -> str:
        """The pair as Secrets Manager holds it."""
        return json.dumps({"api_key": self.pair.api_key, "secret_key": self.pair.secret_key})

    @property
    def session(self) -> Session:
        """The player's open session."""
        who = (self.session_id, PLAYER.player_id, CURRENCY, self.integration.name, PLAYER.game_id)
        return Session(*who, "active", "2026-01-01T00:00:00Z", int(time.time()) + 86_400)


def _igsp() -> Event:
    return PLAYER.hook("bet", path=HOOKS, transaction_id=str(uuid4()), round_id=str(uuid4()))


def _flexsoft() -> Event:
    body = {
        "action": "BET",
        "amount": int(STAKE * 1000),
        "provider_tx_id": str(uuid4()),
        "round_id": str(uuid4()),
        "user_id": PLAYER.player_id,
        "session_token": PLAYER.session_id,
        "currency": CURRENCY,
        "game": PLAYER.game_id,
    }
    return _signed(_FLEXSOFT, "/flexsoft/v1/withdraw", body, {})


def _winupgo() -> Event:
    body = {
        "session_id": _WINUPGO_SESSION,
        "bet_id": str(uuid4()),
        "round_id": str(uuid4()),
        "amount": {"amount": STAKE, "currency": CURRENCY},
    }
    names = ("X-Brand-Id", "X-Region", "X-Provider-Id")
    named = {"X-Trace-Id": str(uuid4()), **dict(zip(names, _BRAND, strict=True))}
    event = _signed(_WINUPGO, "/winupgo/v1/bets/authorize", body, named)
    claims = {"client_id": "client", "scope": "winupgo/bets:write"}
    event["requestContext"]["authorizer"] = {"claims": claims}
    return event


def _signed(
    integration: Integration, path: str, fields: Mapping[str, Any], named: dict[str, str]
) -> Event:
    body = json.dumps(fields).encode()
    particulars = Particulars(request_id=str(uuid4()), path=path, headers=named)
    pair = Pair(f"key-{integration.family}", _SECRET)
    signed = family(integration.family).sign(body, pair, time.time(), particulars)
    return proxy_event(body, named | signed, path)


_WINUPGO_SESSION: Final = session_naming(PLAYER.player_id, PLAYER.session_id)
_FLEXSOFT: Final = an_integration("bench-flexsoft", "flexsoft")
_WINUPGO: Final = an_integration(
    "bench-winupgo",
    "winupgo",
    brand_id=_BRAND[0],
    region=_BRAND[1],
    provider_id=_BRAND[2],
    client_id="client",
)
CALLERS: Final[Mapping[str, Caller]] = {
    "igsp": Caller(SANDBOX, Pair(API_KEY, SECRET_KEY), "HooksFunction", PLAYER.session_id, _igsp),
    "flexsoft": Caller(
        _FLEXSOFT,
        Pair("key-flexsoft", _SECRET),
        "FlexsoftFunction",
        session_key(_FLEXSOFT.name, PLAYER.session_id),
        _flexsoft,
    ),
    "winupgo": Caller(
        _WINUPGO, Pair("key-winupgo", _SECRET), "WinupgoFunction", _WINUPGO_SESSION, _winupgo
    ),
}
