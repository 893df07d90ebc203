"""The progress of the daily proof on DynamoDB: one item beside the checkpoints of other runs."""

from dataclasses import asdict, replace
from typing import Final

import msgspec

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import DynamoDbClient, get, write
from casino.events.progress import Progress

#: No integration has such a name: what stands there belongs to nobody else.
_KEY: Final[Item] = {"id": text("#proof"), "entry": text("progress")}


class DynamoDbProgress:
    """`ProgressStore` over the table of checkpoints."""

    def __init__(self, client: DynamoDbClient, table: str) -> None:
        self._client = client
        self._table = table

    def load(self) -> Progress:
        """Return what was kept last; raises `UnavailableError`."""
        item = get(self._client, self._table, _KEY)
        return msgspec.json.decode(item["kept"]["S"], type=Progress) if item else Progress()

    def save(self, progress: Progress) -> Progress | None:
        """Keep it in place of its version, and return it with the next one; `None` if it moved."""
        kept = replace(progress, version=progress.version + 1)
        written = write(
            self._client.put_item,
            TableName=self._table,
            Item=_KEY
            | {
                "kept": text(msgspec.json.encode(asdict(kept)).decode()),
                "version": number(kept.version),
            },
            ConditionExpression="attribute_not_exists(id) OR version = :version",
            ExpressionAttributeValues={":version": number(progress.version)},
        )
        return kept if written else None
