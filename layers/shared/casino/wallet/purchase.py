"""Money that a partner sold to a player, and what it takes back: the words and the decisions.

A purchase pays into the player's wallet. A refund or a lost dispute takes back, never below zero:
what the player does not have any more stands as a posting of the account `owed`. Nothing collects
it; whoever runs the casino decides that.
"""

from dataclasses import dataclass
from typing import Final

from casino.wallet.decision import Posting
from casino.wallet.model import Entry, Transaction, Wallet

PURCHASE_KINDS: Final = frozenset({"purchase", "reversal"})
#: The account of what players no longer had when it was taken back.
OWED: Final = "owed"


@dataclass(frozen=True, slots=True)
class Order:
    """What became of one order of a partner's; `amount_minor` is 0 until its purchase has come.

    `taken_back` holds what refunds and disputes have asked for: what tells each of them apart → its
    amount as a decimal text, since the currency is the purchase's, which may come later; 0 for a
    dispute that was won.
    """

    integration: str
    order_id: str
    player_id: str = ""
    currency: str = ""
    amount_minor: int = 0
    taken_back: tuple[tuple[str, str], ...] = ()
    version: int = 0


def purchase_id(order_id: str) -> str:
    """Return the transaction id of an order's purchase: there is one."""
    return f"purchase/{order_id}"


def reversal_id(order_id: str, reference: str) -> str:
    """Return the transaction id of a refund or dispute of an order."""
    return f"reversal/{order_id}/{reference}"


def decide_purchase(wallet: Wallet, request: Transaction) -> Posting:
    """Return what a purchase or reversal does to a wallet; neither is ever refused.

    A block stops no purchase: the player has paid. A reversal leaves what is reserved alone.
    """
    asked = request.amount_minor
    if request.kind == "purchase":
        return Posting("purchase", (("integration", -asked), ("player", asked)))
    taken = min(asked, max(0, wallet.spendable_minor))
    moved = {"integration": asked, OWED: taken - asked, "player": -taken}
    rule = "reversal" if taken == asked else "reversal_owed"
    return Posting(rule, tuple((account, minor) for account, minor in moved.items() if minor))


def owed_minor(entry: Entry) -> int:
    """Return what an entry adds to what its player owes."""
    return -sum(minor for account, minor in entry.postings if account == OWED)
