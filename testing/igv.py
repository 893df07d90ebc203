"""A simulated iGV in process, with the clients that ship at it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from casino.dialects.igv.merchant_api import MerchantApi
from casino.dialects.igv.seller_api import SellerApi
from casino.dialects.igv.seller_token import seller_token
from casino.dialects.igv.words import ACCOUNT, CALLBACKS
from casino.dialects.registry import family
from casino.integrations.ports import Keyring
from casino.providers.circuit import Circuits
from casino.providers.post import ServiceUnreachableError
from casino.providers.sender import Reply
from casino.providers.token import SharedToken
from casino.providers.transport import Limits, Transport
from casino.signing.pair import CURRENT, Pair
from sandbox.igv.app import app_of
from sandbox.igv.caller import Caller
from sandbox.igv.platform import Platform
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fake_shelf import FakeObserver, FakeShelf
from testing.integrations import an_integration
from testing.provider import InProcess, InProcessPool, Notes
from testing.signatures import openssl, rsa_key

HOST = "http://igv.test"
BASE = f"{HOST}/merchant-api"
SECRET = "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
LOGIN = Pair("seller@casino.test", "S3ller-passw0rd-of-the-casino", CURRENT)
RECEIVER = an_integration("igv", CALLBACKS, calls_as="igv-account")
SELLER = an_integration("igv-account", ACCOUNT, settings=(("url", BASE),))
MERCHANT = an_integration(
    "igv-merchant", "igv-merchant", settings=(("merchant", "casino"), ("url", BASE))
)


@dataclass
class Igv:
    """The platform, what it sent back to us, and environments of ours that call it."""

    platform: Platform
    client: httpx.Client
    clock: FakeClock
    sent: list[tuple[dict[str, str], bytes]]
    answers: list[int]
    """What the next callbacks are answered; then 200."""
    shelf: FakeShelf = field(default_factory=FakeShelf)
    keyring: FakeKeyring = field(default_factory=lambda: FakeKeyring(LOGIN))
    notes: Notes = field(default_factory=Notes)
    logins: FakeObserver = field(default_factory=FakeObserver)

    def transport(self, keyring: Keyring, **limits: Any) -> Transport:
        pool, circuits = InProcessPool(self.client), Circuits(self.clock, self.notes)
        bounds = Limits(**limits)
        return Transport(
            keyring, family, self.clock, self.notes, circuits, bounds, pool, jitter=lambda: 0.5
        )

    def seller(self) -> SellerApi:
        """An environment of its own: nothing is shared but the shelf."""
        token = self.token()
        return SellerApi(
            self.transport(self.keyring), self.transport(self.keyring, attempts=1), lambda _: token
        )

    def token(self) -> SharedToken:
        return seller_token(self.post, self.keyring, SELLER, self.clock, self.logins, self.shelf)

    def merchant(self) -> MerchantApi:
        keyring = FakeKeyring(Pair("casino", rsa_key("merchant"), CURRENT))
        return MerchantApi(self.transport(keyring))

    def post(self, path: str, headers: Any, fields: Any) -> Reply:
        try:
            answer = self.client.post(f"{BASE}{path}", headers=headers, json=fields)
        except httpx.TransportError:
            raise ServiceUnreachableError("no answer") from None
        return Reply(answer.status_code, answer.content, dict(answer.headers))


@contextmanager
def igv() -> Iterator[Igv]:
    """A platform whose clock is the test's."""
    clock = FakeClock()
    sent: list[tuple[dict[str, str], bytes]] = []
    answers: list[int] = []

    def post(url: str, headers: dict[str, str], body: bytes) -> int:
        sent.append((headers, body))
        return answers.pop(0) if answers else 200

    public = openssl("rsa", "-pubout", given=rsa_key("merchant").encode()).decode()
    caller = Caller(f"{HOST}/callbacks", SECRET, LOGIN.api_key, LOGIN.secret_key, public)
    platform = Platform(caller, clock.now, post)
    with asyncio.Runner() as runner:
        transport = InProcess(app_of(platform), runner)
        yield Igv(platform, httpx.Client(transport=transport), clock, sent, answers)
