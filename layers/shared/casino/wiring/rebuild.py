"""Wires the rebuild after a restore."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from casino.accounts.store.bought import DynamoDbBought
from casino.accounts.store.reservations import DynamoDbReservations
from casino.aws.dynamodb import scan
from casino.aws.tables import Tables
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.store.registry import DynamoDbRegistry
from casino.wallet.dialect import Dialect, Words
from casino.wallet.model import PLATFORM
from casino.wallet.purchase import purchase_id
from casino.wallet.rebuild.model import Beside, Promise
from casino.wallet.rebuild.service import Rebuild
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.items import read_player
from casino.wallet.store.rebuilt import DynamoDbMender


def rebuild_of(client: Any, tables: Tables, clock: Clock) -> Rebuild:
    """Return the use case over these tables; of others than the ledger's it reads only."""
    history, mender = DynamoDbHistory(client, tables), DynamoDbMender(client, tables)
    words = _words(DynamoDbRegistry(client, tables))
    return Rebuild(history, mender, lambda: _beside(client, tables), words, clock)


def _words(registry: DynamoDbRegistry) -> Callable[[str], Words]:
    dialects: dict[str, Dialect] = {each.name: each for each in (Igsp(), Flexsoft(), Winupgo())}

    @cache
    def words(integration: str) -> Words:
        found = registry.get(integration)
        if found is None:
            raise AdminError("integration_not_found", f"the registry lacks {integration}")
        return dialects[found.family]

    return words


def _beside(client: Any, tables: Tables) -> Beside:
    players = map(read_player, scan(client, tables.players))
    reserved: Counter[tuple[str, str]] = Counter()
    for made in DynamoDbReservations(client, tables).all():
        if made.state == "open":
            reserved[made.player_id, made.currency] += made.amount_minor
    promises = tuple(_promises(client, tables))
    return Beside({each.player_id: each for each in players}, dict(reserved), promises)


def _promises(client: Any, tables: Tables) -> Iterator[Promise]:
    for made in DynamoDbReservations(client, tables).all():
        if made.paid_by:
            owner, what = (made.player_id, made.currency), f"reservation {made.reservation_id}"
            yield Promise(*owner, PLATFORM, made.paid_by, f"{what} is paid by a lost withdrawal")
    for order in DynamoDbBought(client, tables).credited():
        owner, what = (order.player_id, order.currency), f"order {order.order_id}"
        bought = purchase_id(order.order_id)
        yield Promise(*owner, order.integration, bought, f"{what} is credited, its entry is lost")
