"""Facts about a player beside the wallet, as the platform's back office keeps them.

A profile moves no money and stops no bet, so it needs no place in the order of the player's
versions: a change is conditional on the fields that it changes.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from casino.audit.model import AuditRecord, OnceRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import text
from casino.aws.dynamodb import DynamoDbClient, difference, get, settle
from casino.aws.tables import Tables
from casino.wallet.store.items import PROFILE


class DynamoDbProfiles:
    """The players' table, as far as launches ask."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def change(self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord) -> None:
        """Set fields of `PROFILE`; `None` forgets one, and a field that is not named stays.

        Raises `LookupError` when the player does not exist, and for another field.
        """
        if not fields or not fields.keys() <= set(PROFILE):
            raise LookupError(f"a profile has {', '.join(PROFILE)}")
        key = {"player_id": text(player_id)}

        def change() -> bool:
            item = get(self._client, self._tables.players, key)
            if item is None:
                raise LookupError(f"player {player_id} does not exist")
            old = {name: item[name] for name in fields if name in item}
            new = {name: text(value) for name, value in fields.items() if value is not None}
            changes = difference(self._tables.players, key, old, new)
            changed = sorted(name for name in fields if old.get(name) != new.get(name))
            record = replace(audit, detail=" ".join(changed))
            if "kyc_level" in changed:
                was, is_now = (each.get("kyc_level", text(""))["S"] for each in (old, new))
                record = replace(record, old=was, new=is_now)
            if not changes and not isinstance(record, OnceRecord):
                return True
            return not transact_audited(self._client, self._tables, changes, record)

        settle(change, self._sleep)
