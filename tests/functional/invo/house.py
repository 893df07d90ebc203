"""Invo's receiver and the worker of the deliveries on an emulated AWS."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from casino.accounts.email import email_hash
from casino.accounts.model import Identity
from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.deliveries.model import Delivery
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.integrations.model import Integration, PartnerTerms
from casino.wallet.model import Entry
from casino.wiring.delivery_work import delivery_handler
from sandbox.invo.caller import Caller
from testing.arranged import ARRANGED
from testing.hooks import load_function
from testing.world import World

SECRET = "whsec_test_0123456789abcdefghij"
GAME_ID = "game-1"
PLAYER = "ann"
CALLER = Caller(
    "/invo/v1/webhooks/invo", GAME_ID, SECRET, "sdk", PLAYER, "Ann.Fox@example.org", "id_1", "EUR"
)
INVO = Integration(
    "invo", "invo", "test/integration/invo", partner=PartnerTerms("", (("game_id", GAME_ID),))
)


class Lambda:
    """The context of an invocation with all of its time left."""

    invoked_function_arn = "arn:aws:lambda:test"

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


@dataclass
class House:
    """A player whom Invo names, with an empty wallet; deliveries as API Gateway hands them in."""

    world: World
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        secrets = secrets_client()
        pair = json.dumps({"api_key": GAME_ID, "secret_key": SECRET})
        secrets.create_secret(Name=INVO.secret_name, SecretString=pair)
        self.world.registry.put(INVO, (GAME_ID,))
        self.world.player(PLAYER, amount="10.00")
        self.environment = self.world.environment | {"IDENTITY_KEY": self.identity_key}

    @property
    def identity_key(self) -> str:
        found = secrets_client().list_secrets()["SecretList"]
        return str(next(each["Name"] for each in found if "identity-key" in each["Name"]))

    def know(self) -> None:
        """Let the integration know the player by both names."""
        hashed = email_hash(CALLER.player_email, b"a key of tests")
        identity = Identity("invo", PLAYER, "id_1", hashed, "2026-01-01T00:00:00.000Z", 1)
        assert self.world.identities.change(None, identity, ARRANGED)

    @property
    def inbox(self) -> DynamoDbInbox:
        return DynamoDbInbox(self.world.client, self.world.tables)

    def event(self, kind: str, key: str, zipped: bool = False, **data: Any) -> dict[str, Any]:
        """Return a signed delivery as API Gateway hands it to the receiver."""
        told = CALLER.event(kind, data, key)
        now = SystemClock().now()
        headers, body = CALLER.packed(told, now, secrets=(SECRET,), zipped=zipped)
        return proxied(headers, body)

    def receive(self, kind: str, key: str, **data: Any) -> int:
        """Send a delivery to the receiver; return the status that it answers."""
        handler = load_function("invo")
        return int(handler(self.event(kind, key, **data), None)["statusCode"])

    def work(self, key: str, client: Any = None) -> dict[str, Any]:
        """Let the worker see a delivery as the table's stream tells of it."""
        item = {"state": "received", "integration": "invo", "delivery_key": key}
        image = {name: {"S": value} for name, value in item.items()}
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
        handler = delivery_handler(self.environment, client or self.world.client)
        return handler({"Records": [record]}, Lambda())

    def delivery(self, key: str) -> Delivery:
        found = self.inbox.get("invo", key)
        assert found is not None
        return found

    def entries(self) -> list[Entry]:
        """Return what moved after the opening deposit, once the ledger is proven."""
        assert self.world.verifier.everything().faults == ()
        return list(self.world.history.of_wallet(PLAYER, "EUR"))[1:]

    @property
    def balance(self) -> int:
        wallet = self.world.accounts.wallet(PLAYER, "EUR")
        assert wallet is not None
        return wallet.balance_minor


def proxied(headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return a request to the receiver as API Gateway hands it in."""
    return {
        "httpMethod": "POST",
        "path": "/invo/v1/webhooks/invo",
        "pathParameters": {"integration": "invo"},
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"requestId": "r1", "identity": {"sourceIp": "192.0.2.1"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
