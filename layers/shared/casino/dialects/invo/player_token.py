"""Short-lived player tokens of Invo, minted by our server for the browser."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from casino.base.clock import Clock
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.post import Post
from casino.providers.sender import Reply
from casino.providers.token import (
    NOBODY,
    REFUSED,
    STILL_REFUSED,
    SharedToken,
    Token,
    TokenObserver,
    TokenRefusedError,
    TokenUnavailableError,
)
from casino.providers.token_request import ask_with, token_of, unauthorized
from casino.providers.token_shelf import REFUSED_S
from casino.signing.pair import Pair

PLAYER_TOKEN: Final = "/api/sdk/player-token"  # noqa: S105 - a path
SDK_KEY_HEADER: Final = "X-Game-Secret-Key"
#: How many players' tokens are kept; the one used least recently goes first.
MOST_PLAYERS: Final = 1_024


class PlayerTokens:
    """Short-lived player tokens of the Invo family, minted by our server for the browser.

    There is no refresh: a token that has expired or is refused is replaced by a new one. An SDK key
    that Invo refuses is told once, and minted with no more for a while, whoever the player is.
    `is_news` says of a refused key's fingerprint whether no other environment has told it.
    """

    def __init__(
        self,
        post: Post,
        keyring: Keyring,
        integration: Integration,
        clock: Clock,
        observer: TokenObserver,
        is_news: Callable[[str], bool] = lambda fingerprint: True,
    ) -> None:
        self._post = post
        self._keyring = keyring
        self._integration = integration
        self._clock = clock
        self._observer = observer
        self._is_news = is_news
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, SharedToken] = OrderedDict()
        self._refused, self._rests_until = "", float("-inf")

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

    def key_refused(self, pair: Pair) -> str:
        """Take note that Invo refuses an SDK key; return `REFUSED`, from then on `STILL_REFUSED`.

        Whoever asks tells the observer.
        """
        known = self._refused == pair.fingerprint
        if not known or self._clock.monotonic() >= self._rests_until:
            self._rests_until = self._clock.monotonic() + REFUSED_S
        self._refused = pair.fingerprint
        return REFUSED if not known and self._is_news(pair.fingerprint) else STILL_REFUSED

    def tell_refused(self, pair: Pair) -> None:
        """Tell the observer, once, of an SDK key that another call found refused."""
        self._observer.token_failed(self._integration.name, self.key_refused(pair))

    def _mint(self, player_email: str) -> Token:
        asked: list[Pair] = []

        def ask(pair: Pair) -> Reply:
            asked.append(pair)
            now = self._clock.monotonic()
            if pair.fingerprint == self._refused and now < self._rests_until:
                return Reply(401, b"")  # as it said before: only another key is sent
            headers = {SDK_KEY_HEADER: pair.secret_key}
            reply = self._post(PLAYER_TOKEN, headers, {"player_email": player_email})
            if reply.status == 404:
                raise TokenUnavailableError(NOBODY)
            return reply

        try:
            answer = ask_with(self._keyring, self._integration, ask, unauthorized)
        except TokenRefusedError:
            raise TokenRefusedError(self.key_refused(asked[-1])) from None
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
