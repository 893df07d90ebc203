"""The access token of iGV's seller API: the integration's pair is e-mail and password."""

from typing import Final

from casino.base.clock import Clock
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring, TokenShelf
from casino.providers.post import Post
from casino.providers.sender import Reply
from casino.providers.token import SharedToken, Token, TokenObserver, TokenUnavailableError
from casino.providers.token_request import ask_with, token_of
from casino.providers.token_shelf import ShelvedFetch
from casino.signing.pair import Pair

#: Below the base URL; there is no other way to renew a token.
SELLER_LOGIN: Final = "/seller/auth/login"
#: What the envelope of every answer calls success.
SUCCESS: Final = "0000"


def ask_login(post: Post, pair: Pair) -> Reply:
    """Ask for a token with these credentials; raises `ServiceUnreachableError`."""
    return post(SELLER_LOGIN, {}, {"email": pair.api_key, "password": pair.secret_key})


def login_refused(reply: Reply) -> bool:
    """Tell whether a login was refused: the service may answer 200 and say so in the body."""
    code = reply.fields().get("code", SUCCESS)
    return reply.status in (401, 403) or (reply.status == 200 and code != SUCCESS)


def seller_token(
    post: Post,
    keyring: Keyring,
    integration: Integration,
    clock: Clock,
    observer: TokenObserver,
    shelf: TokenShelf | None = None,
) -> SharedToken:
    """Return the token of an account; with a shelf, the one that all environments share."""

    def fetch() -> Token:
        asked = ask_with(
            keyring, integration, lambda pair: ask_login(post, pair), login_refused
        ).get("data")
        if not isinstance(asked, dict) or str(asked.get("tokenType")).lower() != "bearer":
            raise TokenUnavailableError("malformed_answer")
        return token_of(asked.get("accessToken"), asked.get("expiresIn"))

    if shelf is None:
        return SharedToken(integration.name, fetch, clock, observer)

    def fingerprint() -> str:
        return keyring.live(integration)[0].fingerprint

    shelved = ShelvedFetch(shelf, fetch, fingerprint, clock)
    return SharedToken(integration.name, shelved, clock, observer)
