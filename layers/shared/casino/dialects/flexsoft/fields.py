"""The names of Flexsoft's fields, and its unit of money.

The partner's tables of fields are not public: most names are those of the family of wallets that
share its unit and envelope. They stand here alone, so that a correction is one line
(docs/flexsoft.md lists them). Amounts are integers in thousandths of the currency's main unit.
"""

from typing import Any, Final

from casino.base.errors import RequestRefusedError
from casino.base.money import EXPONENTS, MAX_AMOUNT_MAJOR

USER_ID: Final = "user_id"
USER_TOKEN: Final = "user_token"  # noqa: S105 - a name
SESSION_TOKEN: Final = "session_token"  # noqa: S105 - a name
CURRENCY: Final = "currency"
ACTION: Final = "action"
AMOUNT: Final = "amount"
GAME: Final = "game"
#: Either name is taken; where both are missing, the bet's own id is the round.
ROUNDS: Final = ("round_id", "action_id")
TX: Final = "provider_tx_id"
BET_TX: Final = "withdraw_provider_tx_id"
OUR_TX: Final = "operator_tx_id"
OLD_BALANCE: Final = "old_balance"
NEW_BALANCE: Final = "new_balance"
BALANCE: Final = "balance"

_MILLIS: Final = 1_000
_SCALE: Final[dict[str, int]] = {currency: 10**digits for currency, digits in EXPONENTS.items()}


def to_minor(millis: Any, currency: str) -> int:
    """Return an amount in minor units of `currency`; nothing is rounded.

    Raises `RequestRefusedError` for what is no amount, or finer than the currency.
    """
    if isinstance(millis, bool) or not isinstance(millis, int):
        raise RequestRefusedError("invalid_request", f"{AMOUNT} must be an integer")
    if not 0 <= millis <= MAX_AMOUNT_MAJOR * _MILLIS:
        raise RequestRefusedError("invalid_request", f"{AMOUNT} is out of range")
    minor, rest = divmod(millis * _SCALE[currency], _MILLIS)
    if rest:
        raise RequestRefusedError("amount_precision", f"{currency} cannot hold it exactly")
    return minor


def to_millis(minor: int, currency: str) -> int:
    """Return minor units in thousandths; what is finer is rounded down."""
    return minor * _MILLIS // _SCALE[currency]
