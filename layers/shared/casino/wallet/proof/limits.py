"""Proves what is counted against limits: the windows of a wallet hold what its entries moved."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from casino.base.times import epoch
from casino.limits.decide import folded
from casino.wallet.limited import movement_of
from casino.wallet.model import Entry, Wallet, wallet_key
from casino.wallet.proof.faults import Fault


def check_counts(head: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Compare the counts of a wallet with those of its entries up to the head.

    What was shown at reality checks is not proved: it hangs on limits that have changed since.
    """
    if head.limits is None or head.play is None:
        return
    applied = [entry for entry in entries if entry.record == "applied" and entry.seq <= head.seq]
    moved = (
        (int(epoch(entry.at)), movement_of(entry.kind, _delta(entry)))
        for entry in sorted(applied, key=lambda entry: entry.seq)
    )
    told = folded(head.limits, [(at, movement) for at, movement in moved if movement is not None])
    stands = replace(head.play, check_active_s=0, check_staked=0, check_returned=0)
    proved = replace(told, check_active_s=0, check_staked=0, check_returned=0)
    if stands != proved:
        detail = f"the wallet counts {stands}, its entries {proved}"
        yield Fault("limit_counts", wallet_key(head.player_id, head.currency), None, detail)


def _delta(entry: Entry) -> int:
    return entry.balance_after_minor - entry.balance_before_minor
