"""What the log's stream writes: today's tables, as views of the logs.

A record is taken in after the one before it, in steps that may each come again: none of them moves
a view back. The wallet is the last one, so that its version says what all views hold.
"""

from collections.abc import Callable, Iterator
from functools import partial

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import DynamoDbClient, write
from casino.aws.tables import Tables
from casino.wallet.model import Round, wallet_key
from casino.wallet.store.items import (
    entry_item,
    round_wallet,
    tombstone_item,
    void_item,
    wallet_item_key,
)
from tests.simulation.experiment.records import (
    Record,
    counts_item,
    read_record,
    whole_wallet_item,
)


def steps(client: DynamoDbClient, tables: Tables, item: Item) -> Iterator[Callable[[], object]]:
    """Yield the writes that take a record of the log into the views, in their order."""
    record = read_record(item)
    owner = wallet_key(record.wallet.player_id, record.wallet.currency)
    for told in _ledger_items(record):
        yield partial(
            write,
            client.put_item,
            TableName=tables.ledger,
            Item=told,
            ConditionExpression="attribute_not_exists(id) OR owner = :owner",
            ExpressionAttributeValues={":owner": text(owner)},
        )
    if record.round is not None and record.entry is not None:
        key, new = _round_key(record.round), counts_item(record.round) | {"as_of": _at(record)}
        if record.round.version == 1:
            new["since"] = text(record.entry.at)
        older = "attribute_not_exists(as_of) OR as_of < :as_of"
        yield partial(_set, client, tables.rounds, key, new, older)
    wallet = whole_wallet_item(record.wallet)
    wallet |= {"held_wins": number(record.wallet.held_wins_minor)}
    key = wallet_item_key(record.wallet.player_id, record.wallet.currency)
    new = {name: value for name, value in wallet.items() if name not in key}
    yield partial(_set, client, tables.wallets, key, new, "#version < :version")


def _ledger_items(record: Record) -> Iterator[Item]:
    if record.entry is not None:
        yield entry_item(record.entry)
    if record.tombstone is not None:
        yield tombstone_item(record.tombstone)
    if record.void is not None:
        yield void_item(record.void)


def _at(record: Record) -> Item:
    return number(record.at)


def _round_key(found: Round) -> Item:
    partition = round_wallet(found.integration, found.player_id, found.currency)
    return {"wallet": text(partition), "round_id": text(found.round_id)}


def _set(client: DynamoDbClient, table: str, key: Item, new: Item, condition: str) -> bool:
    return write(
        client.update_item,
        TableName=table,
        Key=key,
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in new),
        ConditionExpression=condition,
        ExpressionAttributeNames={f"#{name}": name for name in new},
        ExpressionAttributeValues={f":{name}": value for name, value in new.items()},
    )
