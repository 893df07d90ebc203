"""Invo's side of a rotation: does it take the new pair?

The signing secret signs what comes in, so there is nothing to ask with it: Invo signs with the old
one and the new one for seven days. A new SDK key is tried by a call that changes nothing; the old
one is dead by then.
"""

from uuid import uuid4

from casino.base.errors import UnavailableError
from casino.dialects.invo.client import ACCOUNT, ORDER_DETAILS
from casino.dialects.invo.player_token import SDK_KEY_HEADER
from casino.integrations.credentials import PairRefusedError
from casino.integrations.model import Integration
from casino.providers.ports import ProviderCall, ProviderError
from casino.providers.transport import Manner, Transport
from casino.signing.pair import Pair


class InvoPairs:
    """Tries the pairs of Invo's two families; raises `PairRefusedError`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def check(self, integration: Integration, pair: Pair) -> None:
        """Try an SDK key: an order that nobody knows is a good answer."""
        if integration.family != ACCOUNT:
            return
        if not integration.base_url:
            raise PairRefusedError(f"{integration.name} has no setting 'url' to try the key at")
        call = ProviderCall(integration.name, "GET", ORDER_DETAILS, str(uuid4()))
        manner = Manner(frozenset({401, 403, 404}), {SDK_KEY_HEADER: pair.secret_key})
        query = "?client_request_id=rotation-check"
        try:
            reply = self._transport.send(integration, call, b"", query, manner)
        except (ProviderError, UnavailableError) as error:
            raise PairRefusedError(f"Invo cannot be asked: {error}") from None
        if reply.status not in (200, 404):
            raise PairRefusedError(f"Invo answered {reply.status} and refuses the new key")
