"""WinUpGo behind the wallet's seam."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
class Version:
    """Since when a version of the API is deprecated, and when it ends: seconds since the epoch."""

    deprecated_at: int | None = None
    ends_at: int | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers of RFC 9745 and RFC 8594, as far as there is something to say."""
        found = {}
        if self.deprecated_at is not None:
            found["Deprecation"] = f"@{self.deprecated_at}"
        if self.ends_at is not None:
            ends = time.gmtime(self.ends_at)
            found["Sunset"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", ends)
        return found

    def left_s(self, now: float) -> float | None:
        """Return how long it is still served, in seconds; `None` while nobody has to leave it."""
        if self.ends_at is not None:
            return self.ends_at - now
        return None if self.deprecated_at is None else float("inf")


@dataclass(frozen=True, slots=True)
class Winupgo:
    """`Dialect` of WinUpGo, in one version of its API."""

    version: Version = field(default_factory=Version)
    name = "winupgo"
    action = "unknown"

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers of every answer."""
        return {**_JSON, **self.version.headers}

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
