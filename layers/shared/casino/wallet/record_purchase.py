"""Turns an order's purchase and reversals into entries, each one after the other in its wallet."""

from collections.abc import Iterable
from dataclasses import replace

from casino.wallet.decision import Snapshot
from casino.wallet.dialect import Words
from casino.wallet.model import Transaction, Wallet
from casino.wallet.ports import Commit
from casino.wallet.purchase import decide_purchase
from casino.wallet.record import commit_for


def purchase_commits(
    wallet: Wallet, requests: Iterable[Transaction], at: str, dialect: Words
) -> tuple[Commit, ...]:
    """Return the entries to write together; the first holds the wallet as it was read."""
    commits: list[Commit] = []
    for request in requests:
        posting = decide_purchase(wallet, request)
        made = commit_for(Snapshot(wallet=wallet), request, posting, at, dialect, attributed=True)
        entry = made.entry
        wallet = replace(
            wallet,
            balance_minor=entry.balance_after_minor,
            seq=entry.seq,
            head_hash=entry.hash,
        )
        commits.append(made)
    return tuple(commits)
