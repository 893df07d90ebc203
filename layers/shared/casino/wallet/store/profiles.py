"""Facts about a player beside the wallet, as the platform's back office keeps them.

A profile moves no money and stops no bet, so it needs no place in the order of the player's
versions.
"""

from collections.abc import Mapping

from casino.aws.attributes import text
from casino.aws.dynamodb import DynamoDbClient, write
from casino.aws.tables import Tables
from casino.wallet.store.items import PROFILE


class DynamoDbProfiles:
    """The players' table, as far as launches ask."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.players

    def change(self, player_id: str, fields: Mapping[str, str | None]) -> None:
        """Set fields of `PROFILE`; `None` forgets one, and a field that is not named stays.

        Raises `LookupError` when the player does not exist, and for another field.
        """
        if not fields or not fields.keys() <= set(PROFILE):
            raise LookupError(f"a profile has {', '.join(PROFILE)}")
        known = {name: text(value) for name, value in fields.items() if value is not None}
        forgotten = [f"#{name}" for name in fields if name not in known]
        update = []
        if known:
            update.append("SET " + ", ".join(f"#{name} = :{name}" for name in known))
        if forgotten:
            update.append("REMOVE " + ", ".join(forgotten))
        request = {
            "TableName": self._table,
            "Key": {"player_id": text(player_id)},
            "UpdateExpression": " ".join(update),
            "ConditionExpression": "attribute_exists(player_id)",
            "ExpressionAttributeNames": {f"#{name}": name for name in fields},
        }
        if known:
            request["ExpressionAttributeValues"] = {f":{k}": v for k, v in known.items()}
        if not write(self._client.update_item, **request):
            raise LookupError(f"player {player_id} does not exist")
