"""The provider's side of a rotation over HTTP: does it take the new pair, and which pair is new?

Both calls are signed in the integration's own family. Outcomes and errors name the status alone,
since a body could hold a secret.
"""

from collections.abc import Callable
from typing import Final

import urllib3

from casino.base.clock import Clock
from casino.integrations.credentials import InvalidPairError, PairRefusedError, read_pair
from casino.integrations.model import Integration
from casino.providers.moments import Moments
from casino.providers.sender import Bounds, Reply, Sender, SendFailedError
from casino.signing.pair import Pair
from casino.signing.scheme import Family, UnsignableError

_BOUNDS: Final = Bounds(connect_s=3.0, read_s=7.0, most_bytes=64 * 1024)


class HttpPairProvider:
    """`PairProvider` over the provider's own API; redirects are not followed."""

    def __init__(
        self,
        family: Callable[[str], Family],
        clock: Clock,
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        self._family = family
        self._clock = clock
        self._sender = Sender(clock, _BOUNDS, pool)
        self._moments = Moments()

    def check(self, integration: Integration, pair: Pair) -> None:
        """Ask for one provider with the new pair, unless the platform never signs with it."""
        if not self._family(integration.family).outbound:
            return
        if not integration.provider.url:
            raise PairRefusedError(f"{integration.name} has no provider_url to try the new pair at")
        url = f"{integration.provider.url.rstrip('/')}/providers?limit=1"
        reply = self._call("GET", url, integration, pair, b"", {})
        if reply.status != 200:
            raise PairRefusedError(f"the provider answered {reply.status} to the new pair")

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        """Ask for a new pair; the token makes a repeated request the same one."""
        headers = {"Idempotency-Key": token, "Content-Type": "application/json"}
        reply = self._call(
            "POST", integration.rotation.issue_url, integration, current, b"{}", headers
        )
        if reply.status not in (200, 201):
            raise PairRefusedError(f"the provider answered {reply.status} instead of a new pair")
        try:
            return read_pair(reply.body.decode())
        except (InvalidPairError, UnicodeDecodeError):
            raise PairRefusedError("the provider's answer holds no pair") from None

    def _call(
        self,
        method: str,
        url: str,
        integration: Integration,
        pair: Pair,
        body: bytes,
        headers: dict[str, str],
    ) -> Reply:
        moment = self._moments.next(pair.api_key, self._clock.now())
        try:
            signed = self._family(integration.family).sign(body, pair, moment)
        except UnsignableError as error:
            raise PairRefusedError(f"nothing can be signed with the pair: {error}") from None
        sent = {**headers, **signed, "Accept": "application/json"}
        try:
            return self._sender.send(method, url, sent, body)
        except SendFailedError as error:
            raise PairRefusedError(f"the provider cannot be reached: {error.detail}") from None
