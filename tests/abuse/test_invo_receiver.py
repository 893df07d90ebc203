"""Invo's whole receiver against mutants: none is stored, none is answered with 5xx.

INVO_MUTANTS sets how many; `make abuse` takes a million.
"""

import base64
import gzip
import os
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from casino.base.headers import Headers
from casino.deliveries.endpoint import DeliveryEndpoint
from casino.dialects.invo.webhook import InvoWebhook
from casino.integrations.model import Integration
from casino.observability.telemetry import Telemetry
from casino.signing.pair import Pair
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fake_inbox import FakeInbox
from testing.signatures import NOW
from tests.abuse.campaign import LITTER
from tests.abuse.mutants import MUTATIONS
from tests.abuse.requests import LABELS, a_request, secret
from tests.abuse.test_invo_sdk import a_body, signed_by_sdk

MUTANTS = int(os.environ.get("INVO_MUTANTS", "3000"))
INVO = Integration("invo", "invo", "s")
PAIRS = [Pair("game-1", secret("invo", label), label) for label in LABELS]


class Quiet(Telemetry):
    """Writes nothing, and remembers what crashed."""

    def __init__(self) -> None:
        super().__init__("abuse")
        self.crashes: list[BaseException] = []

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        pass

    def crash(self, error: BaseException, **fields: object) -> None:
        self.crashes.append(error)

    def _write(
        self,
        metric: str,
        value: float,
        dimensions: Mapping[str, str],
        metadata: Mapping[str, object],
    ) -> None:
        pass


class Receiver:
    """The endpoint over an inbox in memory."""

    def __init__(self, now: float = NOW) -> None:
        self.inbox, self.observer, self.now = FakeInbox(), Quiet(), now

    def status(self, headers: Headers, body: bytes) -> int:
        endpoint = DeliveryEndpoint(
            InvoWebhook(),
            lambda name: INVO if name == "invo" else None,
            LiveKeyring(PAIRS[0]),
            self.inbox,
            FakeClock(self.now),
            self.observer,
        )
        event: dict[str, Any] = {
            "httpMethod": "POST",
            "path": "/invo/v1/webhooks/invo",
            "pathParameters": {"integration": "invo"},
            "multiValueHeaders": {name: list(values) for name, values in headers.items()},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        return int(endpoint.handle(event, None)["statusCode"])


class LiveKeyring(FakeKeyring):
    """All three versions are live."""

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        return tuple(PAIRS)


def test_no_mutant_is_stored_and_none_is_answered_with_5xx() -> None:
    rng, seen, made = random.Random("invo receiver"), Counter[int](), 0
    mutations, weights = list(MUTATIONS), list(MUTATIONS.values())
    while made < MUTANTS:
        request = a_request("invo", rng)
        for _ in range(LITTER):
            mutant = rng.choices(mutations, weights)[0](rng, request)
            if mutant is None:
                continue
            made += 1
            receiver = Receiver(mutant.now)
            status = receiver.status(mutant.headers, mutant.body)
            seen[status] += 1
            assert 400 <= status < 500, (mutant.headers, mutant.body, receiver.observer.crashes)
            assert receiver.inbox.stored == {}
    assert seen[401] > made * 0.9


def test_a_well_signed_body_of_any_bytes_is_stored_or_refused() -> None:
    rng, seen = random.Random("invo bodies"), Counter[int]()
    for _ in range(max(500, MUTANTS // 50)):
        body = bytearray(a_body(rng))
        for _ in range(rng.randint(0, 3)):
            spot = rng.randrange(len(body))
            body[spot : spot + rng.randint(0, 2)] = rng.randbytes(rng.randint(0, 2))
        receiver = Receiver()
        header = signed_by_sdk(bytes(body), int(NOW), secret("invo", "current"))
        packed = rng.random() < 0.3
        sent = gzip.compress(bytes(body), 1) if packed else bytes(body)
        headers = {"x-invo-signature": [header]} | (
            {"content-encoding": ["gzip"]} if packed else {}
        )
        status = receiver.status(headers, sent)
        seen[status] += 1
        assert receiver.observer.crashes == []
        assert len(receiver.inbox.stored) == int(status == 200)
    assert set(seen) == {200, 400}
