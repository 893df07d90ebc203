"""Wires the use cases of the people who run a stack, for the command line and the tests.

The tools bring the clients; a tool that leaves a client out must not use what needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from casino.accounts.admin import PlayerAdmin
from casino.accounts.bonus_history import BonusHistory
from casino.accounts.held_wins import HeldWins
from casino.accounts.holds import HoldReleases, OpenHolds
from casino.accounts.identities import PlayerIdentities
from casino.accounts.limits import LimitsAdmin
from casino.accounts.reservations import Reservations
from casino.accounts.store.identities import DynamoDbIdentities
from casino.accounts.store.identity_key import IdentityKey
from casino.accounts.store.reservations import DynamoDbReservations
from casino.audit.model import Who
from casino.audit.store import DynamoDbAudit, DynamoDbIntents
from casino.aws.invoke import ask
from casino.base.clock import Clock, SystemClock
from casino.base.errors import AdminError
from casino.catalogue.admin import CatalogueAdmin
from casino.catalogue.store.game_items import game_key, read_game
from casino.catalogue.store.games import DynamoDbCatalogue
from casino.catalogue.store.orders import DynamoDbOrders
from casino.catalogue.store.runs import DynamoDbSync
from casino.deliveries.admin import DeliveryAdmin
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.dialects.flexsoft.gifts import GIFT_BOUNDS, Gifts
from casino.dialects.registry import ACCOUNTS, FAMILIES
from casino.events.count import DayCount
from casino.events.replay import Replay
from casino.integrations.admin import IntegrationAdmin
from casino.integrations.deployed import DeployedRotation
from casino.integrations.model import Integration
from casino.integrations.rotation import Rotation
from casino.integrations.store.registry import DynamoDbRegistry
from casino.integrations.store.secrets import SecretsManagerStore
from casino.integrations.switching import Switching
from casino.observability.logs import RequestLogs
from casino.orders.store.orders import DynamoDbSoldOrders
from casino.providers.connection import pool_manager
from casino.providers.sender import Sender
from casino.sessions.admin import SessionAdmin
from casino.sessions.store.launches import DynamoDbLaunches, GameItems
from casino.sessions.store.sessions import DynamoDbSessions
from casino.signing.pair import Pair
from casino.wallet.explain import LedgerReader
from casino.wallet.model import PLATFORM
from casino.wallet.proof.verify import Verifier
from casino.wallet.statement import Statements
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.references import DynamoDbReferences
from casino.wallet.store.releases import DynamoDbReleases
from casino.wiring.event_admin import Outside, day_count_of, replay_of
from casino.wiring.pairs import PairProviders
from casino.wiring.players import bonus_history, limits_admin, player_admin
from casino.wiring.proof import verifier_of
from casino.wiring.releases import hold_releases
from casino.wiring.stack import Stack
from casino.wiring.unobserved import Unobserved


@dataclass(frozen=True)
class Admin:
    """The use cases of one stack, over botocore clients of the services that they need."""

    stack: Stack
    dynamodb: Any
    secrets: Any
    logs: Any
    cloudformation: Any
    functions: Any = None
    """Lambda: where rotations and syncs run."""
    queues: Any = None
    """SQS."""
    objects: Any = None
    """S3."""
    aws: Any = None
    """Makes a client of another service, for what few verbs need."""
    clock: Clock = field(default_factory=SystemClock)

    # The use cases.

    @cached_property
    def players(self) -> PlayerAdmin:
        return player_admin(self.dynamodb, self.stack.tables, self.clock)

    @cached_property
    def reservations(self) -> Reservations:
        return Reservations(DynamoDbReservations(self.dynamodb, self.stack.tables), self.players)

    @cached_property
    def limits(self) -> LimitsAdmin:
        return limits_admin(self.dynamodb, self.stack.tables, self.clock, *self.stack.limit_terms)

    @cached_property
    def bonuses(self) -> BonusHistory:
        return bonus_history(self.dynamodb, self.stack.tables, self.clock)

    @cached_property
    def identities(self) -> PlayerIdentities:
        store = DynamoDbIdentities(self.dynamodb, self.stack.tables)
        key = IdentityKey(self.secrets, self.stack.identity_key)
        return PlayerIdentities(store, self.accounts, self.registry.names, key, self.clock)

    @cached_property
    def integrations(self) -> IntegrationAdmin:
        return IntegrationAdmin(
            registry=self.registry,
            secrets=self.secret_store,
            last_used=self.request_logs.last_used,
            clock=self.clock,
            families=(*FAMILIES, *ACCOUNTS),
            reserved=PLATFORM,
            secret_prefix=self.stack.secret_prefix,
            cache_s=self.stack.cache_s,
            local=self.stack.local,
            layered=self.stack.layered,
        )

    @cached_property
    def switching(self) -> Switching:
        home = self.stack.events.tenant_id
        return Switching(self.registry, self.integrations.named, self.clock, home)

    @cached_property
    def deployed_rotation(self) -> DeployedRotation:
        function = f"{self.stack.name}-rotate-secret"
        return DeployedRotation(self.secret_store, partial(ask, self.functions, function))

    def rotation(self, who: Who) -> Rotation:
        """Return the rotation's use cases as one person has them."""
        provider = PairProviders(self.clock, Unobserved(), local=self.stack.local)
        store, layered = self.secret_store, self.stack.layered
        return Rotation(store, self.registry, provider, self.clock, who, layered)

    @cached_property
    def sessions(self) -> SessionAdmin:
        tables, catalogue = self.stack.tables, self.stack.catalogue_table
        launches = DynamoDbLaunches(
            self.dynamodb, tables, GameItems(catalogue, game_key, read_game)
        )
        integration = self.integrations.in_force
        return SessionAdmin(
            self.session_store, launches.get, self.accounts, integration, self.clock
        )

    @cached_property
    def catalogue(self) -> CatalogueAdmin:
        return CatalogueAdmin(
            names=self.registry.names,
            integration=self.integrations.in_force,
            reader=DynamoDbCatalogue(self.dynamodb, self.stack.catalogue_table),
            runs=self.sync_store,
            ask=partial(ask, self.functions, self.stack.sync_function),
            order=DynamoDbOrders(self.dynamodb, self.stack.tables, self.stack.sync_table).order,
            clock=self.clock,
        )

    @cached_property
    def ledger(self) -> LedgerReader:
        return LedgerReader(
            self.history,
            self.accounts,
            self.registry.names,
            self.session_store.get,
            self.request_logs.replays,
            self.references.entries,
        )

    @cached_property
    def statements(self) -> Statements:
        return Statements(self.history, self.accounts)

    @cached_property
    def held_wins(self) -> HeldWins:
        releases = DynamoDbReleases(self.dynamodb, self.stack.tables)
        return HeldWins(self.ledger.find, self.history, releases, self.clock)

    @cached_property
    def holds(self) -> OpenHolds:
        return OpenHolds(self.history, self.clock)

    @cached_property
    def hold_releases(self) -> HoldReleases:
        return hold_releases(self.dynamodb, self.stack.tables, self.clock)

    @cached_property
    def gifts(self) -> Gifts:
        pool = pool_manager(public_only=not self.stack.local)
        sender = Sender(self.clock, GIFT_BOUNDS, pool)

        def pair(integration: Integration) -> Pair:
            return self.integrations.versions(integration)[0]

        return Gifts(self.intents, pair, sender, self.clock)

    @cached_property
    def intents(self) -> DynamoDbIntents:
        return DynamoDbIntents(self.dynamodb, self.stack.tables)

    def ask_orders(self, event: Mapping[str, Any]) -> Any:
        """Return what the deployed function of iGV's orders answers; raises `AdminError`."""
        return self._answered("igv-orders", event)

    def ask_merchant(self, event: Mapping[str, Any]) -> Any:
        """Return what the deployed function of iGV's merchant answers; raises `AdminError`."""
        return self._answered("igv-merchant", event)

    def _answered(self, function: str, event: Mapping[str, Any]) -> Any:
        answer = ask(self.functions, f"{self.stack.name}-{function}", event)
        if "error" in answer:
            raise AdminError(str(answer["error"]["code"]), str(answer["error"]["message"]))
        return answer

    @cached_property
    def deliveries(self) -> DeliveryAdmin:
        return DeliveryAdmin(DynamoDbInbox(self.dynamodb, self.stack.tables), self.clock)

    def empty_unworked(self) -> None:
        """Empty the queue that names what the stream of the deliveries gave up.

        Its messages hold no delivery; at most once a minute, which is SQS's rule.
        """
        if self.queues is not None and self.stack.unworked_queue:
            self.queues.purge_queue(QueueUrl=self.stack.unworked_queue)

    @cached_property
    def replay(self) -> Replay:
        clients = Outside(self.dynamodb, self.objects, self.queues, self.aws)
        return replay_of(self.stack, clients, self.clock)

    @cached_property
    def day_count(self) -> DayCount:
        return day_count_of(self.stack, self.dynamodb, self.objects)

    @cached_property
    def verifier(self) -> Verifier:
        return verifier_of(self.dynamodb, self.stack.tables, self.registry.get)

    # What they stand on.

    @cached_property
    def accounts(self) -> DynamoDbAccounts:
        return DynamoDbAccounts(self.dynamodb, self.stack.tables)

    @cached_property
    def history(self) -> DynamoDbHistory:
        return DynamoDbHistory(self.dynamodb, self.stack.tables)

    @cached_property
    def references(self) -> DynamoDbReferences:
        return DynamoDbReferences(self.dynamodb, self.stack.tables.references, self.clock)

    @cached_property
    def orders(self) -> DynamoDbSoldOrders:
        return DynamoDbSoldOrders(self.dynamodb, self.stack.tables)

    @cached_property
    def session_store(self) -> DynamoDbSessions:
        return DynamoDbSessions(self.dynamodb, self.stack.tables)

    @cached_property
    def registry(self) -> DynamoDbRegistry:
        return DynamoDbRegistry(self.dynamodb, self.stack.tables)

    @cached_property
    def sync_store(self) -> DynamoDbSync:
        tables = self.stack.catalogue_table, self.stack.sync_table
        return DynamoDbSync(self.dynamodb, *tables, self.clock)

    @cached_property
    def secret_store(self) -> SecretsManagerStore:
        return SecretsManagerStore(self.secrets, self.stack.key_arn)

    @cached_property
    def audit(self) -> DynamoDbAudit:
        return DynamoDbAudit(self.dynamodb, self.stack.tables)

    @cached_property
    def request_logs(self) -> RequestLogs:
        return RequestLogs(self.cloudformation, self.logs, self.stack.name, self.clock)
