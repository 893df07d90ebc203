"""Tokens that services give us for our credentials: the seller's access token, a player's token.

The credentials come from the keyring. When a service refuses them, the keyring is asked to read
them again, and a changed value is tried once: a key that was rotated without an overlap, such as
Invo's SDK key, is picked up by the first call that needs it.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from casino.adapters.json_post import Post, Reply, ServiceUnreachableError
from casino.adapters.shared_token import (
    SharedToken,
    Token,
    TokenObserver,
    TokenRefusedError,
    TokenUnavailableError,
)
from casino.domain.errors import UnavailableError
from casino.domain.model import Integration
from casino.ports import Clock, Keyring, Secret

SELLER_LOGIN: Final = "/merchant-api/seller/auth/login"
PLAYER_TOKEN: Final = "/api/sdk/player-token"  # noqa: S105 - a path
SDK_KEY_HEADER: Final = "X-Game-Secret-Key"
#: No service is believed for longer than this, in seconds.
LONGEST_LIFE_S: Final = 24 * 3600.0
#: How many players' tokens are kept; the one used least recently goes first.
MOST_PLAYERS: Final = 1_024

#: What may stand in a header: anything else could end it and begin another.
_TOKEN: Final = re.compile(r"[!-~]{1,8192}", re.ASCII)
_SELLER_SUCCESS: Final = "0000"


def with_token(token: SharedToken, send: Callable[[str], Reply]) -> Reply:
    """Send with a token; on 401 get another one and send once more."""
    value = token.get()
    reply = send(value)
    return send(token.renewed(value)) if reply.status == 401 else reply


def seller_token(
    post: Post, keyring: Keyring, integration: Integration, clock: Clock, observer: TokenObserver
) -> SharedToken:
    """Return the access token of iGV's seller API; the integration's key is e-mail and password."""

    def ask(secret: Secret) -> Reply:
        return post(SELLER_LOGIN, {}, {"email": secret.api_key, "password": secret.secret_key})

    def refused(reply: Reply) -> bool:
        # This service answers 200 and says in the body that it refuses.
        code = reply.fields().get("code", _SELLER_SUCCESS)
        return reply.status in (401, 403) or (reply.status == 200 and code != _SELLER_SUCCESS)

    def fetch() -> Token:
        data = _ask(keyring, integration, ask, refused).get("data")
        if not isinstance(data, dict) or str(data.get("tokenType")).lower() != "bearer":
            raise TokenUnavailableError("malformed_answer")
        return _token(data.get("accessToken"), data.get("expiresIn"))

    return SharedToken(integration.name, fetch, clock, observer)


class PlayerTokens:
    """Short-lived player tokens of the Invo family, minted by our server for the browser.

    There is no refresh: a token that has expired or is refused is replaced by a new one.
    """

    def __init__(
        self,
        post: Post,
        keyring: Keyring,
        integration: Integration,
        clock: Clock,
        observer: TokenObserver,
    ) -> None:
        self._post = post
        self._keyring = keyring
        self._integration = integration
        self._clock = clock
        self._observer = observer
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, SharedToken] = OrderedDict()

    def of(self, player_email: str) -> SharedToken:
        """Return the token of one player, who must exist in our tenant there."""
        with self._lock:
            token = self._tokens.get(player_email)
            if token is None:
                name = self._integration.name
                fetch = lambda: self._mint(player_email)  # noqa: E731
                token = SharedToken(name, fetch, self._clock, self._observer)
                self._tokens[player_email] = token
            self._tokens.move_to_end(player_email)
            if len(self._tokens) > MOST_PLAYERS:
                self._tokens.popitem(last=False)
            return token

    def _mint(self, player_email: str) -> Token:
        def ask(secret: Secret) -> Reply:
            headers = {SDK_KEY_HEADER: secret.secret_key}
            return self._post(PLAYER_TOKEN, headers, {"player_email": player_email})

        answer = _ask(self._keyring, self._integration, ask, _unauthorized)
        expires_at = _moment(answer.get("expires_at"))
        return _token(answer.get("token"), expires_at - self._clock.now())


def _unauthorized(reply: Reply) -> bool:
    return reply.status in (401, 403)


def _ask(
    keyring: Keyring,
    integration: Integration,
    ask: Callable[[Secret], Reply],
    refused: Callable[[Reply], bool],
) -> Mapping[str, Any]:
    """Return the answer to the current credentials, or to those that have just replaced them."""
    try:
        secret = keyring.live(integration)[0]
        reply = ask(secret)
        if refused(reply):
            keyring.refresh(integration)
            newest = keyring.live(integration)[0]
            if newest.secret_key == secret.secret_key and newest.api_key == secret.api_key:
                raise TokenRefusedError("credentials_refused")
            reply = ask(newest)
    except UnavailableError:
        raise TokenUnavailableError("secret_unavailable") from None
    except ServiceUnreachableError:
        raise TokenUnavailableError("service_unreachable") from None
    if refused(reply):
        raise TokenRefusedError("credentials_refused")
    if reply.status not in (200, 201):
        raise TokenUnavailableError(f"status_{reply.status}")
    return reply.fields()


def _token(value: object, lifetime_s: object) -> Token:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise TokenUnavailableError("malformed_answer")
    if isinstance(lifetime_s, bool) or not isinstance(lifetime_s, int | float):
        raise TokenUnavailableError("malformed_answer")
    # A clock that is off must not make a good token useless: one that seems over is used once.
    return Token(value, float(max(0, min(lifetime_s, LONGEST_LIFE_S))))


def _moment(value: object) -> float:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise TokenUnavailableError("malformed_answer") from None
    if moment.tzinfo is None:
        raise TokenUnavailableError("malformed_answer")
    return moment.timestamp()
