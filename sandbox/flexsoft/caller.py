"""What the partner has been given, and how it calls the wallet with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.flexsoft.signatures import seal
from sandbox.processes import TIMEOUT_S


@dataclass(frozen=True)
class Caller:
    """A tenant's keys, and where the wallet answers."""

    url: str
    public_key: str
    secret_key: str = field(repr=False)

    def send(self, route: str, fields: Mapping[str, Any]) -> httpx.Response:
        """Sign and send a request."""
        body = json.dumps(fields).encode()
        headers = seal(self.public_key, self.secret_key, body)
        return httpx.post(f"{self.url}/{route}", content=body, headers=headers, timeout=TIMEOUT_S)
