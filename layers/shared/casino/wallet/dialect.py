"""The seam between the wallet and its counterparts.

The wallet knows transactions; a dialect knows one counterpart's words, and nothing of the wallet's
state. All of it is pure: bytes, headers, credentials and the time come in, typed values come out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from casino.base.headers import Headers
from casino.signing.pair import Pair
from casino.wallet.model import Transaction
from casino.wallet.queries import BalanceQuery, TokenExchange

#: The largest body of a hook, in bytes; an ordinary one is a few hundred.
MAX_BODY: Final = 32 * 1024

type Request = Transaction | BalanceQuery | TokenExchange


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived: the body exactly, the names of the headers in lower case."""

    method: str
    path: str
    headers: Headers
    body: bytes
    trace_id: str
    source_ip: str = ""
    certificate: str = ""
    """The client's certificate in PEM where the domain asks for one."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """What API Gateway's authorizer verified of an access token; empty where a route has none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The sender that a call claims to have; nothing is believed before `verify`."""

    api_key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a request: `code` is `ok` or one of `casino.wallet.refusals`.

    `balance_minor` is the player's spendable money afterwards, in minor units of `currency`, and
    `before_minor` what it was before; `request` is what was answered, where it was decided.
    `reference` is our id of the transaction; with `bet_already_refunded`, that of the first refund.
    `detail` says to people what to correct.
    """

    code: str
    trace_id: str = ""
    currency: str = ""
    balance_minor: int | None = None
    reference: str | None = None
    detail: str = ""
    request: Transaction | BalanceQuery | None = None
    before_minor: int | None = None


class Answer(NamedTuple):
    """The counterpart's status and body; both are stored with the entry."""

    status: int
    body: str


class Words(Protocol):
    """What the wallet asks for an answer, before it commits; stateless."""

    def answer(self, outcome: Outcome) -> Answer:
        """Return the counterpart's own status and words for an outcome."""


class Dialect(Words, Protocol):
    """One counterpart's words and requests; stateless."""

    @property
    def name(self) -> str:
        """The family that an integration of this counterpart has."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of every answer, so that a stored one goes out with them, too."""

    @property
    def action(self) -> str:
        """Return the name by which the metrics count a request until it is read."""

    def who(self, call: Call) -> Claim:
        """Return who says they call; raises `SignatureRefusedError`."""

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the live version that signed exactly these bytes.

        Raises `SignatureRefusedError`; `now` is in seconds since the epoch.
        """

    def read(self, call: Call, integration: str) -> Request:
        """Return the typed request in a verified call; raises `RequestRefusedError`."""
