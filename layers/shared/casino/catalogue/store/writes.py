"""The writes of one step of a run, packed into transactions without tearing a game apart."""

from collections.abc import Iterator
from typing import Any, Final

from casino.aws.attributes import text
from casino.catalogue.model import Game
from casino.catalogue.ports import Changes
from casino.catalogue.store.game_items import (
    INTEGRATIONS,
    category_items,
    category_key,
    game_item,
    provider_item,
)
from casino.catalogue.store.run_items import quarantine_id, quarantine_item

type Write = dict[str, Any]

#: A transaction takes 100 actions, and one of them is the fence.
_AT_ONCE: Final = 99
_OWN: Final = "attribute_not_exists(id) OR integration = :integration"


def transactions(
    integration: str, changes: Changes, catalogue_table: str, sync_table: str
) -> list[list[Write]]:
    """Return the writes of every transaction; room for the fence is left in each."""
    chunks: list[list[Write]] = []
    for group in _groups(integration, changes, catalogue_table, sync_table):
        if not chunks or len(chunks[-1]) + len(group) > _AT_ONCE:
            chunks.append([])
        chunks[-1].extend(group)
    return chunks


def _groups(
    integration: str, changes: Changes, catalogue_table: str, sync_table: str
) -> Iterator[list[Write]]:
    """Yield what belongs together."""
    for quarantined in changes.quarantine:
        item = quarantine_item(integration, quarantined)
        yield [{"Put": {"TableName": sync_table, "Item": item}}]
    if changes.providers:
        name = {"id": text(INTEGRATIONS), "entry": text(integration)}
        yield [{"Put": {"TableName": catalogue_table, "Item": name}}]
    for provider in changes.providers:
        yield [{"Put": {"TableName": catalogue_table, "Item": provider_item(provider)}}]
    for stored, game in changes.games:
        yield _game_writes(catalogue_table, stored, game)
    for entity, record_id in changes.release:
        key = {"id": text(quarantine_id(integration)), "entry": text(f"{entity}#{record_id}")}
        yield [{"Delete": {"TableName": sync_table, "Key": key}}]


def _game_writes(table: str, stored: Game | None, game: Game) -> list[dict[str, Any]]:
    """A game, and what changes of its places on the shelves of categories."""
    writes: list[dict[str, Any]] = [
        {
            "Put": {
                "TableName": table,
                "Item": game_item(game),
                "ConditionExpression": _OWN,
                "ExpressionAttributeValues": {":integration": text(game.integration)},
            }
        }
    ]
    before = category_items(stored) if stored is not None else {}
    now = category_items(game)
    writes += [
        {"Put": {"TableName": table, "Item": item}}
        for category, item in now.items()
        if before.get(category) != item
    ]
    writes += [
        {"Delete": {"TableName": table, "Key": category_key(game.game_id, category)}}
        for category in before.keys() - now.keys()
    ]
    return writes
