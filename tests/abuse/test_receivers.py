"""iGV's receiver takes what the partner signs and refuses every mutant with 401, never with 5xx.

`RECEIVED=10000 RECEIVED_MUTANTS=1000000` tries as many; the defaults are a sample. The signatures
come from the simulated partner's own code, the mutants from the campaign against its family.
"""

import os
import random
from collections import Counter
from typing import cast

from casino.deliveries.endpoint import DeliveryEndpoint
from casino.dialects.igv.callback import IgvCallback
from casino.integrations.model import Integration
from casino.observability.telemetry import Telemetry
from casino.signing.pair import Pair
from sandbox.igv.signatures import seal
from testing.clock import FakeClock
from testing.fake_inbox import FakeInbox
from testing.hooks import proxy_event
from testing.igv import RECEIVER
from testing.integrations import FakeRegistry
from testing.provider import Notes
from tests.abuse.mutants import MUTATIONS
from tests.abuse.requests import a_request, secret

NAME = "igv-seller"
RECEIVED = int(os.environ.get("RECEIVED", "500"))
MUTANTS = int(os.environ.get("RECEIVED_MUTANTS", "3000"))
#: How many mutants are made of one valid request.
LITTER = 50
BODY = b'{"orderId":1,"orderNum":"SO1","sellerOrderStatus":1,"buyerId":"7"}'


class Versions:
    """`Keyring` with the versions of the request at hand."""

    def __init__(self) -> None:
        self.pairs: tuple[Pair, ...] = ()

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        return self.pairs

    def refresh(self, integration: Integration) -> bool:
        return False


class Receiver:
    """The receiver at a moment that the request says."""

    def __init__(self) -> None:
        self.clock, self.keyring, self.inbox = FakeClock(), Versions(), FakeInbox()
        registry, notes = FakeRegistry(RECEIVER), cast(Telemetry, Notes())
        self.endpoint = DeliveryEndpoint(
            IgvCallback(), registry.get, self.keyring, self.inbox, self.clock, notes
        )

    def answer(self, headers: dict[str, list[str]], now: float) -> int:
        self.clock.start = now - self.clock.elapsed
        event = proxy_event(BODY, headers) | {"pathParameters": {"integration": "igv"}}
        return int(self.endpoint.handle(event, None)["statusCode"])


def test_what_the_partner_signs_is_taken() -> None:
    rng, receiver, key = random.Random("received"), Receiver(), secret(NAME, "current")
    receiver.keyring.pairs = (Pair("igv", key, "current"),)
    for number in range(RECEIVED):
        now = rng.uniform(1.2e9, 4e9)
        age_ms = rng.randrange(-299_000, 2_399_000)
        headers = seal(key, f"{rng.randrange(10**19)}-{number}", int(now * 1000) - age_ms)
        assert receiver.answer({name: [value] for name, value in headers.items()}, now) == 200
    assert len(receiver.inbox.stored) == RECEIVED


def test_every_mutant_is_refused_and_none_is_an_error_of_ours() -> None:
    rng, receiver = random.Random("mutants"), Receiver()
    mutations, weights = list(MUTATIONS), list(MUTATIONS.values())
    answers: Counter[int] = Counter()
    while answers.total() < MUTANTS:
        request = a_request(NAME, rng)
        receiver.keyring.pairs = request.versions
        receiver.inbox.stored.clear()
        assert receiver.answer(request.headers, request.now) == 200
        for _ in range(LITTER):
            mutant = rng.choices(mutations, weights)[0](rng, request)
            if mutant is not None:
                receiver.keyring.pairs = mutant.versions
                answers[receiver.answer(mutant.headers, mutant.now)] += 1
        assert len(receiver.inbox.stored) == 1
    assert set(answers) == {401}
