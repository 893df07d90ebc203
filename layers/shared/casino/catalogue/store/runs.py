"""Leases, checkpoints and the writes of a run on DynamoDB.

Every write is a transaction that also checks the lease's token: a run that lost the lease writes
nothing more, however late it wakes. The last transaction of a page holds the checkpoint. Every
transaction can be sent again, since it puts whole items.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from casino.aws.attributes import Value, number, text
from casino.aws.dynamodb import (
    CONDITION_FAILED,
    DynamoDbClient,
    get,
    query,
    transact,
    write,
    write_failure,
)
from casino.base.clock import Clock
from casino.base.errors import BusyError
from casino.catalogue.ports import Changes, Lease, OwnerConflictError, Quarantined
from casino.catalogue.run import LeaseLostError, Run, SyncState
from casino.catalogue.store.run_items import (
    Kept,
    milliseconds,
    quarantine_id,
    read_quarantined,
    read_state,
    state_key,
)
from casino.catalogue.store.writes import transactions

#: How long a run may be silent before another takes over, in seconds; each page extends it.
LEASE_S: Final = 90.0

_TRIES: Final = 6
_FENCE: Final = "#token = :token"


class DynamoDbSync:
    """`SyncStore` over the catalogue's table and the synchronisation's."""

    def __init__(
        self,
        client: DynamoDbClient,
        catalogue_table: str,
        sync_table: str,
        clock: Clock,
        lease_s: float = LEASE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._catalogue = catalogue_table
        self._sync = sync_table
        self._clock = clock
        self._lease_s = lease_s
        self._sleep = sleep

    def acquire(self, integration: str, owner: str) -> Lease | None:
        """Take the lease; `None` when another run holds it."""
        try:
            answer = self._client.update_item(
                TableName=self._sync,
                Key=state_key(integration),
                UpdateExpression="SET #owner = :owner, #until = :until ADD #token :one",
                # The same owner: its first try was made, and only the reply was lost.
                ConditionExpression=(
                    "attribute_not_exists(#until) OR #until < :now OR #owner = :owner"
                ),
                ExpressionAttributeNames={
                    "#owner": "owner",
                    "#until": "lease_until",
                    "#token": "token",
                },
                ExpressionAttributeValues={
                    ":owner": text(owner),
                    ":until": self._until(),
                    ":now": milliseconds(self._clock.now()),
                    ":one": number(1),
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
                return None
            raise write_failure(error) from error
        except BotoCoreError as error:
            raise write_failure(error) from error
        item = answer["Attributes"]
        return Lease(integration, int(item["token"]["N"]), read_state(integration, item))

    def want_full(self, integration: str) -> None:
        """Remember that a full run was asked for while another run was under way."""
        write(
            self._client.update_item,
            TableName=self._sync,
            Key=state_key(integration),
            UpdateExpression="SET #wanted = :yes",
            ExpressionAttributeNames={"#wanted": "full_wanted"},
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )

    def save(self, lease: Lease, run: Run, changes: Changes) -> None:
        """Write the changes and, with the last of them, the checkpoint; extend the lease."""
        expression = "SET #run = :run, #until = :until ADD #games :added"
        checkpoint = self._fenced(lease, expression, "run", "lease_until", "games")
        checkpoint["ExpressionAttributeValues"].update(
            {
                ":run": text(msgspec.json.encode(run).decode()),
                ":until": self._until(),
                ":added": number(changes.added),
            }
        )
        chunks = transactions(lease.integration, changes, self._catalogue, self._sync)
        for chunk in chunks[:-1]:
            self._commit([self._fence(lease), *chunk])
        if chunks:
            self._commit([{"Update": checkpoint}, *chunks[-1]])
        elif not write(self._client.update_item, **checkpoint):
            raise LeaseLostError(lease.integration)

    def finish(self, lease: Lease, state: SyncState) -> bool:
        """Store the finished state and give the lease back; true when a full run is wanted."""
        full = state.last_run is not None and state.last_run.mode == "full"
        expression = "SET #kept = :kept, #until = :zero, #games = :games REMOVE #run"
        names = ["kept", "lease_until", "games", "run"]
        if full:
            expression, names = f"{expression}, #full_wanted", [*names, "full_wanted"]
        if full and state.last_run is not None and state.last_run.accept_drop:
            expression, names = f"{expression}, #drop_accepted", [*names, "drop_accepted"]
        request = self._fenced(lease, expression, *names)
        kept = Kept(**{name: getattr(state, name) for name in Kept.__struct_fields__})
        request["ExpressionAttributeValues"].update(
            {
                ":kept": text(msgspec.json.encode(kept).decode()),
                ":zero": number(0),
                ":games": number(state.games),
            }
        )
        if not write(self._client.update_item, **request):
            raise LeaseLostError(lease.integration)
        return self.state(lease.integration).full_wanted

    def abandon(self, lease: Lease) -> None:
        """Forget the run, and give the lease back."""
        self._give_back(lease, "SET #until = :zero REMOVE #run", "lease_until", "run")

    def release(self, lease: Lease) -> None:
        """Give the lease back; the run can be resumed."""
        self._give_back(lease, "SET #until = :zero", "lease_until")

    def state(self, integration: str) -> SyncState:
        """Return what is kept of an integration."""
        return read_state(integration, get(self._client, self._sync, state_key(integration)) or {})

    def quarantined(self, integration: str, *, raw: bool = False) -> Iterator[Quarantined]:
        """Yield what is in quarantine, with the records when `raw`."""
        request: dict[str, Any] = {
            "TableName": self._sync,
            "KeyConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": text(quarantine_id(integration))},
            "ConsistentRead": True,
        }
        if not raw:
            request["ProjectionExpression"] = "entry, fault, reason, fingerprint, page_key, #at"
            request["ExpressionAttributeNames"] = {"#at": "at"}
        return map(read_quarantined, query(self._client, **request))

    def _give_back(self, lease: Lease, expression: str, *names: str) -> None:
        request = self._fenced(lease, expression, *names)
        request["ExpressionAttributeValues"][":zero"] = number(0)
        # Lost meanwhile: then there is nothing to give back.
        write(self._client.update_item, **request)

    def _fenced(self, lease: Lease, expression: str, *names: str) -> dict[str, Any]:
        aliases = {f"#{_alias(name)}": name for name in names}
        return {
            "TableName": self._sync,
            "Key": state_key(lease.integration),
            "UpdateExpression": expression,
            "ConditionExpression": _FENCE,
            "ExpressionAttributeNames": {**aliases, "#token": "token"},
            "ExpressionAttributeValues": {":token": number(lease.token)},
        }

    def _fence(self, lease: Lease) -> dict[str, Any]:
        return {
            "ConditionCheck": {
                "TableName": self._sync,
                "Key": state_key(lease.integration),
                "ConditionExpression": _FENCE,
                "ExpressionAttributeNames": {"#token": "token"},
                "ExpressionAttributeValues": {":token": number(lease.token)},
            }
        }

    def _commit(self, writes: Sequence[dict[str, Any]]) -> None:
        """Write all or nothing; the first of `writes` is the fence."""
        for attempt in range(_TRIES):
            try:
                reasons = transact(self._client, writes)
            except BusyError:
                reasons = ("Busy",)
            if not reasons:
                return
            if reasons[0] == CONDITION_FAILED:
                raise LeaseLostError("the lease has another owner")
            if CONDITION_FAILED in reasons:
                raise OwnerConflictError("a game has another owner")
            self._sleep(random.random() * 0.05 * 2**attempt)  # noqa: S311
        raise BusyError("the catalogue's table is too busy")

    def _until(self) -> Value:
        return milliseconds(self._clock.now() + self._lease_s)


def _alias(name: str) -> str:
    return "until" if name == "lease_until" else name
