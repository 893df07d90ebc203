"""WinUpGo at our URLs: requests signed by this file's own reading of RFC 9421."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casino.aws.clients import secrets_client
from testing.hooks import Handler, Reply, load_function, proxy_event
from testing.integrations import an_integration
from testing.world import World

INTEGRATION: Final = "studio-eu"
KEY_ID: Final = "wug-eu-brand7"
SECRET_KEY: Final = "c0ffee8a4f5b4e0f9a3d2c1b0a998877"
BASE: Final = "/winupgo/v1"
ACCESS: Final = {
    "brand_id": "brand-7",
    "region": "EU",
    "provider_id": "studio",
    "client_id": "client-1",
}
SETTINGS: Final = an_integration(INTEGRATION, "winupgo", **ACCESS)
COVERED: Final = (
    "@method",
    "@path",
    "content-digest",
    "x-idempotency-key",
    "x-brand-id",
    "x-region",
    "x-provider-id",
)
SCOPES: Final = "sessions:write bets:write settlements:write events:publish"


@dataclass
class Partner:
    """Sends signed requests about player-912 in EUR; every part of one can be given anew."""

    world: World
    handler: Handler
    session_id: str = ""
    secret_key: str | Ed25519PrivateKey = SECRET_KEY
    key_id: str = KEY_ID
    covered: tuple[str, ...] = COVERED
    now: Callable[[], float] = time.time
    claims: dict[str, str] = field(
        default_factory=lambda: {
            "client_id": "client-1",
            "scope": " ".join(f"winupgo/{scope}" for scope in SCOPES.split()),
        }
    )

    def authorize(self, key: str, minor: str = "2.50", **fields: Any) -> Reply:
        base = {"session_id": self.session_id, "bet_id": "b1", "round_id": "r1"}
        return self.send("/bets/authorize", key, base | {"amount": money(minor)} | fields)

    def settle(self, key: str, minor: str = "5.00", **fields: Any) -> Reply:
        base = {"bet_id": "b1", "round_id": "r1", "win": money(minor)}
        more = {"bonus_state": {"in_bonus": True, "freespins_left": 7}}
        return self.send("/bets/settle", key, base | more | fields)

    def roll_back(self, key: str, **fields: Any) -> Reply:
        return self.send("/bets/rollback", key, {"bet_id": "b1", "round_id": "r1"} | fields)

    def open_session(self, key: str, **fields: Any) -> Reply:
        base = {"player_id": "player-912", "game_id": "studio:slot_forge_02"}
        return self.send("/sessions", key, base | {"currency": "EUR", "locale": "de-DE"} | fields)

    def tell(self, key: str, event_id: str = "e-1", **fields: Any) -> Reply:
        base = {
            "event_type": "bet.settled",
            "schema_version": "1.2.0",
            "event_id": event_id,
            "occurred_at": "2025-10-23T16:21:05Z",
            "tenant_id": "brand-7",
            "region": "EU",
            "player_id": "player-912",
            "trace_id": "tr_a1b2",
            "payload": {"round_id": "r_8c12", "in_bonus": True},
            "idempotency_key": "bet_r_8c12_1",
        }
        return self.send("/events", key, base | fields)

    def send(
        self,
        resource: str,
        key: str,
        fields: Mapping[str, Any] | bytes,
        *,
        path: str = "",
        at: float | None = None,
        **headers: str | None,
    ) -> Reply:
        """Sign and send; a header of `None` is left out, before it is signed."""
        response = self.handler(self.event(resource, key, fields, path, at, headers), None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    def event(
        self,
        resource: str,
        key: str,
        fields: Mapping[str, Any] | bytes,
        path: str = "",
        at: float | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> dict[str, Any]:
        """Return a signed request as the function gets it."""
        body = fields if isinstance(fields, bytes) else as_json(fields)
        signed = self.sign(BASE + resource, key, body, at, headers)
        event = proxy_event(body, signed, path or BASE + resource)
        event["requestContext"]["authorizer"] = {"claims": self.claims}
        return event

    def sign(
        self,
        path: str,
        key: str,
        body: bytes,
        at: float | None = None,
        changed: Mapping[str, str | None] | None = None,
    ) -> dict[str, str]:
        """Return the headers of a request."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers: dict[str, str | None] = {
            "X-Trace-Id": "tr_a1b2",
            "X-Idempotency-Key": key,
            "X-Brand-Id": "brand-7",
            "X-Region": "EU",
            "X-Provider-Id": "studio",
            "Content-Digest": f"sha-256=:{digest}:",
        }
        headers |= {name.replace("_", "-"): value for name, value in (changed or {}).items()}
        sent = {name: value for name, value in headers.items() if value is not None}
        lower = {name.lower(): value for name, value in sent.items()}
        values = {"@method": "POST", "@path": path} | lower
        names = [name for name in self.covered if name in values]
        created = int(self.now() if at is None else at)
        listed = " ".join(f'"{name}"' for name in names)
        params = f'({listed});created={created};keyid="{self.key_id}";alg="{self._algorithm}"'
        lines = [f'"{name}": {values[name]}' for name in names]
        text = "\n".join([*lines, f'"@signature-params": {params}'])
        return sent | {
            "Authorization": "Bearer a-token-that-the-gateway-verified",
            "Signature-Input": f"sig1={params}",
            "Signature": f"sig1=:{base64.b64encode(self._seal(text.encode())).decode()}:",
        }

    @property
    def _algorithm(self) -> str:
        return "hmac-sha256" if isinstance(self.secret_key, str) else "ed25519"

    def _seal(self, base: bytes) -> bytes:
        if isinstance(self.secret_key, str):
            return hmac.digest(self.secret_key.encode(), base, "sha256")
        return self.secret_key.sign(base)

    @property
    def money(self) -> tuple[int, int]:
        """The balance and what is held, in minor units."""
        wallet = self.world.accounts.wallet("player-912", "EUR")
        assert wallet is not None
        return wallet.balance_minor, wallet.held_minor

    @property
    def faults(self) -> set[str]:
        verifier = self.world.verifier
        return {fault.code for fault in verifier.everything().faults}

    def configure(self, **terms: Any) -> None:
        """Change the integration's record."""
        self.world.registry.put(
            an_integration(INTEGRATION, "winupgo", **(ACCESS | terms)), (KEY_ID,)
        )
        self.handler = load_function("winupgo")


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": float(amount), "currency": currency}


def as_json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def pair_text(secret_key: str | Ed25519PrivateKey, api_key: str = KEY_ID) -> str:
    """Return the pair that the casino keeps of a secret, or of a private key, as JSON."""
    if not isinstance(secret_key, str):
        public = base64.b64encode(secret_key.public_key().public_bytes_raw()).decode()
        secret_key = f"ed25519:{public}"
    return json.dumps({"api_key": api_key, "secret_key": secret_key})


def connect(world: World, secret_key: str | Ed25519PrivateKey = SECRET_KEY) -> Partner:
    """Connect WinUpGo to a casino with player-912, who has EUR 1000.00."""
    secrets_client().create_secret(Name=SETTINGS.secret_name, SecretString=pair_text(secret_key))
    partner = arrange(world, load_function("winupgo"))
    partner.secret_key = secret_key
    return partner


def arrange(world: World, handler: Handler, **terms: Any) -> Partner:
    """Put into the tables what WinUpGo needs; its credentials are somebody else's matter."""
    world.registry.put(an_integration(INTEGRATION, "winupgo", **(ACCESS | terms)), (KEY_ID,))
    world.player("player-912")
    session_id = world.session("player-912", integration=INTEGRATION)
    return Partner(world, handler, session_id)
