"""One login at a time, and one token, for all environments that call a service.

Each environment has a `SharedToken`, whose fetch stands here: it takes the token that another
environment has put on the shelf, and logs in only when there is none. Credentials that the service
refused are not sent again for a while, whoever asks, so that nobody locks the account and an
operator is told once.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from casino.base.clock import Clock
from casino.integrations.ports import Shelved, TokenShelf
from casino.providers.token import (
    MARGIN_S,
    STILL_REFUSED,
    Token,
    TokenRefusedError,
    TokenUnavailableError,
)

#: How long a login may take before another environment may begin one, in seconds.
LEASE_S: Final = 15.0
#: How long refused credentials are left alone, in seconds.
REFUSED_S: Final = 900.0
_PAUSE_S: Final = 0.25


class ShelvedFetch:
    """The fetch of a `SharedToken`; `fingerprint` returns that of the current credentials."""

    def __init__(
        self,
        shelf: TokenShelf,
        fetch: Callable[[], Token],
        fingerprint: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._fingerprint = fingerprint
        self._clock = clock
        self._given = ""

    def __call__(self) -> Token:
        """Return another token than the last time: that of the shelf, or of a login."""
        gives_up_at = self._clock.monotonic() + LEASE_S
        while True:
            token = self._found(self._shelf.read())
            now = self._clock.now()
            if token is None and self._shelf.claim(now, now + LEASE_S):
                try:
                    token = self._logged_in()
                finally:
                    self._shelf.release(now + LEASE_S)
            if token is not None:
                self._given = token.value
                return token
            if self._clock.monotonic() >= gives_up_at:
                raise TokenUnavailableError("login_under_way")
            self._clock.sleep(_PAUSE_S)

    def _found(self, shelved: Shelved) -> Token | None:
        """Return the token of the shelf, unless it is ours already or nearly over."""
        left_s = shelved.expires_at - self._clock.now()
        fresh = shelved.value and shelved.value != self._given and left_s > MARGIN_S
        return Token(shelved.value, left_s) if fresh else None

    def _logged_in(self) -> Token:
        """Log in, unless somebody has just done so; the claim is held."""
        shelved = self._shelf.read()
        token = self._found(shelved)
        if token is not None:
            return token
        now, mark = self._clock.now(), self._fingerprint()
        known = shelved.refused == mark
        if known and now - shelved.refused_at < REFUSED_S:
            raise TokenRefusedError(STILL_REFUSED)
        try:
            token = self._fetch()
        except TokenRefusedError:
            refused = replace(shelved, refused=self._fingerprint(), refused_at=now)
            self._shelf.write(refused)
            if known:
                raise TokenRefusedError(STILL_REFUSED) from None
            raise
        self._shelf.write(Shelved(token.value, now + token.lifetime_s))
        return token
