"""The faults that a ledger can have: each kind has a name that people can look up."""

from dataclasses import dataclass
from typing import Literal

from casino.wallet.model import Entry, wallet_key

type FaultCode = Literal[
    # any item
    "unreadable_item",
    # one entry
    "rule_of_kind",
    "answer",
    "spendable",
    "entry_hash",
    "fingerprint",
    "postings_unbalanced",
    "player_posting",
    "amount_posting",
    "refusal_moved_money",
    "kind_unknown",
    "accounts_of_kind",
    "overspent",
    # a wallet's chain
    "sequence_gap",
    "sequence_duplicate",
    "balance_discontinuity",
    "chain_broken",
    "refusal_out_of_place",
    "head_balance",
    "head_hash",
    "entry_beyond_head",
    "wallet_overdrawn",
    # the archive, and what was signed of it
    "archived_missing",
    "archived_otherwise",
    "archived_late",
    "archive_conflict",
    "archive_object",
    "archive_object_missing",
    "not_archived",
    "checkpoint_chain",
    "checkpoint_forged",
    "checkpoint_head",
    "checkpoint_missing",
    "checkpoint_unreadable",
    # limits
    "limit_counts",
    # sessions, players, and the audit of changes
    "session_missing",
    "session_mismatch",
    "player_missing",
    "block_mismatch",
    "block_not_audited",
    "exclusion_mismatch",
    "exclusion_not_audited",
    "limits_not_audited",
    "reserved_sum",
    # bonus money
    "bonus_split",
    "bonus_balance",
    "bonus_wagered",
    "bonus_grant",
    "bonus_round",
    # held wins
    "held_sum",
    "release_without_win",
    # refunds, void markers, tombstones
    "refund_without_bet",
    "refund_amount",
    "refund_postings",
    "bet_refunded_twice",
    "void_missing",
    "void_mismatch",
    "void_without_refund",
    "void_without_bet",
    "tombstone_missing",
    "tombstone_without_refund",
    "bet_under_tombstone",
    # holds and what ends them
    "hold_missing",
    "hold_mismatch",
    "hold_without_entry",
    "end_missing",
    "end_mismatch",
    "end_without_entry",
    "end_without_hold",
    "end_postings",
    "held_account",
    "held_mark",
    # purchases and what takes them back
    "reversal_without_purchase",
    "reversed_beyond_purchase",
    # rounds
    "round_missing",
    "round_counters",
    "notice_without_round",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `wallet` is `<currency>#<player_id>`, empty where none is known."""

    code: FaultCode
    wallet: str
    transaction_id: str | None
    detail: str


def fault_of(entry: Entry, code: FaultCode, detail: str) -> Fault:
    """Return a fault of one entry."""
    wallet = wallet_key(entry.player_id, entry.currency)
    return Fault(code, wallet, entry.transaction_id, detail)
