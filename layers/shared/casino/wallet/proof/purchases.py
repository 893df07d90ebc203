"""Checks that what was taken back of a purchase was bought, in that wallet, and is no more."""

from collections import Counter
from collections.abc import Iterable, Iterator

from casino.wallet.model import Entry
from casino.wallet.proof.faults import Fault, fault_of
from casino.wallet.proof.links import Records


def check_purchases(entries: Iterable[Entry], records: Records) -> Iterator[Fault]:
    """Check each reversal against its purchase, and their sum."""
    taken: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if entry.kind != "reversal" or entry.record != "applied":
            continue
        purchase = records.entry(entry.integration, entry.bet_transaction_id or "")
        owner = (entry.player_id, entry.currency)
        if (
            purchase is None
            or purchase.kind != "purchase"
            or purchase.record != "applied"
            or (purchase.player_id, purchase.currency) != owner
        ):
            detail = f"{entry.bet_transaction_id} is no purchase of this wallet"
            yield fault_of(entry, "reversal_without_purchase", detail)
            continue
        key = (purchase.integration, purchase.transaction_id)
        taken[key] += entry.amount_minor
        if taken[key] > purchase.amount_minor:
            detail = f"{taken[key]} of {purchase.amount_minor} were taken back"
            yield fault_of(entry, "reversed_beyond_purchase", detail)
