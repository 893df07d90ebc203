"""The inbox on DynamoDB: one item for each delivery, and one for each claim.

`attempts` and `next_at` together name a try: taking a delivery up writes them, and whatever a try
writes is conditional on them. A delivery that has ended goes after its retention; one that waits
stays.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import (
    CONDITION_FAILED,
    DynamoDbClient,
    get,
    put_if_absent,
    query,
    transact,
    write,
)
from casino.aws.tables import Tables
from casino.deliveries.model import Delivery, Done, Outcome, State, Write, pause_s, state_after
from casino.deliveries.ports import Committed
from casino.deliveries.store.items import (
    claim_item,
    delivery_item,
    delivery_key,
    read_delivery,
    written_told,
)

#: The index of states, each in the order of arrival.
BY_STATE: Final = "by_state"
DAY_S: Final = 24 * 3600
#: How long a delivery that has ended stays unless the stack says otherwise, in seconds.
RETENTION_S: Final = 90 * DAY_S

_ENDS: Final[frozenset[State]] = frozenset({"done", "ignored"})


class DynamoDbInbox:
    """`Inbox` over the table of the deliveries; `retention_s` counts from their ends."""

    def __init__(
        self, client: DynamoDbClient, tables: Tables, retention_s: int = RETENTION_S
    ) -> None:
        self._client = client
        self._table = tables.deliveries
        self._tables = tables
        self._retention_s = retention_s

    def put_if_absent(self, delivery: Delivery) -> Delivery | None:
        """Store a delivery; return the one that has its key already, else `None`."""
        there = put_if_absent(self._client, self._table, delivery_item(delivery))
        return read_delivery(there) if there else None

    def get(self, integration: str, key: str) -> Delivery | None:
        """Return a delivery."""
        item = get(self._client, self._table, delivery_key(integration, key))
        return read_delivery(item) if item else None

    def take(self, delivery: Delivery, now: float) -> Delivery | None:
        """Count a try of a received delivery that is due, and put the next one off."""
        if delivery.state != "received" or delivery.next_at > now:
            return None
        attempts = delivery.attempts + 1
        next_at = int(now) + pause_s(attempts)
        changes = {"attempts": number(attempts), "next_at": number(next_at)}
        if not write(self._client.update_item, **self._change(delivery, changes)):
            return None
        return replace(delivery, attempts=attempts, next_at=next_at)

    def commit(self, taken: Delivery, outcome: Outcome, now: float) -> Committed:
        """Write an outcome with its state, all or nothing, if `taken` is still the last try."""
        state = state_after(outcome)
        changes: Item = {
            "state": text(state),
            "reason": text(outcome.note if isinstance(outcome, Done) else outcome.reason),
            "ended_at": number(int(now)),
        }
        ends = int(now) + self._retention_s
        if state in _ENDS:
            changes["expires_at"] = number(ends)
        claims: list[dict[str, Any]] = []
        writes: tuple[Write, ...] = ()
        if isinstance(outcome, Done):
            changes["told"] = text(written_told(outcome.told))
            writes = outcome.writes
            if outcome.claim:
                claims = [self._claim(claim_item(taken, outcome.claim, ends))]
        first = {"Update": self._change(taken, changes)}
        reasons = transact(self._client, [first, *claims, *writes])
        if not reasons:
            return "committed"
        if reasons[0] == CONDITION_FAILED:
            return "lost"
        if claims and reasons[1] == CONDITION_FAILED:
            return "claimed"
        return "overtaken"

    def put_off(self, taken: Delivery, reason: str, state: State, now: float) -> None:
        """Note what a try met: the delivery stays `received`, or has `failed`."""
        changes: Item = {"reason": text(reason), "state": text(state)}
        if state != "received":
            changes["ended_at"] = number(int(now))
        write(self._client.update_item, **self._change(taken, changes))

    def of_state(self, state: State, integration: str | None = None) -> Iterator[Delivery]:
        """Yield the deliveries of a state, the oldest first, as the index knows them."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": BY_STATE,
            "KeyConditionExpression": "#state = :state",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":state": text(state)},
        }
        if integration is not None:
            request["FilterExpression"] = "integration = :integration"
            request["ExpressionAttributeValues"][":integration"] = text(integration)
        return map(read_delivery, query(self._client, **request))

    def change(self, delivery: Delivery, state: State, now: float, audit: AuditRecord) -> bool:
        """Give a delivery another state for a person, with the record; false if it changed."""
        changes: Item = {"state": text(state)}
        gone: tuple[str, ...] = ()
        if state == "received":
            changes |= {"attempts": number(0), "next_at": number(int(now))}
            gone = ("ended_at", "reason")
        else:
            changes |= {
                "ended_at": number(int(now)),
                "expires_at": number(int(now) + self._retention_s),
            }
        writes = [{"Update": self._change(delivery, changes, gone)}]
        return not transact_audited(self._client, self._tables, writes, audit)

    def _change(self, known: Delivery, changes: Item, gone: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return an update of a delivery that is still in the state and the try that is known."""
        names = {f"#{name}": name for name in (*changes, *gone, "state", "attempts", "next_at")}
        update = f"SET {', '.join(f'#{name} = :{name}' for name in changes)}"
        if gone:
            update += f" REMOVE {', '.join(f'#{name}' for name in gone)}"
        return {
            "TableName": self._table,
            "Key": delivery_key(known.integration, known.key),
            "UpdateExpression": update,
            "ConditionExpression": (
                "#state = :known_state AND #attempts = :known_attempts AND #next_at = :known_next"
            ),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":{name}": value for name, value in changes.items()}
            | {
                ":known_state": text(known.state),
                ":known_attempts": number(known.attempts),
                ":known_next": number(known.next_at),
            },
        }

    def _claim(self, item: Item) -> dict[str, Any]:
        put = {"TableName": self._table, "Item": item}
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(id)"}}
