"""Wires the rebuild after a restore."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from casino.accounts.store.bought import DynamoDbBought
from casino.accounts.store.reservations import DynamoDbReservations
from casino.audit.model import AuditRecord, player_of
from casino.audit.store import read_record
from casino.aws.dynamodb import scan
from casino.aws.tables import Tables
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.integrations.store.registry import DynamoDbRegistry
from casino.wallet.dialect import Words
from casino.wallet.model import PLATFORM
from casino.wallet.proof.standing import LIMIT_CHANGES, limits_left
from casino.wallet.purchase import purchase_id
from casino.wallet.rebuild.model import Beside, Promise
from casino.wallet.rebuild.service import Rebuild
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.items import read_player
from casino.wallet.store.rebuilt import DynamoDbMender
from casino.wiring.proof import WORDS


def rebuild_of(client: Any, tables: Tables, clock: Clock, zone: str = "UTC") -> Rebuild:
    """Return the use case over these tables; of others than the money's it only reads.

    `zone` is where days begin of limits whose wallet is lost.
    """
    history, mender = DynamoDbHistory(client, tables), DynamoDbMender(client, tables)
    words = _words(DynamoDbRegistry(client, tables))
    return Rebuild(history, mender, lambda: _beside(client, tables, zone), words, clock)


def _words(registry: DynamoDbRegistry) -> Callable[[str], Words]:
    @cache
    def words(integration: str) -> Words:
        found = registry.get(integration)
        if found is None:
            raise AdminError("integration_not_found", f"the registry lacks {integration}")
        return WORDS[found.family]()

    return words


def _beside(client: Any, tables: Tables, zone: str) -> Beside:
    read = map(read_player, scan(client, tables.players))
    players = {each.player_id: each for each in read}
    reserved: Counter[tuple[str, str]] = Counter()
    for made in DynamoDbReservations(client, tables).all():
        if made.state == "open":
            reserved[made.player_id, made.currency] += made.amount_minor
    promises = tuple(_promises(client, tables))
    limits = dict(_limits(client, tables))
    return Beside(players, dict(reserved), promises, limits, zone)


def _limits(
    client: Any, tables: Tables
) -> Iterator[tuple[tuple[str, str], tuple[tuple[str, int], ...]]]:
    """Yield what people left of the limits of wallets, where their changes lead to one end."""
    changes: defaultdict[tuple[str, str], list[AuditRecord]] = defaultdict(list)
    for item in scan(client, tables.audit):
        if item.get("what", {}).get("S") in LIMIT_CHANGES:
            record = read_record(item)
            changes[player_of(record.subject) or "", record.detail].append(record)
    for key, records in changes.items():
        left = limits_left(records, key[1])
        if len(left) == 1:
            values = (each.partition("=") for each in left.pop().split())
            yield key, tuple((name, int(value)) for name, _, value in values)


def _promises(client: Any, tables: Tables) -> Iterator[Promise]:
    for made in DynamoDbReservations(client, tables).all():
        if made.paid_by:
            owner, what = (made.player_id, made.currency), f"reservation {made.reservation_id}"
            yield Promise(*owner, PLATFORM, made.paid_by, f"{what} is paid by a lost withdrawal")
    for order in DynamoDbBought(client, tables).credited():
        owner, what = (order.player_id, order.currency), f"order {order.order_id}"
        bought = purchase_id(order.order_id)
        yield Promise(*owner, order.integration, bought, f"{what} is credited, its entry is lost")
