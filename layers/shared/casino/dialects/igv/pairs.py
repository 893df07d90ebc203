"""iGV's side of a rotation: does it take the new pair?

A callback's key signs what comes in, so there is nothing to ask with it. An account's password is
tried by a login, a merchant's key by a signed call.
"""

from collections.abc import Callable

from casino.base.errors import UnavailableError
from casino.dialects.igv.merchant_api import MerchantApi
from casino.dialects.igv.seller_token import SUCCESS, ask_login, login_refused
from casino.dialects.igv.words import ACCOUNT, CALLBACKS
from casino.integrations.credentials import PairRefusedError
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.ports import ProviderError
from casino.providers.post import Post, ServiceUnreachableError
from casino.providers.transport import Transport
from casino.signing.pair import Pair


class OnePair:
    """`Keyring` that holds the pair that is tried."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        """Return it."""
        return (self._pair,)

    def refresh(self, integration: Integration) -> bool:
        """Do nothing."""
        return False


class IgvPairs:
    """Tries the pairs of iGV's three families; raises `PairRefusedError`."""

    def __init__(
        self, post: Callable[[str], Post], transport: Callable[[Keyring], Transport]
    ) -> None:
        """`post` sends to a base URL; `transport` signs with what a keyring holds."""
        self._post = post
        self._transport = transport

    def check(self, integration: Integration, pair: Pair) -> None:
        """Try a pair where there is something to try it with."""
        if integration.family == CALLBACKS:
            return
        if not integration.base_url:
            raise PairRefusedError(f"{integration.name} has no setting 'url' to try the pair at")
        if integration.family == ACCOUNT:
            self._log_in(integration, pair)
        else:
            self._call(integration, pair)

    def _log_in(self, integration: Integration, pair: Pair) -> None:
        try:
            reply = ask_login(self._post(integration.base_url), pair)
        except ServiceUnreachableError:
            raise PairRefusedError("iGV cannot be reached") from None
        if reply.status != 200 or login_refused(reply) or reply.fields().get("code") != SUCCESS:
            raise PairRefusedError(f"iGV answered {reply.status} and refuses the new password")

    def _call(self, integration: Integration, pair: Pair) -> None:
        try:
            MerchantApi(self._transport(OnePair(pair))).orders(integration)
        except ProviderError as error:
            raise PairRefusedError(f"iGV does not take the new key: {error.code}") from None
        except UnavailableError:
            raise PairRefusedError("the new key cannot sign: RSA, 2048 bits, in PEM") from None
