"""WinUpGo behind the wallet's seam."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from casino.dialects.winupgo import answers
from casino.dialects.winupgo.access import check_headers, resource_of, transaction_id
from casino.dialects.winupgo.requests import parse_bet
from casino.dialects.winupgo.signature import WinupgoFamily
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call, Claim, Outcome
from casino.wallet.hold import HoldRequest

_SIGNATURE: Final = WinupgoFamily()
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Winupgo:
    """`Dialect` of WinUpGo."""

    name = "winupgo"
    action = "unknown"
    headers = _JSON

    def who(self, call: Call) -> Claim:
        """Return the `keyid` of the signature; what every request carries must be there."""
        resource_of(call)
        check_headers(call)
        return Claim(_SIGNATURE.credential(call.headers))

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the version that signed the request."""
        message = Message(call.body, call.headers, method=call.method, path=call.path)
        return _SIGNATURE.verify(message, pairs, now)

    def read(self, call: Call, integration: str) -> HoldRequest:
        """Return the hold, settlement or rollback in the body, as the signed path names it."""
        own_id = transaction_id(call)
        return parse_bet(resource_of(call), call.body, integration, own_id, call.trace_id)

    def answer(self, outcome: Outcome) -> Answer:
        """Return the answer in WinUpGo's words."""
        return answers.answer(outcome)
