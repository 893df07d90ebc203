"""The provider's side of a rotation over HTTP: is the new pair taken, and which pair is new?

Both calls are signed in the integration's own family. What comes back, and what goes wrong, is told
by status alone: a body could hold a secret.
"""

from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from casino.base.clock import Clock
from casino.dialects.registry import family
from casino.integrations.credentials import InvalidPairError, Pair, PairRefusedError, read_pair
from casino.integrations.model import Integration

_TIMEOUT: Final = urllib3.Timeout(connect=3.0, read=7.0)
_MOST_BYTES: Final = 64 * 1024


class HttpPairProvider:
    """`PairProvider` over the provider's own API; redirects are not followed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def check(self, integration: Integration, pair: Pair) -> None:
        """Ask for one provider with the new pair."""
        if not integration.provider.url:
            raise PairRefusedError(f"{integration.name} has no provider_url to try the new pair at")
        url = f"{integration.provider.url.rstrip('/')}/providers?limit=1"
        status, _ = self._call("GET", url, integration, pair, b"", {})
        if status != 200:
            raise PairRefusedError(f"the provider answered {status} to the new pair")

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        """Ask for a new pair; the token makes a repeated request the same one."""
        headers = {"Idempotency-Key": token, "Content-Type": "application/json"}
        status, body = self._call(
            "POST", integration.rotation.issue_url, integration, current, b"{}", headers
        )
        if status not in (200, 201):
            raise PairRefusedError(f"the provider answered {status} instead of a new pair")
        try:
            return read_pair(body.decode())
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
    ) -> tuple[int, bytes]:
        signed = family(integration.family).sign(
            body, pair.api_key, pair.secret_key, self._clock.now()
        )
        try:
            answer = self._pool.request(
                method,
                url,
                body=body or None,
                headers={**headers, **signed, "Accept": "application/json"},
                redirect=False,
                preload_content=False,
            )
            read = answer.read(_MOST_BYTES)
            answer.release_conn()
        except HTTPError as error:
            # The cause names hosts and headers; its kind is enough to go on.
            raise PairRefusedError(
                f"the provider cannot be reached: {type(error).__name__}"
            ) from None
        return answer.status, read
