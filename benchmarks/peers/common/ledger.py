"""The ledger's items, for every peer: what a bet reads, and the transaction that it writes.

The tables are the wallet's own, so that one casino serves all. The version of the wallet pins the
balance, which makes the balance in the answer exact.
"""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from igsp import RefusedError

LEDGER, WALLETS, SESSIONS, ROUNDS = (
    os.environ[f"{name}_TABLE"] for name in ("LEDGER", "WALLETS", "SESSIONS", "ROUNDS")
)
INTEGRATION = "sandbox"
_FREE = "attribute_not_exists(id)"

type Bet = Mapping[str, Any]
type Item = dict[str, dict[str, Any]]


def keys(bet: Bet) -> dict[str, Item]:
    """Return by table the keys of the bet's entry, wallet, session and round."""
    wallet = f"{INTEGRATION}#{bet['currency']}#{bet['player_id']}"
    return {
        LEDGER: {"id": {"S": f"{INTEGRATION}#tx#{bet['transaction_id']}"}},
        WALLETS: {"player_id": {"S": bet["player_id"]}, "currency": {"S": bet["currency"]}},
        SESSIONS: {"session_id": {"S": bet["session_id"]}},
        ROUNDS: {"wallet": {"S": wallet}, "round_id": {"S": bet["round_id"]}},
    }


def batch(bet: Bet) -> dict[str, Any]:
    """Return the one batch read of a bet: its entry, wallet, session and round."""
    return {table: {"Keys": [key], "ConsistentRead": True} for table, key in keys(bet).items()}


def found(responses: Mapping[str, list[Item]]) -> tuple[Item | None, Item | None, Item | None]:
    """Return entry, wallet and session of a batch read's answer."""
    entry, wallet, session = (
        next(iter(responses.get(name, ())), None) for name in (LEDGER, WALLETS, SESSIONS)
    )
    return entry, wallet, session


def decide(bet: Bet, wallet: Item | None, session: Item | None) -> tuple[str, list[dict[str, Any]]]:
    """Return the answer's body and the transaction's writes; raises `RefusedError`."""
    if session is None or int(session["expires_at"]["N"]) <= time.time():
        raise RefusedError(403, "session_expired")
    if wallet is None or session["player_id"]["S"] != bet["player_id"]:
        raise RefusedError(404, "player_not_found")
    if wallet["blocked"]["BOOL"]:
        raise RefusedError(403, "player_blocked")
    before, stake = int(wallet["balance"]["N"]), int(Decimal(bet["amount"]).scaleb(2))
    if before - int(wallet["reserved"]["N"]) < stake:
        raise RefusedError(402, "insufficient_funds")
    after = before - stake
    balance = f"{after // 100}.{after % 100:02}"
    body = f'{{"balance":{balance},"transaction_id":{json.dumps(f"plt-{uuid4().hex}")}}}'
    return body, _writes(bet, wallet, stake, after, body)


def _writes(bet: Bet, wallet: Item, stake: int, after: int, body: str) -> list[dict[str, Any]]:
    seq, version = int(wallet["seq"]["N"]) + 1, int(wallet["version"]["N"])
    key = keys(bet)
    entry: Item = {
        **key[LEDGER],
        "record": {"S": "applied"},
        "kind": {"S": "bet"},
        "type": {"S": bet["type"]},
        "wallet": {"S": f"{bet['currency']}#{bet['player_id']}"},
        "amount": {"N": str(stake)},
        "seq": {"N": str(seq)},
        "before": wallet["balance"],
        "after": {"N": str(after)},
        "postings": {"M": {"player": {"N": str(-stake)}, "house": {"N": str(stake)}}},
        "session_id": {"S": bet["session_id"]},
        "round_id": {"S": bet["round_id"]},
        "game_id": {"S": bet["game_id"]},
        "body": {"S": body},
        "at": {"S": datetime.now(UTC).isoformat(timespec="milliseconds")},
    }
    moved = {":after": after, ":seq": seq, ":new": version + 1, ":read": version}
    return [
        {"Put": {"TableName": LEDGER, "Item": entry, "ConditionExpression": _FREE}},
        {"Update": {
            "TableName": WALLETS,
            "Key": key[WALLETS],
            "UpdateExpression": "SET balance = :after, seq = :seq, version = :new",
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": {name: {"N": str(to)} for name, to in moved.items()},
        }},
        {"Update": {
            "TableName": ROUNDS,
            "Key": key[ROUNDS],
            "UpdateExpression": "ADD bets :one, version :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }},
    ]  # fmt: skip
