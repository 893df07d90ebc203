"""What the stand-in for AWS answers: well-formed, and such that every bet is applied.

The wallet is always as new, and neither ledger nor round nor idempotency record is ever there. So
the thousandth bet costs what the first one did, whatever a variant asks for.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from casino.aws.attributes import Item, text
from casino.integrations.store.items import integration_item, registry_key
from casino.wallet.chain import genesis_hash
from casino.wallet.model import Player as Known
from casino.wallet.model import Wallet
from casino.wallet.store.items import player_item, session_item, wallet_item
from testing.bets import CURRENCY, PLAYER
from testing.callers import CALLERS

_OPENED: Final = "2026-01-01T00:00:00Z"


def answer(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what DynamoDB or Secrets Manager answers; raises `KeyError` for other calls."""
    return _ANSWERS[operation](request)


def _get_item(request: Mapping[str, Any]) -> Mapping[str, Any]:
    item = _item(request["Key"])
    return {"Item": item} if item else {}


def _batch_get_item(request: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {
        table: [item for key in asked["Keys"] if (item := _item(key))]
        for table, asked in request["RequestItems"].items()
    }
    return {"Responses": found, "UnprocessedKeys": {}}


def _get_secret_value(request: Mapping[str, Any]) -> Mapping[str, Any]:
    name = request["SecretId"]
    return {
        "ARN": f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}",
        "Name": name,
        "VersionId": "6b1f4f0c-6b5e-4b0a-8f0a-6c2f9d7b1f11",
        "SecretString": _SECRETS[name],
        "VersionStages": [request.get("VersionStage", "AWSCURRENT")],
        "CreatedDate": 1_767_225_600.0,
    }


_ANSWERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]] = {
    "GetItem": _get_item,
    "BatchGetItem": _batch_get_item,
    "GetSecretValue": _get_secret_value,
    "Query": lambda _request: {"Items": _KEYS},
    **dict.fromkeys(("PutItem", "UpdateItem", "TransactWriteItems"), lambda _request: {}),
}


def _item(key: Mapping[str, Mapping[str, str]]) -> Item | None:
    """Return what is under a key: the first attribute tells the table, its value the item."""
    if "currency" in key:
        return _WALLET
    if "player_id" in key:
        return _PLAYER
    if "session_id" in key:
        return _SESSIONS.get(key["session_id"]["S"])
    return _INTEGRATIONS.get(key["id"]["S"]) if key.get("kind") == {"S": "integration"} else None


def _on_the_wire(item: Item) -> Item:
    """Write bytes as DynamoDB does."""
    return {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in item.items()
    }


_HASH: Final = genesis_hash(PLAYER.player_id, CURRENCY)
_BALANCE_MINOR, _SEQ, _VERSION = 9_876_543_210, 41_234, 41_240
_WALLET: Final = _on_the_wire(
    wallet_item(
        Wallet(PLAYER.player_id, CURRENCY, _BALANCE_MINOR, 0, _SEQ, _VERSION, _HASH, blocked=False)
    )
)
_PLAYER: Final = player_item(Known(PLAYER.player_id, blocked=False, created_at=_OPENED))
_SESSIONS: Final = {each.session_id: session_item(each.session) for each in CALLERS.values()}
_KEYS: Final[list[Item]] = [
    {**registry_key("key", each.pair.api_key), "integration": text(each.integration.name)}
    for each in CALLERS.values()
]
_OWNERS: Final = [each.integration for each in CALLERS.values()]
_INTEGRATIONS: Final = {each.name: integration_item(each) for each in _OWNERS}
_SECRETS: Final = {each.integration.secret_name: each.secret for each in CALLERS.values()}
