"""Reads items that whoever tampers may have put there: what nobody can read is said, not raised."""

from collections.abc import Callable
from typing import Final

from casino.aws.attributes import Item
from casino.wallet.model import wallet_key
from casino.wallet.ports import LedgerItem, Unreadable
from casino.wallet.store.hold_items import is_hold_item, read_hold_item
from casino.wallet.store.items import read_ledger_item
from casino.wallet.store.release_items import is_release_item, read_release_item

#: The keys of the ledger, the rounds and the wallets.
_KEYS: Final = ("id", "session_id", "wallet", "round_id", "player_id", "currency")


def read_item(item: Item) -> LedgerItem:
    """Read any item of the ledger; raises what `readable` names for one that nobody can read."""
    if is_release_item(item):
        return read_release_item(item)
    return read_hold_item(item) if is_hold_item(item) else read_ledger_item(item)


def readable[T](read: Callable[[Item], T], item: Item) -> T | Unreadable:
    """Read an item, or say why it cannot be read: whoever tampers keeps to no form."""
    try:
        return read(item)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        key = [item[name]["S"] for name in _KEYS if "S" in item.get(name, {})]
        said = f"{type(error).__name__}: {error}"
        return Unreadable(" ".join(key), _wallet_of(item), said)


def _wallet_of(item: Item) -> str:
    """Return the wallet that an unreadable item says it belongs to, if it says so."""
    if {"player_id", "currency"} <= item.keys():
        return wallet_key(*(str(item[n].get("S")) for n in ("player_id", "currency")))
    named = item.get("wallet") or item.get("claimed") or {}
    return str(named.get("S", "")) if "id" in item else ""
