"""Secrets Manager at the wire of the client that ships, and the keyring that reads it.

The vault holds one secret. The pair that a caller signs with is one version of it, under the label
that a test gives it; `stand` says what the keyring knows before a request comes.
"""

import json
from dataclasses import dataclass, replace
from typing import Final

from botocore.exceptions import ClientError
from urllib3 import BaseHTTPResponse

from casino.aws.lean.protocol import SECRETS_MANAGER, JsonCalls, SecretsManager
from casino.aws.lean.signature import SignedRequest
from casino.integrations.model import Integration
from casino.integrations.ports import Registry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.signing.pair import Pair
from testing.aws_answers import CREDENTIALS, REGION
from testing.clock import FakeClock
from testing.credentials import FakeSecrets, secret_of
from tests.functional.faults.wire import Wire, body_of, response

#: How long the keyring trusts what it read, in seconds: longer than any request takes.
CACHE_S: Final = 3.0
OWN, OTHER = "own", "other"


@dataclass(frozen=True)
class Standing:
    """Which label the caller's version has, and what the keyring knows when the request comes."""

    name: str
    own: str
    """Empty: no version is the caller's."""
    reads: int
    """How often the secret is read then."""
    knows: str = "nothing"
    """`nothing`, the `current` version alone, or `all` of them."""
    is_over: bool = False
    """Whether what it knows has to be read anew."""

    def __str__(self) -> str:
        return self.name


STANDINGS: Final = (
    Standing("cold", "AWSCURRENT", 1),
    Standing("over", "AWSCURRENT", 1, "current", is_over=True),
    Standing("staged", "AWSPENDING", 3, "current"),
    Standing("replaced, cold", "AWSPREVIOUS", 4),
    Standing("replaced, over", "AWSPREVIOUS", 3, "all", is_over=True),
    Standing("forged", "", 3, "current"),
)


class Vault:
    """`Keyring` over a secret whose reads can fail at `wire`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        endpoint = "https://secretsmanager.example"
        calls = JsonCalls(SECRETS_MANAGER, endpoint, REGION, CREDENTIALS, self._send)
        self._client = SecretsManager(calls, sleep=clock.sleep)
        self.wire = Wire(self._client, clock)

    def hold(self, own: Pair, registry: Registry) -> "Vault":
        """Take the caller's pair in, as the current version."""
        own = replace(own, text=json.dumps({"api_key": own.api_key, "secret_key": own.secret_key}))
        self._registry, self._secrets = registry, FakeSecrets(self._clock, own)
        other = json.dumps({"api_key": own.api_key, "secret_key": secret_of(OTHER)})
        self._secrets.values = {
            OWN: (own.text, self._clock.now()),
            OTHER: (other, self._clock.now()),
        }
        self._label(OWN, "AWSCURRENT")
        self._forget()
        return self

    def stand(self, standing: Standing) -> None:
        """Let the keyring know what it is to know, and nothing else; the wire is whole then."""
        self.wire.watch()
        self._label(OWN, standing.own)
        self._forget()
        if standing.knows != "nothing":
            self._keyring.live(self._integration)
        if standing.knows == "all":
            self._keyring.refresh(self._integration)
        if standing.is_over:
            self._clock.sleep(CACHE_S)
        self.wire.watch()

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        self._integration = integration
        return self._keyring.live(integration)

    def refresh(self, integration: Integration) -> bool:
        return self._keyring.refresh(integration)

    def _label(self, own: str, label: str) -> None:
        self._secrets.labels = {"AWSCURRENT": OTHER} | ({label: own} if label else {})

    def _forget(self) -> None:
        self._keyring = SecretsManagerKeyring(self._client, self._clock, self._registry, CACHE_S)

    def _send(self, request: SignedRequest) -> BaseHTTPResponse:
        try:
            answer = self._secrets.get_secret_value(**body_of(request))
        except ClientError as error:
            return response(400, {"__type": error.response["Error"]["Code"]})
        return response(200, answer | {"CreatedDate": answer["CreatedDate"].timestamp()})
