"""Flexsoft behind the wallet's seam: one function serves its four URLs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from casino.dialects.flexsoft import answers, requests
from casino.dialects.flexsoft.signature import FlexsoftFamily
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call, Claim, Outcome, Request

_SIGNATURE: Final = FlexsoftFamily()
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Flexsoft:
    """`Dialect` of Flexsoft."""

    name = "flexsoft"
    headers = _JSON
    action = "unknown"

    def who(self, call: Call) -> Claim:
        """Return the public key among the headers."""
        return Claim(_SIGNATURE.credential(call.headers))

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the version that signed the body."""
        return _SIGNATURE.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: str) -> Request:
        """Return the request in the body, as far as it fits the URL."""
        return requests.read(call, integration)

    def answer(self, outcome: Outcome) -> Answer:
        """Return the envelope."""
        return answers.answer(outcome)
