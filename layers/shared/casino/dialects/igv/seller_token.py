"""The access token of iGV's seller API."""

from typing import Final

from casino.base.clock import Clock
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.post import Post
from casino.providers.sender import Reply
from casino.providers.token import SharedToken, Token, TokenObserver, TokenUnavailableError
from casino.providers.token_request import ask_with, token_of
from casino.signing.pair import Pair

SELLER_LOGIN: Final = "/merchant-api/seller/auth/login"


_SELLER_SUCCESS: Final = "0000"


def seller_token(
    post: Post, keyring: Keyring, integration: Integration, clock: Clock, observer: TokenObserver
) -> SharedToken:
    """Return the access token of iGV's seller API; the integration's key is e-mail and password."""

    def ask(pair: Pair) -> Reply:
        return post(SELLER_LOGIN, {}, {"email": pair.api_key, "password": pair.secret_key})

    def refused(reply: Reply) -> bool:
        # This service answers 200 and says in the body that it refuses.
        code = reply.fields().get("code", _SELLER_SUCCESS)
        return reply.status in (401, 403) or (reply.status == 200 and code != _SELLER_SUCCESS)

    def fetch() -> Token:
        data = ask_with(keyring, integration, ask, refused).get("data")
        if not isinstance(data, dict) or str(data.get("tokenType")).lower() != "bearer":
            raise TokenUnavailableError("malformed_answer")
        return token_of(data.get("accessToken"), data.get("expiresIn"))

    return SharedToken(integration.name, fetch, clock, observer)
