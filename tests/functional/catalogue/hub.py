"""A catalogue under synchronisation: the real services and stores, and a provider in process."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from casino.catalogue.model import Game
from casino.catalogue.ports import SyncRequest, SyncResult
from casino.catalogue.run import Mode
from casino.catalogue.store.games import DynamoDbCatalogue
from casino.catalogue.store.orders import DynamoDbOrders
from casino.catalogue.store.pages import S3Pages
from casino.catalogue.store.runs import LEASE_S, DynamoDbSync
from casino.catalogue.sync import CatalogueSync
from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.igsp.records import IgspRecords
from casino.integrations.model import Integration
from casino.providers.caps import CAPS, Caps
from casino.wiring.settings import load_settings
from testing.arranged import ARRANGED
from testing.clock import FakeClock
from testing.provider import NOW, STUDIO_HUB, Inline, Notes, Provider, provider_client


class CountingClient:
    """A DynamoDB client that counts the items it writes, and can fail before or after a call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.writes = 0
        self.calls = 0
        self.operations: Counter[str] = Counter()
        self.fault: Callable[[str, int, bool], None] = lambda name, call, after: None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self.calls += 1
            number = self.calls
            self.operations[name] += 1
            self.fault(name, number, False)
            answer = operation(**request)
            self.writes += _written(name, request)
            self.fault(name, number, True)
            return answer

        return call


def _written(name: str, request: Mapping[str, Any]) -> int:
    if name == "transact_write_items":
        return sum("ConditionCheck" not in write for write in request["TransactItems"])
    return int(name in ("put_item", "update_item", "delete_item"))


@dataclass
class Hub:
    """One integration with its provider, and what the synchronisation stores of it."""

    provider: Provider
    dynamodb: CountingClient
    s3: Any
    environment: Mapping[str, str]
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW.timestamp()))
    notes: Notes = field(default_factory=Notes)
    integration: Integration = STUDIO_HUB
    page_limit: int = 50
    drop_share: float = 0.8
    caps: Caps = CAPS

    @property
    def catalogue(self) -> DynamoDbCatalogue:
        return DynamoDbCatalogue(self.dynamodb, self.environment["CATALOGUE_TABLE"])

    @property
    def store(self) -> DynamoDbSync:
        catalogue, sync = self.environment["CATALOGUE_TABLE"], self.environment["SYNC_TABLE"]
        return DynamoDbSync(self.dynamodb, catalogue, sync, self.clock, sleep=self.clock.sleep)

    @property
    def archive(self) -> S3Pages:
        return S3Pages(self.s3, "pages")

    def client(self) -> HttpProviderClient:
        return provider_client(self.provider, self.clock, self.notes, self.page_limit)

    def service(self) -> CatalogueSync:
        return CatalogueSync(
            self.client(),
            self.store,
            self.catalogue,
            self.archive,
            IgspRecords(),
            self.notes,
            self.clock,
            Inline(),
            self.drop_share,
            self.caps,
        )

    def sync(
        self,
        mode: Mode = "full",
        *,
        accept_drop: bool = False,
        has_time: Callable[[], bool] = lambda: True,
    ) -> SyncResult:
        """Run once, as a new invocation would, five minutes after the one before."""
        self.clock.advance(10)
        if accept_drop:
            tables = load_settings(self.environment).tables
            orders = DynamoDbOrders(self.dynamodb, tables, self.environment["SYNC_TABLE"])
            orders.order(self.integration.name, accept_drop, ARRANGED)
        request = SyncRequest(self.integration.name, mode)
        return self.service().run(self.integration, request, has_time)

    def wait_for_lease(self) -> None:
        """Let the lease of a run that was killed run out."""
        self.clock.advance(LEASE_S + 1)

    def games(self) -> dict[str, Game]:
        """Every stored game by id."""
        keys = list(self.catalogue.game_keys(self.integration.name))
        assert len(keys) == len({key.game_id for key in keys})
        return dict(self.catalogue.games([key.game_id for key in keys]))

    def everything(self) -> dict[str, list[Any]]:
        """All that the catalogue's table holds, in order: two equal ones are the same state."""
        found: dict[str, list[Any]] = {}
        for item in self.dynamodb.scan(TableName=self.environment["CATALOGUE_TABLE"])["Items"]:
            found.setdefault(item["id"]["S"], []).append(sorted(item.items(), key=repr))
        return {name: sorted(items, key=repr) for name, items in found.items()}

    def quarantine(self) -> dict[str, str]:
        """What is in quarantine: record id → fault."""
        return {q.record_id: q.fault for q in self.store.quarantined(self.integration.name)}


@contextmanager
def hub(
    aws: Any, environment: Mapping[str, str], s3: Any, provider: Provider, **options: Any
) -> Iterator[Hub]:
    s3.create_bucket(
        Bucket="pages", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    yield replace(Hub(provider, CountingClient(aws), s3, environment), **options)
