"""How many bytes a bet leaves in the tables: what storage is charged for.

The wallet's own code writes the bet, to tables emulated in this process; the ids are as long as a
provider's may well be. Nothing is timed here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from moto import mock_aws

from casino.wallet.model import Transaction
from casino.wiring.hooks import wallet_service
from sandbox.ministack import REGION
from testing.capacity import item_size
from testing.world import GAME, SANDBOX, World, build_tables


def item_bytes() -> dict[str, int]:
    """Return the sizes of the items of a bet in a round of its own: entry, index and round."""
    with _emulated():
        world = build_tables("items")
        request = _place_bet(world)
        (entry,) = [
            item
            for item in _items(world, world.tables.ledger)
            if item["id"]["S"].endswith(request.transaction_id)
        ]
        (played,) = _items(world, world.tables.rounds)
    keys = {name: entry[name] for name in ("id", "wallet", "seq")}
    return {"entry": item_size(entry), "index": item_size(keys), "round": item_size(played)}


def _place_bet(world: World) -> Transaction:
    player_id = str(uuid4())
    request = Transaction(
        integration=SANDBOX.name,
        transaction_id=str(uuid4()),
        kind="bet",
        type="bet",
        player_id=player_id,
        currency="EUR",
        amount_minor=250,
        game_id=GAME,
        session_id=world.player(player_id),
        round_id=str(uuid4()),
        trace_id=str(uuid4()),
    )
    answer = wallet_service(world.client, world.tables).transact(request, SANDBOX)
    if answer.code != "ok":
        raise RuntimeError(f"the bet was answered {answer.code}")
    return request


def _items(world: World, table: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.client.scan(TableName=table)["Items"]
    return items


@contextmanager
def _emulated() -> Iterator[None]:
    nobody = {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION
    }  # fmt: skip
    with patch.dict(os.environ, nobody), mock_aws():
        os.environ.pop("AWS_ENDPOINT_URL", None)
        yield
