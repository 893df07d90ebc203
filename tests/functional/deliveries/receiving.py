"""The receivers of Invo and iGV in this process: what signs for each, and what was stored."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import uuid4

from casino.aws.clients import secrets_client
from casino.deliveries.model import Delivery
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.dialects.registry import family
from casino.integrations.model import PartnerTerms
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from testing.hooks import Handler, Reply, load_function, proxy_event
from testing.integrations import an_integration
from testing.world import World

#: A header with this value is not sent.
GONE: Final = "gone"
EVENT: Final = {
    "event_id": "evt_1",
    "idempotency_key": "key_1",
    "event_type": "planet.discovered",
    "tenant_id": "game-1",
    "data": {"name": "Ü"},
}
CALLBACK: Final = {
    "createdAt": "2025-12-17T13:44:16",
    "orderId": 1689644928115784,
    "orderNum": "SO1689644928115784",
    "sellerOrderStatus": 1,
    "buyerId": "10086",
}


def to_bytes(fields: Mapping[str, Any]) -> bytes:
    """Return a body as a partner writes it."""
    return json.dumps(fields, ensure_ascii=False).encode()


@dataclass
class Partner:
    """One partner of a world, before its receiver."""

    world: World
    function: str
    family: str
    path: str
    receive: Handler
    secret: str

    @classmethod
    def of(cls, world: World, function: str, **terms: Any) -> Self:
        """Return a partner with an integration of its own, named after its function."""
        name = {"invo": "invo", "igv": "igv-seller"}[function]
        secret = f"whsec-{uuid4().hex}"
        integration = an_integration(function, name, **terms)
        world.registry.put(integration, (f"{function}-key",))
        text = json.dumps({"api_key": f"{function}-key", "secret_key": secret})
        secrets_client().create_secret(Name=integration.secret_name, SecretString=text)
        path = {"invo": "/invo/v1/webhooks/invo", "igv": "/igv/v1/callbacks/igv"}[function]
        return cls(world, function, name, path, load_function(function), secret)

    def headers(
        self, body: bytes, request_id: str, ago_s: float = 0, secret: str = ""
    ) -> dict[str, str]:
        """Sign a body as the partner does."""
        pair = Pair("k", secret or self.secret)
        now = time.time() - ago_s
        return family(self.family).sign(body, pair, now, Particulars(request_id=request_id))

    def send(
        self,
        fields: Mapping[str, Any] | bytes,
        request_id: str = "key_1",
        ago_s: float = 0,
        secret: str = "",
        integration: str = "",
        changed: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """Sign, as it was so long ago, and send; `changed` replaces headers, or takes them away."""
        body = fields if isinstance(fields, bytes) else to_bytes(fields)
        headers = self.headers(body, request_id, ago_s, secret) | dict(changed)
        return self.sent(body, {n: v for n, v in headers.items() if v != GONE}, integration)

    def sent(self, body: bytes, headers: Mapping[str, str], integration: str = "") -> Reply:
        """Send as it is; the event of API Gateway has the body in base64, as deployed."""
        event = proxy_event(b"", headers, self.path) | {
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
            "pathParameters": {"integration": integration or self.function},
        }
        answer = self.receive(event, None)
        return Reply(answer["statusCode"], answer["body"], answer["headers"])

    @property
    def inbox(self) -> DynamoDbInbox:
        return DynamoDbInbox(self.world.client, self.world.tables)

    def stored(self, key: str = "key_1") -> Delivery | None:
        return self.inbox.get(self.function, key)


def invo(world: World, **terms: Any) -> Partner:
    """Return Invo, whose deliveries name the tenant `game-1`."""
    partner = PartnerTerms("", (("game_id", "game-1"),))
    return Partner.of(world, "invo", partner=partner, **terms)
