"""A service that hands out tokens, and what stands around it, as fakes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casino.dialects.igv.seller_token import seller_token
from casino.integrations.model import Integration
from casino.providers.sender import Reply
from casino.providers.token import SharedToken
from casino.signing.pair import CURRENT, Pair
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fake_shelf import FakeObserver

INTEGRATION = Integration("seller", "igv-seller", "test/integration/seller")
OLD = Pair("seller@example.com", "old-password", CURRENT)
NEW = Pair("seller@example.com", "new-password", CURRENT)


def seller_answer(number: int, expires_in: object = 7200) -> Reply:
    data = {"accessToken": f"token-{number}", "tokenType": "Bearer", "expiresIn": expires_in}
    return Reply(200, json.dumps({"code": "0000", "data": data}).encode())


@dataclass
class FakeService:
    """Answers with what `answer` makes of the request and how many came before it."""

    answer: Callable[[Mapping[str, Any], int], Reply]
    requests: list[tuple[str, Mapping[str, str], Mapping[str, object]]] = field(
        default_factory=list
    )

    def __call__(
        self, path: str, headers: Mapping[str, str], fields: Mapping[str, object]
    ) -> Reply:
        self.requests.append((path, headers, fields))
        return self.answer({**headers, **fields}, len(self.requests))


@dataclass
class Seller:
    service: FakeService
    keyring: FakeKeyring = field(default_factory=lambda: FakeKeyring(OLD, OLD))
    clock: FakeClock = field(default_factory=FakeClock)
    observer: FakeObserver = field(default_factory=FakeObserver)

    def token(self) -> SharedToken:
        return seller_token(self.service, self.keyring, INTEGRATION, self.clock, self.observer)


def seller(answer: Callable[[Mapping[str, Any], int], Reply] | None = None) -> Seller:
    return Seller(FakeService(answer or (lambda sent, number: seller_answer(number))))
