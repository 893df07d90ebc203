"""A simulated WinUpGo: an OAuth client, signatures of its own making, and rounds in two steps."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

import boto3
import httpx

from casino.integrations.access import give_access
from casino.integrations.model import AccessTerms
from ops.context import Operations
from sandbox.demo import UnexpectedAnswerError
from sandbox.ministack import REGION

INTEGRATION: Final = "winupgo-sandbox"
_ACCESS: Final = AccessTerms("brand-7", "EU", "studio", opens_sessions=True)
_SCOPES: Final = ("sessions:write", "bets:write", "settlements:write", "events:publish")
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Winupgo:
    """What a caller of WinUpGo's kind has been given, by the names of `.local/stack.json`."""

    url: str
    path_base: str
    key_id: str
    secret_key: str
    brand_id: str
    region: str
    provider_id: str
    player_id: str
    game_id: str
    currency: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str

    def written(self) -> dict[str, str]:
        """Return it as the stack's file holds it."""
        return asdict(self)

    def token(self) -> str:
        """Return a fresh access token."""
        form = {"grant_type": "client_credentials", "scope": self.scope}
        user = (self.client_id, self.client_secret)
        answer = httpx.post(self.token_url, data=form, auth=user, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def headers(self, resource: str, key: str, body: bytes) -> dict[str, str]:
        """Return what identifies a request, and its signature by RFC 9421."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {
            "X-Idempotency-Key": key,
            "X-Brand-Id": self.brand_id,
            "X-Region": self.region,
            "X-Provider-Id": self.provider_id,
            "Content-Digest": f"sha-256=:{digest}:",
        }
        signed = {"@method": "POST", "@path": self.path_base + resource}
        signed |= {name.lower(): value for name, value in headers.items()}
        names = " ".join(f'"{name}"' for name in signed)
        said = f'({names});created={int(time.time())};keyid="{self.key_id}";alg="hmac-sha256"'
        lines = [f'"{name}": {value}' for name, value in signed.items()]
        base = "\n".join([*lines, f'"@signature-params": {said}']).encode()
        mac = hmac.new(self.secret_key.encode(), base, hashlib.sha256).digest()
        return headers | {
            "X-Trace-Id": f"tr_{uuid4().hex[:8]}",
            "Signature-Input": f"sig1={said}",
            "Signature": f"sig1=:{base64.b64encode(mac).decode()}:",
        }

    def send(
        self, token: str, resource: str, key: str, fields: Mapping[str, Any]
    ) -> httpx.Response:
        """Sign and send a request."""
        body = json.dumps(fields).encode()
        headers = self.headers(resource, key, body) | {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        return httpx.post(self.url + resource, content=body, headers=headers, timeout=_TIMEOUT_S)

    def play(self) -> Iterator[tuple[str, int, str]]:
        """Play a settled bet, its copy and a rollback: (step, status, what was said).

        Raises `UnexpectedAnswerError` at the first wrong answer.
        """
        token, run = self.token(), uuid4().hex[:12]
        order = {"player_id": self.player_id, "game_id": self.game_id, "currency": self.currency}
        opened = self.send(token, "/sessions", f"session-{run}", order)
        if opened.status_code != 201:
            raise UnexpectedAnswerError(f"winupgo, session: {opened.status_code} {opened.text}")
        yield "open a session", 201, opened.json()["session_id"]
        amount = {"amount": 2.00, "currency": self.currency}
        bet: dict[str, object] = {"bet_id": f"b1-{run}"}
        late: dict[str, object] = {"bet_id": f"b2-{run}"}
        session = {"session_id": opened.json()["session_id"], "amount": amount}
        steps: list[tuple[str, str, str, Mapping[str, object], str]] = [
            ("hold", "/bets/authorize", "a1", bet | session, "authorized"),
            ("settle", "/bets/settle", "s1", bet | {"win": amount}, "credited"),
            ("settle, a copy", "/bets/settle", "s1", bet | {"win": amount}, "credited"),
            ("roll back", "/bets/rollback", "r1", bet, "BET_ALREADY_SETTLED"),
            ("roll back unknown", "/bets/rollback", "r2", late, "rolled_back"),
            ("hold it late", "/bets/authorize", "a2", late | session, "BET_ROLLED_BACK"),
        ]
        for title, resource, key, fields, said in steps:
            sent = {**fields, "round_id": f"r-{run}"}
            answer = self.send(token, resource, f"{key}-{run}", sent)
            found = answer.json().get("status") or answer.json()["code"]
            if found != said:
                raise UnexpectedAnswerError(f"winupgo, {title}: {answer.status_code} {answer.text}")
            yield title, answer.status_code, found


def connect_winupgo(
    operations: Operations, endpoint: str, base_url: str, pool_id: str, player_id: str
) -> Winupgo:
    """Connect the simulated WinUpGo to a deployed stack; safe to repeat."""
    who = operations.who("the sandbox")
    known = operations.registry.get(INTEGRATION)
    if known is None:
        _, pair = operations.integrations.add(INTEGRATION, "winupgo", who=who)
    else:
        pair = operations.integrations.versions(known)[0]
    client = _client(endpoint, pool_id)
    access = AccessTerms(
        _ACCESS.brand_id, _ACCESS.region, _ACCESS.provider_id, client["ClientId"], "", True
    )
    if known is None or known.access != access:
        give_access(operations.registry, operations.clock, INTEGRATION, access, who=who)
    return Winupgo(
        url=f"{base_url}/winupgo/v1",
        path_base="/winupgo/v1",
        key_id=pair.api_key,
        secret_key=pair.secret_key,
        brand_id=access.brand_id,
        region=access.region,
        provider_id=access.provider_id,
        player_id=player_id,
        game_id="studio:slot_forge_02",
        currency="EUR",
        token_url=f"{endpoint}/oauth2/token",
        client_id=client["ClientId"],
        client_secret=client["ClientSecret"],
        scope=" ".join(f"winupgo/{scope}" for scope in _SCOPES),
    )


def _client(endpoint: str, pool_id: str) -> dict[str, Any]:
    """Return the OAuth client of the sandbox; the first run makes it."""
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - an emulator's
    )
    listed = cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
    for each in listed:
        if each["ClientName"] == INTEGRATION:
            found = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=each["ClientId"])
            return dict(found["UserPoolClient"])
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=INTEGRATION,
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"winupgo/{scope}" for scope in _SCOPES],
    )
    return dict(made["UserPoolClient"])
