"""What the partner has been given, and how it calls the wallet with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.flexsoft.signatures import seal
from sandbox.game.line import Line


@dataclass(frozen=True)
class Caller:
    """A tenant's keys, and where the wallet answers."""

    url: str
    public_key: str
    secret_key: str = field(repr=False)

    def send(
        self, route: str, fields: Mapping[str, Any], line: Line | None = None
    ) -> httpx.Response:
        """Sign and send a request, over a line of its own unless it says which."""
        line = line or Line()
        body = json.dumps(line.told(fields)).encode()
        headers = seal(self.public_key, self.secret_key, body)
        return line.post(f"{self.url}/{route}", body, headers)
