"""One token for all who need it: fetched once, kept until shortly before it expires.

Callers that come while a fetch is under way wait for it and share its outcome, good or bad: so a
service that is down is asked once, not once by every thread. While an old token is still valid
nobody waits: one caller renews it, and all others go on with it, even if the renewal fails. No repr
and no message shows a token.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Protocol

from casino.base.clock import Clock
from casino.base.errors import CasinoError

#: How long before its end a token is renewed, in seconds; at most half of its life.
MARGIN_S: Final = 60.0
#: Why there is no token: the service refuses our credentials.
REFUSED: Final = "credentials_refused"
#: The same, and that was told before: they have not changed since.
STILL_REFUSED: Final = "credentials_still_refused"
#: The service knows nobody of the name that a token was asked for: it is well, and so are we.
NOBODY: Final = "nobody_of_this_name"
#: How long nothing is asked after a failure, in seconds: a login that is refused again and again
#: locks the account.
REST_S: Final = 5.0


class TokenError(CasinoError):
    """There is no token: `reason` is short and safe to count by."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenRefusedError(TokenError):
    """The service refused our credentials: an operator has to act."""


class TokenUnavailableError(TokenError):
    """The service gave no usable answer: it may do so later."""


class TokenObserver(Protocol):
    """Is told what became of each fetch; never the token."""

    def token_fetched(self, service: str) -> None:
        """A new token is there."""

    def token_failed(self, service: str, reason: str) -> None:
        """A fetch failed; the old token may still serve for a while."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and how long it lives, as the service said."""

    value: str = field(repr=False)
    lifetime_s: float


@dataclass(frozen=True, slots=True)
class _Kept:
    value: str = field(repr=False)
    renew_at: float
    expires_at: float


class SharedToken:
    """The current token of one service; safe to be used by any number of threads."""

    def __init__(
        self, service: str, fetch: Callable[[], Token], clock: Clock, observer: TokenObserver
    ) -> None:
        self._service = service
        self._fetch = fetch
        self._clock = clock
        self._observer = observer
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._under_way: Future[str] | None = None
        self._failure: TokenError | None = None
        self._rests_until = float("-inf")

    def get(self) -> str:
        """Return a token that has not expired; raises `TokenError`."""
        with self._lock:
            now, kept = self._clock.monotonic(), self._kept
            if kept is not None and now < kept.expires_at:
                renewing = self._under_way is not None or now < self._rests_until
                if now < kept.renew_at or renewing:
                    return kept.value
            else:
                kept = None
            ours, future = self._begin(now)
        try:
            return self._finish(future) if ours else future.result()
        except TokenError:
            if kept is None:
                raise
            return kept.value

    @property
    def expires_in_s(self) -> float:
        """How long the token that is kept still lives, in seconds; 0 without one."""
        kept = self._kept
        return 0.0 if kept is None else max(0.0, kept.expires_at - self._clock.monotonic())

    def renewed(self, refused: str) -> str:
        """Return another token than `refused`, which was answered with 401.

        Fetches one unless that has happened since `refused` was given out.
        """
        with self._lock:
            if self._kept is not None and self._kept.value != refused:
                return self._kept.value
            # Whoever asks from now on must not be given it again, even if the renewal fails.
            self._kept = None
            ours, future = self._begin(self._clock.monotonic())
        return self._finish(future) if ours else future.result()

    def _begin(self, now: float) -> tuple[bool, Future[str]]:
        """Join the fetch that is under way, or begin one; true means: it is ours to finish."""
        if self._under_way is not None:
            return False, self._under_way
        if self._failure is not None and now < self._rests_until:
            raise self._failure
        self._under_way = Future()
        return True, self._under_way

    def _finish(self, future: Future[str]) -> str:
        """Fetch, keep and share the outcome; no lock is held while the service is asked."""
        began = self._clock.monotonic()
        try:
            token = self._fetch()
        except BaseException as error:
            failure = (
                error
                if isinstance(error, TokenError)
                else TokenUnavailableError(type(error).__name__)
            )
            with self._lock:
                self._under_way, self._failure = None, failure
                self._rests_until = self._clock.monotonic() + REST_S
            future.set_exception(failure)
            self._observer.token_failed(self._service, failure.reason)
            raise
        expires_at = began + token.lifetime_s
        margin = min(MARGIN_S, token.lifetime_s / 2)
        with self._lock:
            self._kept = _Kept(token.value, expires_at - margin, expires_at)
            self._under_way, self._failure = None, None
            self._rests_until = float("-inf")
        future.set_result(token.value)
        self._observer.token_fetched(self._service)
        return token.value
