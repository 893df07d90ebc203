"""What decided a transaction, in words."""

from typing import Final

from casino.wallet.model import Entry
from casino.wallet.refusals import REFUSALS

_APPLIED: Final = {
    "bet_debit": "The spendable balance covered the stake, so it was debited.",
    "freespin_notional": "A free spin debits no cash: its amount stands against the promotion.",
    "win_credit": "A win is owed, so it was credited at once.",
    "win_after_round_finished": (
        "A win is owed even in a finished round (late jackpots happen): credited, and flagged."
    ),
    "refund_credit": "The bet stood and was not refunded before, so what it debited was credited.",
    "refund_unknown_bet_accepted": (
        "The bet is unknown and the integration wants such refunds accepted: nothing moved, and "
        "the bet can never debit."
    ),
    "deposit": "The platform paid in.",
    "withdrawal": "The platform paid out of the spendable balance.",
}


def in_words(entry: Entry) -> str:
    """Return why an entry is what it is; a rule without words is named as it stands."""
    if entry.record == "applied":
        return _APPLIED.get(entry.rule, entry.rule)
    if entry.rule in REFUSALS:
        return f"Refused: {REFUSALS[entry.rule].message} Every copy gets the same refusal."
    return entry.rule
