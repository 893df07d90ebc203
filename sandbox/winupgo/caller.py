"""What the studio has been given, and how it calls the wallet with it."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.game.line import Line
from sandbox.processes import TIMEOUT_S
from sandbox.winupgo.signatures import seal


@dataclass(frozen=True)
class Caller:
    """A brand's keys and OAuth client, by the names of `.local/stack.json`."""

    url: str
    path_base: str
    key_id: str
    secret_key: str | Ed25519PrivateKey = field(repr=False)
    brand_id: str
    region: str
    provider_id: str
    player_id: str
    game_id: str
    currency: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str

    def token(self) -> str:
        """Return a fresh access token."""
        form = {"grant_type": "client_credentials", "scope": self.scope}
        user = (self.client_id, self.client_secret)
        answer = httpx.post(self.token_url, data=form, auth=user, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def headers(
        self, resource: str, key: str, body: bytes, created: int | None = None
    ) -> dict[str, str]:
        """Return what identifies a request, and its signature, made now unless it says when."""
        said = {
            "X-Idempotency-Key": key,
            "X-Brand-Id": self.brand_id,
            "X-Region": self.region,
            "X-Provider-Id": self.provider_id,
        }
        path = self.path_base + resource
        created = int(time.time()) if created is None else created
        sealed = seal(self.key_id, self.secret_key, path, said, body, created)
        return sealed | {"X-Trace-Id": f"tr_{uuid4().hex[:8]}"}

    def send(
        self,
        token: str,
        resource: str,
        key: str,
        fields: Mapping[str, Any],
        line: Line | None = None,
    ) -> httpx.Response:
        """Sign and send a request, over a line of its own unless it says which."""
        line = line or Line()
        body = json.dumps(line.told(fields)).encode()
        headers = self.headers(resource, key, body, int(time.time() + line.skew_s)) | {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        return line.post(self.url + resource, body, headers)
