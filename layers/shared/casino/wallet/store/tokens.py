"""The one-time tokens of launched sessions on DynamoDB, and the copies that tokens are found by.

The hooks read a session by its key alone, together with everything else. A counterpart that names
sessions by a token of its own finds a copy of the session under this token; whoever changes the
session's status changes the copy in the same transaction. There is at most one open copy.
"""

import hmac
from dataclasses import replace
from typing import Any, Final

from casino.aws.attributes import Item, flag, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, difference, get, transact
from casino.aws.tables import Tables
from casino.base.errors import BusyError, RequestRefusedError
from casino.wallet.model import Session, session_key
from casino.wallet.queries import BalanceQuery, TokenExchange
from casino.wallet.store.items import read_session, session_item

#: How long after its launch a token can be exchanged for the first time, in seconds.
TOKEN_S: Final = 600

_NAMES: Final = {"#status": "status", "#token": "session_token", "#used": "used"}


def put_copy(table: str, session: Session, token: str) -> dict[str, Any]:
    """Return the write of the copy of a session that stands under the counterpart's token.

    A counterpart may go on under one token for the same player and currency, never for another.
    """
    key = session_key(session.integration, token)
    copy = session_item(session) | {"session_id": text(key), "of": text(session.session_id)}
    return {
        "Put": {
            "TableName": table,
            "Item": copy,
            "ConditionExpression": (
                "attribute_not_exists(session_id) OR (player_id = :player AND currency = :currency)"
            ),
            "ExpressionAttributeValues": {
                ":player": copy["player_id"],
                ":currency": copy["currency"],
            },
        }
    }


def copy_changes(
    client: DynamoDbClient, table: str, session: Session, token: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the writes that give a session's copy the status of `session`.

    `token` is the attribute of the session; [] without one, and when the token names a later
    session by now. They go with the write of the session, in one transaction.
    """
    if token is None:
        return []
    key: Item = {"session_id": text(session_key(session.integration, token["S"]))}
    copy = get(client, table, key) or {}
    if copy.get("of") != text(session.session_id):
        return []
    return difference(table, key, copy, copy | {"status": text(session.status)})


class DynamoDbTokens:
    """Exchanges the one-time token of a launch: `<session id>.<the launch's attempt>`."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.sessions

    def exchange(self, request: TokenExchange, now: float) -> BalanceQuery:
        """Bind the token to the session token that uses it; return whose balance to answer.

        The same exchange succeeds again while the session is open. Raises `RequestRefusedError`
        with `session_not_found`, `session_expired` or `currency_mismatch`, and `BusyError`.
        """
        item = self._launched(request)
        session = read_session(item)
        if session.status != "active" or now >= session.expires_at:
            raise RequestRefusedError("session_expired")
        if request.currency not in (None, session.currency):
            raise RequestRefusedError("currency_mismatch")
        if "used" not in item:
            if now >= int(item["started_at"]["N"]) + TOKEN_S:
                raise RequestRefusedError("session_not_found", "the user_token is over")
            self._bind(session, item, request.session_token)
            item = self._launched(request)
        if "used" not in item or item["session_token"]["S"] != request.session_token:
            raise RequestRefusedError("session_not_found", "the user_token is used")
        return BalanceQuery(
            request.integration,
            session.player_id,
            session.currency,
            session.session_id,
            request.trace_id,
        )

    def _launched(self, request: TokenExchange) -> Item:
        """Return the session that the token was made for."""
        session_id, _, attempt = request.user_token.rpartition(".")
        key = {"session_id": text(session_id)}
        item = get(self._client, self._table, key) if session_id and attempt else None
        found = item is not None and item["integration"]["S"] == request.integration
        if item is None or not found or "attempt" not in item or "started_at" not in item:
            raise RequestRefusedError("session_not_found")
        if not hmac.compare_digest(item["attempt"]["S"].encode(), attempt.encode()):
            raise RequestRefusedError("session_not_found")
        return item

    def _bind(self, session: Session, item: Item, token: str) -> None:
        """Mark the token as used; another token than that of the launch replaces its copy.

        Nothing happens when somebody else was faster: the session, read again, tells.
        """
        known = item.get("session_token")
        condition = "#token = :known" if known else "attribute_not_exists(#token)"
        values = {":token": text(token), ":used": flag(True), ":active": text("active")}
        if known:
            values[":known"] = known
        update = {
            "TableName": self._table,
            "Key": {"session_id": text(session.session_id)},
            "UpdateExpression": "SET #token = :token, #used = :used",
            "ConditionExpression": (
                f"#status = :active AND attribute_not_exists(#used) AND {condition}"
            ),
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": values,
        }
        writes: list[dict[str, Any]] = [{"Update": update}]
        if known != text(token):
            writes.append(put_copy(self._table, session, token))
            closed = replace(session, status="closed")
            writes += copy_changes(self._client, self._table, closed, known)
        reasons = transact(self._client, writes)
        if reasons and CONDITION_FAILED not in reasons:
            raise BusyError("another transaction holds the session")
