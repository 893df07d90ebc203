"""The toy behind the wallet's seam."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call, Claim, Outcome, Request

from . import answers, requests
from .signature import ToyFamily

_SIGNATURE: Final = ToyFamily()


@dataclass(frozen=True, slots=True)
class Toy:
    """`Dialect` of the toy."""

    name = "toy"
    headers = answers.HEADERS
    action = "unknown"

    def who(self, call: Call) -> Claim:
        return Claim(_SIGNATURE.credential(call.headers))

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        return _SIGNATURE.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: str) -> Request:
        return requests.read(call, integration)

    def answer(self, outcome: Outcome) -> Answer:
        return answers.answer(outcome)
