"""The answers of the toy: one line of text, `DONE 97500 plt-…` or `NO insufficient_funds 300`."""

from collections.abc import Mapping
from typing import Final

from casino.wallet.dialect import Answer, Outcome
from casino.wallet.refusals import REFUSALS

HEADERS: Final[Mapping[str, str]] = {"Content-Type": "text/plain"}
_STRANGERS: Final = ("unauthorized", "invalid_signature", "timestamp_out_of_range")


def answer(outcome: Outcome) -> Answer:
    """Return the line for an outcome: 418 for strangers, 422 for what is refused, 529 for later."""
    words = ["DONE"] if outcome.code == "ok" else ["NO", outcome.code]
    words += [str(word) for word in (outcome.balance_minor, outcome.reference) if word is not None]
    return Answer(_status(outcome.code), " ".join(words))


def _status(code: str) -> int:
    if code == "ok":
        return 200
    if code in _STRANGERS:
        return 418
    return 529 if REFUSALS[code].retryable else 422
