"""One hook endpoint in this process, with every part of it in a test's hands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import random
from typing import Any

from casino.base.clock import Clock
from casino.base.proxy import Response
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.igsp.requests import Action
from casino.integrations.ports import Keyring, Registry
from casino.observability.hooks import HookTelemetry, RequestRecord
from casino.signing.pair import CURRENT, Pair
from casino.wallet.endpoint import HookEndpoint
from casino.wallet.ports import Ledger
from casino.wallet.service import WalletService
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fakes import Casino, FakeWorld
from testing.hooks import API_KEY, SECRET_KEY, Reply, encode, proxy_event, signed_headers
from testing.integrations import FakeRegistry
from testing.transactions import INTEGRATION


def keyring_of(secret_key: str = SECRET_KEY, rotated: str | None = None) -> FakeKeyring:
    """Return a keyring that knows `secret_key` until a refresh, if that may look, finds another."""
    stored = None if rotated is None else Pair(API_KEY, rotated, CURRENT)
    return FakeKeyring(Pair(API_KEY, secret_key, CURRENT), stored)


def wallet_over(
    casino: Casino, clock: Clock, ledger: Ledger | None = None, jitter: Callable[[], float] = random
) -> WalletService:
    """Return the wallet's use cases over a casino, answering in iGSP; `ledger` replaces its own."""
    return WalletService(ledger or casino.ledger, casino.accounts, clock, Igsp(), jitter=jitter)


class Notebook(HookTelemetry):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__("wallet-test")
        self.records: list[RequestRecord] = []
        self.crashes: list[BaseException] = []

    def request(self, record: RequestRecord, request_id: str) -> None:
        self.records.append(record)
        super().request(record, request_id)

    def crash(self, error: BaseException, **fields: object) -> None:
        self.crashes.append(error)
        super().crash(error, **fields)


@dataclass
class HookDesk:
    """An endpoint over a casino, both in memory unless a test says otherwise.

    Every part may be replaced between two requests.
    """

    casino: Casino = field(default_factory=FakeWorld)
    registry: Registry = field(default_factory=lambda: FakeRegistry(INTEGRATION, API_KEY))
    keyring: Keyring = field(default_factory=keyring_of)
    clock: FakeClock = field(default_factory=FakeClock)
    notes: Notebook = field(default_factory=Notebook)
    ledger: Ledger | None = None
    route: Action | None = None
    jitter: Callable[[], float] = random
    context: object = None

    @property
    def wallet(self) -> WalletService:
        return wallet_over(self.casino, self.clock, self.ledger, self.jitter)

    def hook(self, fields: Mapping[str, Any], **headers: str) -> Reply:
        """Sign and send one hook; keyword arguments are further headers, `_` for `-`."""
        body = encode(fields)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.handle(proxy_event(body, self.sign(body) | more))
        return Reply(answer["statusCode"], answer["body"], answer["headers"])

    def send(self, body: bytes, /, **changes: Any) -> Response:
        """Sign `body` now and send it; `changes` are made to the event after that."""
        return self.handle(proxy_event(body, self.sign(body)) | changes)

    def sign(self, body: bytes) -> dict[str, str | list[str]]:
        return dict(signed_headers(body, at=self.clock.now()))

    def handle(self, event: dict[str, Any]) -> Response:
        """Answer `event` as it is."""
        endpoint = HookEndpoint(
            dialect=Igsp(self.route),
            registry=self.registry,
            keyring=self.keyring,
            wallet=self.wallet,
            clock=self.clock,
            observer=self.notes,
        )
        return endpoint.handle(event, self.context)
