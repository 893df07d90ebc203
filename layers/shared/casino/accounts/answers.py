"""The words of the casino's own API: compact JSON, amounts as exact numbers."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from casino.accounts.refusals import ACCOUNT_ERRORS
from casino.base.api import error_body
from casino.base.money import amount
from casino.wallet.dialect import Answer, Outcome
from casino.wallet.model import Transaction

# An amount is written with all of its decimals: 1000.00, not 1000.0.
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def written(answer: Mapping[str, Any]) -> str:
    """Return compact JSON text."""
    return _ENCODER.encode(answer).decode()


def error_answer(code: str, trace_id: str, detail: str = "", **more: object) -> Answer:
    """Return the status and body of an error; raises `KeyError` for a code of nobody's."""
    error = ACCOUNT_ERRORS[code]
    return Answer(error.status, written(error_body(error, trace_id, detail) | more))


class PlatformWords:
    """What deposits and withdrawals are answered, and what the ledger keeps of it."""

    def answer(self, outcome: Outcome) -> Answer:
        """Return the movement with what the player can spend after it, or the error."""
        request, more = outcome.request, {}
        if outcome.balance_minor is not None:
            more["spendable"] = amount(outcome.balance_minor, outcome.currency)
        if outcome.code != "ok":
            return error_answer(outcome.code, outcome.trace_id, outcome.detail, **more)
        assert isinstance(request, Transaction)  # noqa: S101 - nobody asks for a balance here
        body = {
            "transaction_id": request.transaction_id,
            "reference": outcome.reference,
            "kind": request.kind,
            "player_id": request.player_id,
            "currency": request.currency,
            "amount": amount(request.amount_minor, request.currency),
        }
        return Answer(200, written(body | more))
