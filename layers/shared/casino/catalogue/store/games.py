"""The catalogue on DynamoDB, read by keys and indexes only.

The games have three indexes: `by_shelf` (in the order of the lobby: all games of a state, or those
of a category), `by_provider` (the same for one provider), `by_integration` (all synced games).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import cast

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import BATCH_KEYS, DynamoDbClient, batch_get, get, query, read
from casino.catalogue.model import Game, GameStatus, Provider, Shelf
from casino.catalogue.ports import GameKey, RankedKey
from casino.catalogue.store.game_items import (
    INTEGRATIONS,
    category_shelf,
    game_key,
    provider_key,
    provider_shelf,
    providers_id,
    read_game,
    read_provider,
)

_GAME_PREFIX = "game#"


class DynamoDbCatalogue:
    """`CatalogueReader` and `LobbyReader` over the catalogue's table."""

    def __init__(self, client: DynamoDbClient, table: str) -> None:
        self._client = client
        self._table = table

    def game(self, game_id: str) -> Game | None:
        """Return a game by the provider's id."""
        item = get(self._client, self._table, game_key(game_id))
        return read_game(item) if item else None

    def provider(self, integration: str, provider_id: str) -> Provider | None:
        """Return a provider."""
        item = get(self._client, self._table, provider_key(integration, provider_id))
        return read_provider(item) if item else None

    def games(self, game_ids: Iterable[str]) -> Mapping[str, Game]:
        """Return games by id, read consistently; a missing one is left out."""
        found: dict[str, Game] = {}
        for some in batched(game_ids, BATCH_KEYS, strict=False):
            keys = {self._table: [game_key(game_id) for game_id in some]}
            games = map(read_game, batch_get(self._client, keys)[self._table])
            found.update({game.game_id: game for game in games})
        return found

    def integrations(self) -> Sequence[str]:
        """Return the name of every integration that was synchronised."""
        items = query(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": text(INTEGRATIONS)},
        )
        return [item["entry"]["S"] for item in items]

    def providers(self, integration: str) -> Sequence[Provider]:
        """Return an integration's providers, read consistently."""
        items = query(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": text(providers_id(integration))},
            ConsistentRead=True,
        )
        return [read_provider(item) for item in items]

    def game_keys(self, integration: str) -> Iterator[GameKey]:
        """Yield the key of every game of an integration."""
        items = query(
            self._client,
            TableName=self._table,
            IndexName="by_integration",
            KeyConditionExpression="integration = :integration",
            ExpressionAttributeValues={":integration": text(integration)},
        )
        for item in items:
            yield GameKey(
                game_id=item["id"]["S"].removeprefix(_GAME_PREFIX),
                status=cast("GameStatus", item["status"]["S"]),
                shelf=cast("Shelf", item["shelf"]["S"]),
                missing_runs=int(item["missing_runs"]["N"]),
                missing_run=item["missing_run"]["S"] if "missing_run" in item else None,
            )

    def ranked(
        self, shelf: str, provider: str | None, category: str | None, after: str | None, limit: int
    ) -> Sequence[RankedKey]:
        """Return up to `limit` places of a shelf after a rank, in order."""
        if provider is not None:
            index, name, value = "by_provider", "provider_shelf", provider_shelf(shelf, provider)
        elif category is not None:
            index, name, value = "by_shelf", "shelf", category_shelf(shelf, category)
        else:
            index, name, value = "by_shelf", "shelf", shelf
        condition, values = "#shelf = :shelf", {":shelf": text(value)}
        names = {"#shelf": name}
        if after is not None:
            condition, values[":after"] = f"{condition} AND #rank > :after", text(after)
            names["#rank"] = "rank"
        page = read(
            self._client.query,
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            Limit=limit,
        )
        return [_ranked(item) for item in page["Items"]]


def _ranked(item: Item) -> RankedKey:
    integration, provider_id = item["owner"]["S"].split("#", 1)
    game_id = item["id"]["S"].removeprefix(_GAME_PREFIX)
    return RankedKey(item["rank"]["S"], game_id, integration, provider_id)
