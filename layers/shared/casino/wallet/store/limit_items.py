"""What is allowed in a wallet and counted there, as attributes of its item and of its holds."""

from typing import TYPE_CHECKING

from casino.aws.attributes import Item
from casino.wallet.model import Wallet

if TYPE_CHECKING:  # only a wallet with limits loads them
    from casino.limits.model import Limits, Play


def limits_of(wallet: Wallet) -> Item:
    """Store the limits of a wallet and what is counted against them, where there are any."""
    if wallet.limits is None and wallet.play is None:
        return {}
    from casino.limits.items import limits_value, play_value

    item = {} if wallet.limits is None else {"limits": limits_value(wallet.limits)}
    return item if wallet.play is None else item | {"play": play_value(wallet.play)}


def read_limits_of(item: Item) -> "tuple[Limits | None, Play | None]":
    """Read what `limits_of` stores."""
    if item.keys().isdisjoint(("limits", "play")):
        return None, None
    from casino.limits.items import read_limits, read_play

    return (
        read_limits(item["limits"]) if "limits" in item else None,
        read_play(item["play"]) if "play" in item else None,
    )
