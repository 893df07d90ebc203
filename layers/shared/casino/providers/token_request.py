"""Asks a service for a token with our credentials.

The credentials come from the keyring. When a service refuses them, the keyring reads them again,
and a changed value is tried once: so the first call after a rotation without an overlap, such as
that of Invo's SDK key, picks the new key up.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from casino.base.errors import UnavailableError
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.post import ServiceUnreachableError
from casino.providers.sender import Reply
from casino.providers.token import (
    REFUSED,
    SharedToken,
    Token,
    TokenRefusedError,
    TokenUnavailableError,
)
from casino.signing.pair import Pair

#: No service is believed for longer than this, in seconds.
LONGEST_LIFE_S: Final = 24 * 3600.0

#: What may stand in a header: anything else could end it and begin another.
_TOKEN: Final = re.compile(r"[!-~]{1,8192}", re.ASCII)


def answered_401(reply: Reply) -> bool:
    """Tell whether a service took no notice of a token by its status."""
    return reply.status == 401


def with_token(
    token: SharedToken,
    send: Callable[[str], Reply],
    refused: Callable[[Reply], bool] = answered_401,
) -> Reply:
    """Send with a token; when it is refused, get another one and send once more."""
    value = token.get()
    reply = send(value)
    return send(token.renewed(value)) if refused(reply) else reply


def unauthorized(reply: Reply) -> bool:
    """Tell whether a service refused our credentials by its status."""
    return reply.status in (401, 403)


def ask_with(
    keyring: Keyring,
    integration: Integration,
    ask: Callable[[Pair], Reply],
    refused: Callable[[Reply], bool],
) -> Mapping[str, Any]:
    """Return the answer to the current credentials, or to those that have just replaced them."""
    try:
        pair = keyring.live(integration)[0]
        reply = ask(pair)
        if refused(reply):
            keyring.refresh(integration)
            newest = keyring.live(integration)[0]
            if newest == pair:
                raise TokenRefusedError(REFUSED)
            reply = ask(newest)
    except UnavailableError:
        raise TokenUnavailableError("secret_unavailable") from None
    except ServiceUnreachableError:
        raise TokenUnavailableError("service_unreachable") from None
    if refused(reply):
        raise TokenRefusedError(REFUSED)
    if reply.status not in (200, 201):
        raise TokenUnavailableError(f"status_{reply.status}")
    return reply.fields()


def token_of(value: object, lifetime_s: object) -> Token:
    """Return a token; raises `TokenUnavailableError` for one that has not the form of one."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise TokenUnavailableError("malformed_answer")
    if isinstance(lifetime_s, bool) or not isinstance(lifetime_s, int | float):
        raise TokenUnavailableError("malformed_answer")
    # A clock that is off must not make a good token useless: one that seems over is used once.
    return Token(value, float(max(0, min(lifetime_s, LONGEST_LIFE_S))))
