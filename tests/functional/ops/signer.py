"""`ops sign` and `ops verify-signature` at the console, for an integration of any family."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casino.aws.clients import secrets_client
from casino.integrations.model import Integration
from testing.signatures import API_KEY, BODY, secret_of
from tests.functional.ops.console import Console


@dataclass
class Signer:
    """Runs the verbs for one family's integration, `acme`, which has a previous secret too."""

    name: str
    ops: Console
    folder: Path

    def __post_init__(self) -> None:
        integration = Integration("acme", self.name, "test/integration/acme")
        self.ops.world.registry.put(integration, (API_KEY,))
        previous, current = (
            json.dumps({"api_key": API_KEY, "secret_key": secret_of(self.name, label)})
            for label in ("previous", "current")
        )
        client = secrets_client()
        client.create_secret(Name=integration.secret_name, SecretString=previous)
        client.put_secret_value(SecretId=integration.secret_name, SecretString=current)

    def run(self, *arguments: str, stdin: bytes = b"") -> tuple[int, dict[str, Any]]:
        """Run a verb in both forms; return how it ended and its JSON."""
        self.ops(*arguments, stdin=stdin)
        said = self.ops(*arguments, "--json", stdin=stdin)
        return said.code, said.json

    def file(self, content: bytes, name: str = "body.json") -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def sign(self, body: bytes = BODY, *options: str) -> dict[str, str]:
        code, said = self.run("sign", self.file(body), "--integration", "acme", *options)
        assert code == 0, said
        headers: dict[str, str] = said["headers"]
        return headers

    def verify(
        self, headers: dict[str, str], body: bytes = BODY, *options: str
    ) -> tuple[int, dict[str, Any]]:
        given = [item for pair in headers.items() for item in ("-H", ": ".join(pair))]
        file = self.file(body)
        return self.run("verify-signature", file, "--integration", "acme", *given, *options)

    def differs(self, headers: dict[str, str], body: bytes = BODY, *options: str) -> str:
        code, said = self.verify(headers, body, *options)
        assert (code, said["verdict"] == "accepted") == (1, False), said
        return str(said["first_difference"])
