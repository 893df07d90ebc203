"""Short-lived player tokens of Invo, minted by our server for the browser."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

from casino.base.clock import Clock
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.post import Post
from casino.providers.sender import Reply
from casino.providers.token import SharedToken, Token, TokenObserver, TokenUnavailableError
from casino.providers.token_request import ask_with, token_of, unauthorized
from casino.signing.pair import Pair

PLAYER_TOKEN: Final = "/api/sdk/player-token"  # noqa: S105 - a path
SDK_KEY_HEADER: Final = "X-Game-Secret-Key"
#: How many players' tokens are kept; the one used least recently goes first.
MOST_PLAYERS: Final = 1_024


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
        def ask(pair: Pair) -> Reply:
            headers = {SDK_KEY_HEADER: pair.secret_key}
            return self._post(PLAYER_TOKEN, headers, {"player_email": player_email})

        answer = ask_with(self._keyring, self._integration, ask, unauthorized)
        expires_at = _moment(answer.get("expires_at"))
        return token_of(answer.get("token"), expires_at - self._clock.now())


def _moment(value: object) -> float:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise TokenUnavailableError("malformed_answer") from None
    if moment.tzinfo is None:
        raise TokenUnavailableError("malformed_answer")
    return moment.timestamp()
