"""A small casino on an emulated AWS: the template's tables, an integration, players, sessions."""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from casino.accounts.answers import PlatformWords
from casino.accounts.bonuses import BonusAdmin
from casino.accounts.limits import LimitsAdmin
from casino.accounts.store.bought import DynamoDbBought
from casino.accounts.store.controls import DynamoDbControls
from casino.accounts.store.identities import DynamoDbIdentities
from casino.audit.store import DynamoDbAnswers
from casino.aws.clients import dynamodb_client, secrets_client
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.base.money import parse_major
from casino.integrations.model import Integration
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.registry import DynamoDbRegistry
from casino.orders.store.orders import DynamoDbSoldOrders
from casino.wallet.model import PLATFORM, Player, Session, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.references import ReferenceStream
from casino.wallet.service import WalletService
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.ledger import DynamoDbLedger
from casino.wallet.store.references import DynamoDbReferences
from casino.wiring.players import bonus_admin
from casino.wiring.proof import verifier_of
from casino.wiring.settings import load_settings
from testing.arranged import ArrangedAccounts, ArrangedProfiles, ArrangedSessions
from testing.hooks import API_KEY, SECRET_KEY
from testing.integrations import an_integration, with_terms
from testing.template import create_tables

GAME = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
SANDBOX = an_integration()


@dataclass
class World:
    """What a test needs to arrange and to look at; everything goes through the real adapters."""

    client: Any
    environment: dict[str, str]

    @property
    def tables(self) -> Tables:
        return load_settings(self.environment).tables

    @property
    def accounts(self) -> ArrangedAccounts:
        return ArrangedAccounts(self.client, self.tables)

    @property
    def profiles(self) -> ArrangedProfiles:
        return ArrangedProfiles(self.client, self.tables)

    @property
    def sessions(self) -> ArrangedSessions:
        return ArrangedSessions(self.client, self.tables)

    @property
    def answers(self) -> DynamoDbAnswers:
        return DynamoDbAnswers(self.client, self.tables)

    @property
    def registry(self) -> DynamoDbRegistry:
        return DynamoDbRegistry(self.client, self.tables)

    def by_api_key(self, api_key: str) -> Integration | None:
        """Look a key up as a new execution environment does."""
        return CachedRegistry(self.registry, SystemClock()).by_api_key(api_key)

    @property
    def identities(self) -> DynamoDbIdentities:
        return DynamoDbIdentities(self.client, self.tables)

    @property
    def orders(self) -> DynamoDbSoldOrders:
        return DynamoDbSoldOrders(self.client, self.tables)

    @property
    def bought(self) -> DynamoDbBought:
        return DynamoDbBought(self.client, self.tables)

    @property
    def limits(self) -> LimitsAdmin:
        """The use cases of responsible gaming, at the system's time."""
        controls = DynamoDbControls(self.client, self.tables)
        return LimitsAdmin(self.accounts, controls, self.history, SystemClock())

    @property
    def bonuses(self) -> BonusAdmin:
        """The use cases of bonus money, at the system's time."""
        return bonus_admin(self.client, self.tables, SystemClock())

    @property
    def history(self) -> DynamoDbHistory:
        return DynamoDbHistory(self.client, self.tables)

    @property
    def verifier(self) -> Verifier:
        return verifier_of(self.client, self.tables, self.registry.get)

    @property
    def references(self) -> DynamoDbReferences:
        return DynamoDbReferences(self.client, self.tables.references, SystemClock())

    def index(self) -> None:
        """Tell the index of references all that the ledger holds, as its stream does."""
        items = self.client.scan(TableName=self.tables.ledger)["Items"]
        told = [{"dynamodb": {"NewImage": item}} for item in items]
        ReferenceStream(self.references).handle({"Records": told}, None)

    @property
    def ledger(self) -> DynamoDbLedger:
        return DynamoDbLedger(self.client, self.tables)

    def player(self, player_id: str, currency: str = "EUR", amount: str = "1000.00") -> str:
        """Create a player with money and an active session; return the session's id."""
        self.accounts.add_player(
            Player(player_id, blocked=False, created_at="2026-01-01T00:00:00Z")
        )
        self.accounts.add_wallet(player_id, currency)
        self.deposit(player_id, currency, amount)
        return self.session(player_id, currency)

    def deposit(self, player_id: str, currency: str, amount: str) -> None:
        request = Transaction(
            integration=PLATFORM,
            transaction_id=f"deposit-{uuid4()}",
            kind="deposit",
            type="deposit",
            player_id=player_id,
            currency=currency,
            amount_minor=parse_major(amount, currency),
            trace_id="test",
        )
        service = WalletService(self.ledger, self.accounts, SystemClock(), PlatformWords())
        answer = service.transact(request, SANDBOX.wallet)
        assert answer.status == 200, answer

    def session(
        self,
        player_id: str,
        currency: str = "EUR",
        *,
        ttl_s: int = 3600,
        integration: str = "sandbox",
    ) -> str:
        """Open a session; a negative `ttl_s` makes one that is over."""
        session_id = f"sess-{uuid4()}"
        expires_at = int(time.time()) + ttl_s
        opened_at = "2026-01-01T00:00:00Z"
        session = Session(
            session_id, player_id, currency, integration, GAME, "active", opened_at, expires_at
        )
        assert self.sessions.add(session)
        return session_id

    def configure(self, **changes: Any) -> None:
        """Change the sandbox integration's record."""
        self.registry.put(with_terms(SANDBOX, **changes), (API_KEY,))


def build_world(prefix: str, client: Any = None, secrets: Any = None) -> World:
    """Create the tables, the secret and the sandbox integration.

    On the AWS of the environment, unless clients of DynamoDB and Secrets Manager say which.
    """
    world = build_tables(prefix, client)
    store = secrets or secrets_client()
    store.create_secret(
        Name=SANDBOX.secret_name,
        SecretString=json.dumps({"api_key": API_KEY, "secret_key": SECRET_KEY}),
    )
    store.create_secret(Name=f"{prefix}/identity-key", SecretString="a key of tests")
    return world


def build_tables(prefix: str, client: Any = None) -> World:
    """Create all but the secret: many such worlds fit on one AWS, each with its own prefix."""
    client = client or dynamodb_client()
    environment = {
        **create_tables(client, prefix),
        "POWERTOOLS_SERVICE_NAME": "wallet-test",
        "POWERTOOLS_METRICS_NAMESPACE": "SeamlessWallet",
        "SERVICE_VERSION": "test",
    }
    world = World(client, environment)
    world.configure()
    return world
