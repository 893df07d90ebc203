"""Flexsoft at our four URLs: launched sessions, and requests signed by the partner's own rule."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from casino.aws.clients import secrets_client
from casino.providers.ports import Launched, LaunchRequest
from casino.wallet.model import Entry
from testing.hooks import Handler, Reply, load_function, proxy_event
from testing.integrations import an_integration
from testing.launching import PLAYER, URL, Desk, a_game, a_provider, introduce, make_desk, stock
from testing.world import World

INTEGRATION = "flexsoft-eu"
PUBLIC_KEY = "pk_flex_51c0"
SECRET_KEY = "flex-secret-8f21c5a0d94e7b36"
SETTINGS = an_integration(INTEGRATION, "flexsoft", url="https://provider.test")
_IDS = count(1)


def seal(body: bytes, public_key: str = PUBLIC_KEY, secret_key: str = SECRET_KEY) -> dict[str, str]:
    """Return the two headers, made as the partner's page says."""
    digest = hmac.new(secret_key.encode(), body, hashlib.sha256).digest()
    return {"X-Public-Key": public_key, "X-Signature": base64.b64encode(digest).decode()}


@dataclass
class Partner:
    """Sends requests of player-912 in EUR, each field of which can be given anew."""

    world: World
    desk: Desk
    handler: Handler
    session_token: str = ""
    user_token: str = ""
    session_id: str = ""
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def launch(self, session_token: str = "ps_1", **fields: Any) -> None:
        """Open a game through the session API, and remember the tokens."""

        def answer(request: LaunchRequest) -> Launched:
            self.user_token = request.user_token
            return Launched(URL, "", "", 200, session_token=session_token)

        self.desk.provider.answers = [answer]
        made = self.desk.launch(**fields)
        assert made.status == 201, made
        self.session_token, self.session_id = session_token, made.json["session_id"]

    def auth(self, **fields: Any) -> Reply:
        base = {"user_token": self.user_token, "session_token": self.session_token}
        return self.send("auth", base | {"currency": "EUR"} | fields)

    def balance(self, **fields: Any) -> Reply:
        return self.send("balance", self.player() | fields)

    def bet(self, amount: int, **fields: Any) -> Reply:
        return self.send("withdraw", self.money("BET", amount) | fields)

    def win(self, amount: int, **fields: Any) -> Reply:
        return self.send("deposit", self.money("WIN", amount) | fields)

    def roll_back(self, bet: str, **fields: Any) -> Reply:
        base = self.money("ROLL_BACK", 0) | {"withdraw_provider_tx_id": bet}
        return self.send("deposit", base | fields)

    def close_round(self, round_id: str, **fields: Any) -> Reply:
        own = {"provider_tx_id": f"close-{next(_IDS)}", "round_id": round_id}
        base = {"action": "CLOSE_ROUND", "game": "aviadrone"} | own
        return self.send("deposit", base | fields)

    def player(self) -> dict[str, Any]:
        return {"user_id": PLAYER, "session_token": self.session_token, "currency": "EUR"}

    def money(self, action: str, amount: int) -> dict[str, Any]:
        own = {"action": action, "amount": amount, "provider_tx_id": f"p-{next(_IDS)}"}
        return self.player() | {"game": "chicken-race", "round_id": "r1"} | own

    def send(self, route: str, fields: dict[str, Any]) -> Reply:
        """Sign and send; a field that is `...` is left out."""
        body = json.dumps({name: value for name, value in fields.items() if value is not ...})
        return self.post(route, body.encode())

    def again(self) -> Reply:
        """Send the last request once more, byte for byte."""
        return self.post(*self.sent[-1])

    def post(self, route: str, body: bytes, headers: dict[str, str] | None = None) -> Reply:
        self.sent.append((route, body))
        sealed = seal(body) if headers is None else headers
        response = self.handler(proxy_event(body, sealed, f"/flexsoft/v1/{route}"), None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    def cash(self) -> Decimal:
        """Return what the wallet holds, in EUR."""
        wallet = self.world.accounts.wallet(PLAYER, "EUR")
        assert wallet is not None
        return Decimal(wallet.balance_minor) / 100

    def entry(self, transaction_id: str) -> Entry:
        found = self.world.history.find(INTEGRATION, transaction_id)
        assert isinstance(found, Entry)
        return found


def connect(world: World) -> Partner:
    """Introduce Flexsoft to the casino: credentials, a game, player-912 with EUR 1000.00."""
    secret = json.dumps({"api_key": PUBLIC_KEY, "secret_key": SECRET_KEY})
    secrets_client().create_secret(Name=SETTINGS.secret_name, SecretString=secret)
    return arrange(world, load_function("flexsoft"), make_desk(world))


def arrange(world: World, handler: Handler, desk: Desk) -> Partner:
    """Put into the tables what Flexsoft needs; its credentials are somebody else's matter."""
    world.registry.put(SETTINGS, (PUBLIC_KEY,))
    world.player(PLAYER)
    introduce(world)
    stock(world, a_game(integration=INTEGRATION), a_provider(integration=INTEGRATION))
    return Partner(world, desk, handler)
