"""What catalogue and sessions need of a provider, in words that every dialect can meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from casino.base.errors import CasinoError
from casino.integrations.model import Integration


class ProviderError(CasinoError):
    """The provider could not be asked or did not answer as the standard says.

    `code` is stable (`provider_timeout`, `provider_unavailable`, `provider_refused`,
    `provider_conflict`, `provider_invalid_answer`, `provider_circuit_open`), `status` the
    provider's HTTP status if there was one, `correlation` its request ids. Never a secret.
    `request` and `answer` are what was sent and what came, as far as it is known: the answer may
    hold anything, so that neither goes anywhere uncleaned.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        status: int | None = None,
        correlation: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.status = status
        self.correlation = dict(correlation or {})
        self.request = ""
        self.answer = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as the provider sent it: records unparsed, so that each is judged alone.

    A record may be any JSON value; `returned` is how many the provider says that it sent.
    """

    records: tuple[Any, ...]
    next_cursor: str | None
    has_more: bool
    returned: int | None
    raw: bytes
    correlation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """The body of the provider's `POST /sessions`; `balance_minor` is the wallet's."""

    session_id: str
    game_id: str
    player_id: str
    player_name: str
    currency: str
    balance_minor: int
    device: str = "mobile"
    return_url: str | None = None
    language: str | None = None
    is_demo: bool = False
    user_token: str = ""
    """The one-time token of this launch, for a provider that opens the session with one."""


@dataclass(frozen=True, slots=True)
class Launched:
    """The provider's 201: the exact URL, and both sides of the exchange for reconciliation."""

    url: str
    request_body: str
    response_body: str
    status: int
    correlation: Mapping[str, str] = field(default_factory=dict)
    session_token: str | None = None
    """What the provider's hooks call the session, where that is not our own id."""


class ProviderObserver(Protocol):
    """Is told what happens between us and a provider; never a secret, a body or a signature."""

    def attempt_failed(self, call: "ProviderCall", error: ProviderError, retry_in_s: float) -> None:
        """One try failed and the next follows after `retry_in_s`."""

    def call_failed(self, call: "ProviderCall", error: ProviderError) -> None:
        """A call is given up."""

    def call_ended(self, call: "ProviderCall", took_s: float, code: str) -> None:
        """A call took so long, with all its tries; `code` is why it was given up, or empty."""

    def circuit_opened(self, integration: str, open_s: float) -> None:
        """So many tries failed in a row that the provider is left alone for `open_s`."""

    def circuit_closed(self, integration: str) -> None:
        """The provider answers again."""


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """The fields of a call that a log line may hold."""

    integration: str
    method: str
    path: str
    request_id: str
    """Ours, sent as `X-Request-Id`: the same for every try."""
    cursor: str | None = None
    session_id: str | None = None
    user_agent: str = "seamless-wallet"


class ProviderClient(Protocol):
    """The provider's side of iGSP, signed; every failure is a `ProviderError`."""

    def providers(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of `GET /providers`."""

    def games(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of `GET /games`."""

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        """Create a session; raises `provider_conflict` on 409."""

    def close_session(self, integration: Integration, session_id: str) -> None:
        """Tell the provider that a session is over, where its integration has a URL for it."""
