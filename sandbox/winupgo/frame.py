"""The casino's own page around a studio's game: it shows the balance that no answer tells.

This is the casino's side, not the studio's, so it reads the wallet as the casino does.
"""

import os
from decimal import Decimal
from functools import cache

from casino.base.money import to_major
from ops.context import Operations, connect_local
from sandbox.stack import STACK_NAME


@cache
def _operations() -> Operations:
    return connect_local(os.environ["SANDBOX_ENDPOINT"], STACK_NAME)


def balance(player_id: str, currency: str) -> Decimal | None:
    """Return what a player can spend; None without such a wallet."""
    wallet = _operations().accounts.wallet(player_id, currency)
    return None if wallet is None else Decimal(to_major(wallet.spendable_minor, currency))
