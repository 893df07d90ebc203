"""What of a counterpart's words may leave the region: known ids, counts and amounts.

The names are a list of what may pass, not of what may not: nobody knows what a counterpart sends.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

_NAMES: Final = frozenset(
    {
        *("event_id", "schema_version", "occurred_at", "idempotency_key", "payload", "status"),
        *("session_id", "game_id", "round_id", "bet_id", "hold_id", "settlement_id", "bonus_id"),
        *("bet", "win", "amount", "currency", "in_bonus", "bonus_state", "freespins_left"),
        *("order_id", "transaction_id", "item_id", "item_quantity", "subscription_id"),
        *("identity_id", "payout_id", "approval_id"),
    }
)
_WORD: Final = re.compile(r"[!-?A-~]{1,128}", re.ASCII)
_MOST_DIGITS: Final = 40
_MOST_DEPTH: Final = 4


def tellable(said: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return the fields that may be told; a text has no space and no `@`, and nothing is a list."""
    told: dict[str, Any] = {}
    for name in _NAMES & said.keys():
        value = said[name]
        if isinstance(value, dict) and depth < _MOST_DEPTH:
            told[name] = tellable(value, depth + 1)
        elif _is_plain(value):
            told[name] = value
    return dict(sorted(told.items()))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS
    return isinstance(value, int) and abs(value) < 10**_MOST_DIGITS
