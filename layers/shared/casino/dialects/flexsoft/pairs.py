"""Flexsoft's side of a rotation: does it take the new pair?

Nothing of its API is made for asking. A cancellation of a gift that nobody was given changes
nothing, whatever Flexsoft answers to it; a signature that it does not accept is 401 or 403.
"""

from uuid import uuid4

import urllib3

from casino.base.clock import Clock
from casino.dialects.flexsoft.gifts import GIFT_BOUNDS, cancel_body, post_gift
from casino.integrations.credentials import PairRefusedError
from casino.integrations.model import Integration
from casino.providers.sender import Sender, SendFailedError
from casino.signing.pair import Pair


class FlexsoftPairs:
    """Tries the pairs of Flexsoft; raises `PairRefusedError`."""

    def __init__(self, clock: Clock, pool: urllib3.PoolManager) -> None:
        self._clock = clock
        self._sender = Sender(clock, GIFT_BOUNDS, pool)

    def check(self, integration: Integration, pair: Pair) -> None:
        """Cancel a gift that there is not, signed with the new pair."""
        if not integration.provider.url:
            raise PairRefusedError(f"{integration.name} has no provider_url to try the new pair at")
        name = f"rotation-check-{uuid4()}"
        body = cancel_body("casino", name, name, "rotation-check", "EUR").encode()
        now = self._clock.now()
        try:
            reply = post_gift(self._sender, integration, "cancel", body, pair, now)
        except SendFailedError as error:
            raise PairRefusedError(f"Flexsoft cannot be reached: {error.detail}") from None
        if reply.status in (401, 403) or reply.status >= 500:
            raise PairRefusedError(f"Flexsoft answered {reply.status} to the new pair")
