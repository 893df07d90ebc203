"""Checks each entry against the rules that may decide its kind, and against what it could spend."""

from collections.abc import Iterator
from typing import Final

from casino.wallet.bonus_grant import BONUS_KINDS
from casino.wallet.hold_refusals import HOLD_REFUSALS
from casino.wallet.model import WIN_HELD, Entry
from casino.wallet.proof.faults import Fault, fault_of
from casino.wallet.refusals import REFUSALS

#: Kind → the rules under which it is applied, or noted.
APPLIED: Final[dict[str, frozenset[str]]] = {
    "bet": frozenset({"bet_debit", "freespin_notional"}),
    "win": frozenset({"win_credit", "win_without_bet", "win_after_round_finished", WIN_HELD}),
    "refund": frozenset(
        {
            *("refund_credit", "refund_of_stake", "refund_after_win"),
            *("refund_repeated", "refund_unknown_bet_accepted", WIN_HELD),
        }
    ),
    "deposit": frozenset({"deposit"}),
    "withdrawal": frozenset({"withdrawal"}),
    "notice": frozenset({"round_closed", "session_opened", "event_received"}),
    "hold": frozenset({"hold"}),
    "settle": frozenset({"settle", WIN_HELD}),
    "rollback": frozenset({"rollback", WIN_HELD}),
    "purchase": frozenset({"purchase"}),
    "reversal": frozenset({"reversal", "reversal_owed"}),
    "bonus_grant": frozenset({"bonus_granted"}),
    "bonus_conversion": frozenset({"bonus_converted", WIN_HELD}),
    "bonus_forfeiture": frozenset({"bonus_forfeited"}),
}
_STAKES: Final = frozenset({"bet", "hold"})
_LIMITED: Final = frozenset(code for code in REFUSALS if code.startswith("rg_"))
#: What only some kinds are refused with; any other recorded code may meet all that are refused.
_ONLY: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys({"player_blocked", "bets_disabled", "bonus_max_bet", *_LIMITED}, _STAKES),
    "insufficient_funds": frozenset({*_STAKES, "withdrawal"}),
    "unsupported_currency": _STAKES,
    "bet_cancelled": frozenset({"bet"}),
    "round_refunded": frozenset({"win"}),
    **dict.fromkeys(
        ("bet_not_found", "bet_already_refunded", "type_mismatch", "refund_amount_mismatch"),
        frozenset({"refund"}),
    ),
    "refund_not_allowed": frozenset({"refund"}),
    "duplicate_bet": frozenset({"hold", "settle"}),
    "bet_already_settled": frozenset({"rollback"}),
    "rollback_unknown_bet": frozenset({"rollback"}),
    "rollback_repeated": frozenset({"rollback"}),
}
_NEVER_REFUSED: Final = frozenset({"deposit", "notice", "purchase", "reversal", *BONUS_KINDS})


def check_rule(entry: Entry) -> Iterator[Fault]:
    """Check that the rule decides such a kind so, and that no more was reserved than there was."""
    if entry.record == "refused":
        spec = REFUSALS.get(entry.rule) or HOLD_REFUSALS.get(entry.rule)
        kinds = _ONLY.get(entry.rule)
        allowed = spec is not None and spec.recorded and entry.kind not in _NEVER_REFUSED
        allowed = allowed and (kinds is None or entry.kind in kinds)
    else:
        allowed = entry.rule in APPLIED.get(entry.kind, ())
        allowed = allowed and (entry.record == "noted") == (entry.kind == "notice")
        allowed = allowed and (entry.rule == "freespin_notional") == (
            entry.kind == "bet" and entry.type == "freespin"
        )
    if not allowed:
        yield fault_of(entry, "rule_of_kind", f"no {entry.kind} is {entry.record} as {entry.rule}")
    if not 0 <= entry.reserved_minor <= max(0, entry.balance_before_minor):
        detail = f"{entry.reserved_minor} of {entry.balance_before_minor} were reserved"
        yield fault_of(entry, "spendable", detail)
