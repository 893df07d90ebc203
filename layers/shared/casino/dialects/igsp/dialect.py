"""iGSP behind the wallet's seam; `route` is the action of a URL of its own, or `None`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from casino.dialects.igsp import answers
from casino.dialects.igsp.requests import Action, parse_hook
from casino.dialects.igsp.signature import IgspFamily
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call, Claim, Outcome, Request

_SIGNATURE: Final = IgspFamily()
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Igsp:
    """`Dialect` of iGSP; the one URL of the standard takes every action."""

    route: Action | None = None
    name = "igsp"
    headers = _JSON

    @property
    def action(self) -> str:
        """Return what a request counts as until it is read."""
        return self.route or "unknown"

    def who(self, call: Call) -> Claim:
        """Return the `api_key` among the headers."""
        return Claim(_SIGNATURE.credential(call.headers))

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the version that signed body and timestamp."""
        return _SIGNATURE.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: str) -> Request:
        """Return the hook in the body."""
        return parse_hook(call.body, self.route, integration, call.trace_id)

    def answer(self, outcome: Outcome) -> Answer:
        """Return the answer of the standard."""
        return answers.answer(outcome)
