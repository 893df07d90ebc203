"""Proves what is counted against limits: the windows of a wallet hold what its entries moved."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from casino.limits.decide import folded
from casino.wallet.limited import moved
from casino.wallet.model import Entry, Wallet, wallet_key
from casino.wallet.proof.faults import Fault


def check_counts(head: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Compare the counts of a wallet with those of its entries up to the head.

    What was shown at reality checks is not proved: it hangs on limits that have changed since.
    """
    if head.limits is None or head.play is None:
        return
    name = wallet_key(head.player_id, head.currency)
    applied = [entry for entry in entries if entry.record == "applied" and entry.seq <= head.seq]
    try:
        told = folded(head.limits, moved(sorted(applied, key=lambda entry: entry.seq)))
    except ValueError as error:
        yield Fault("limit_counts", name, None, f"an entry has no time: {error}")
        return
    stands = replace(head.play, check_active_s=0, check_staked=0, check_returned=0)
    proved = replace(told, check_active_s=0, check_staked=0, check_returned=0)
    if stands != proved:
        detail = f"the wallet counts {stands}, its entries {proved}"
        yield Fault("limit_counts", name, None, detail)
