"""A hook endpoint with everything around it in memory, and with what a test breaks of it."""

from dataclasses import dataclass, field
from typing import Any

from casino.base.proxy import Response
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.igsp.requests import Action
from casino.integrations.model import Integration, Secret
from casino.observability.hooks import HookTelemetry, RequestRecord
from casino.wallet.decision import Snapshot
from casino.wallet.endpoint import HookEndpoint
from casino.wallet.model import Transaction
from casino.wallet.ports import Commit, Ledger
from casino.wallet.service import WalletService
from testing.clock import FakeClock
from testing.fakes import FakeWorld
from testing.hooks import API_KEY, SECRET_KEY, proxy_event, signed_headers
from testing.transactions import INTEGRATION

BALANCE = b'{"action":"balance","player_id":"p1","currency":"EUR","session_id":"s1"}'
BET = (
    b'{"action":"bet","player_id":"p1","currency":"EUR","amount":2.50,"game_id":"g1",'
    b'"transaction_id":"bet-1","session_id":"s1","type":"bet"}'
)


@dataclass
class KnownKeys:
    """A registry of one key."""

    integration: Integration = INTEGRATION

    def by_api_key(self, api_key: str) -> Integration | None:
        return self.integration if api_key == API_KEY else None

    def get(self, name: str) -> Integration | None:
        return self.integration if name == self.integration.name else None


@dataclass
class Ring:
    """A keyring that knows `known` until a refresh, if that is allowed, brings `rotated`."""

    known: str = SECRET_KEY
    rotated: str | None = None
    refreshes: int = 0

    def live(self, integration: Integration) -> tuple[Secret, ...]:
        return (Secret("current", API_KEY, self.known),)

    def refresh(self, integration: Integration) -> bool:
        self.refreshes += 1
        if self.rotated is None:
            return False
        self.known = self.rotated
        return True


class Notebook(HookTelemetry):
    """Keeps what would be logged."""

    def __init__(self) -> None:
        self.records: list[RequestRecord] = []
        self.crashes: list[BaseException] = []

    def request(self, record: RequestRecord, request_id: str) -> None:
        self.records.append(record)

    def crash(self, error: BaseException, **fields: object) -> None:
        self.crashes.append(error)


@dataclass
class BrokenLedger:
    """Fails in the way that a test asks for."""

    error: Exception

    def load(self, request: Transaction) -> Snapshot:
        raise self.error

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        raise self.error


@dataclass
class HookDesk:
    """An endpoint and everything around it."""

    world: FakeWorld = field(default_factory=FakeWorld)
    registry: KnownKeys = field(default_factory=KnownKeys)
    ring: Ring = field(default_factory=Ring)
    clock: FakeClock = field(default_factory=FakeClock)
    notes: Notebook = field(default_factory=Notebook)
    ledger: Ledger | None = None
    route: Action | None = None

    def send(self, body: bytes = BALANCE, /, **changes: Any) -> Response:
        """Sign `body` now and send it; `changes` are made to the event after that."""
        event = proxy_event(body, self.sign(body), source_ip="192.0.2.10")
        return self.handle(event | changes)

    def sign(self, body: bytes) -> dict[str, str | list[str]]:
        return dict(signed_headers(body, at=self.clock.now()))

    def handle(self, event: dict[str, Any]) -> Response:
        """Answer `event` as it is."""
        ledger = self.ledger or self.world.ledger
        wallet = WalletService(ledger, self.world.accounts, self.clock, Igsp())
        endpoint = HookEndpoint(
            dialect=Igsp(self.route),
            registry=self.registry,
            keyring=self.ring,
            wallet=wallet,
            clock=self.clock,
            observer=self.notes,
        )
        return endpoint.handle(event, None)
