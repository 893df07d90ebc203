"""A launch as its session's item stores it, beside the attributes that the hooks read.

The hooks read the session on every bet, so the item has to stay small: one read unit is 4 KB. The
exchange with the provider is short, and stored deflated.
"""

import json
import zlib
from typing import Any, Final

from casino.aws.attributes import Item, binary, flag, number, text
from casino.sessions.model import Exchange, Launch
from casino.wallet.model import Session, introduction
from casino.wallet.store.items import read_session, session_item

#: The sessions to look at are spread over so many partitions of the index `by_check`.
SHARDS: Final = 8

_OPTIONAL: Final = ("attempt", "url", "error", "replaces", "replaced_by", "session_token")


def shard(session_id: str) -> str:
    """Return the partition of the index that a session is watched in."""
    return f"watch#{zlib.crc32(session_id.encode()) % SHARDS}"


def watch_item(session: Session, check_at: int) -> Item:
    """Return the attributes that put a session into both indexes of those that somebody ends."""
    watched = {"shard": text(shard(session.session_id)), "check_at": number(check_at)}
    return watched | {"watched_of": text(session.player_id)}


def introduce(table: str, session: Session) -> dict[str, Any]:
    """Return the write that lets the session's integration ask for its player's balance.

    It goes with the write of the session, or neither is made; it fails without the player.
    """
    name = introduction(session.integration, session.currency)
    return {
        "Update": {
            "TableName": table,
            "Key": {"player_id": text(session.player_id)},
            "UpdateExpression": "ADD introduced_to :name",
            "ConditionExpression": "attribute_exists(player_id)",
            "ExpressionAttributeValues": {":name": {"SS": [name]}},
        }
    }


def launch_item(launch: Launch) -> Item:
    """Store a session with its launch; what is empty is left out."""
    item = session_item(launch.session)
    item["started_at"] = number(launch.started_at)
    if launch.fingerprint:
        item["fingerprint"] = binary(launch.fingerprint)
    if launch.ended_at:
        item["ended_at"] = number(launch.ended_at)
    if launch.final:
        item["final"] = flag(True)
    for name in _OPTIONAL:
        value = getattr(launch, name)
        if value:
            item[name] = text(value)
    if launch.exchange is not None:
        item["exchange"] = {"B": _deflated(launch.exchange)}
    return item


def read_launch(item: Item) -> Launch:
    """Read a session with its launch; one that an operator opened has none."""
    return Launch(
        session=read_session(item),
        fingerprint=item["fingerprint"]["B"].hex() if "fingerprint" in item else "",
        attempt=item.get("attempt", {"S": ""})["S"],
        started_at=int(item.get("started_at", {"N": "0"})["N"]),
        ended_at=int(item.get("ended_at", {"N": "0"})["N"]),
        url=_text(item, "url"),
        error=_text(item, "error"),
        final="final" in item,
        replaces=_text(item, "replaces"),
        replaced_by=_text(item, "replaced_by"),
        exchange=_inflated(item["exchange"]["B"]) if "exchange" in item else None,
        session_token=_text(item, "session_token"),
    )


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _deflated(exchange: Exchange) -> bytes:
    fields = {
        "request": exchange.request,
        "response": exchange.response,
        "status": exchange.status,
        "correlation": dict(exchange.correlation),
    }
    return zlib.compress(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"), 9)


def _inflated(stored: bytes) -> Exchange:
    fields: dict[str, Any] = json.loads(zlib.decompress(stored))
    return Exchange(**fields)
