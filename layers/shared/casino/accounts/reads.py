"""The questions of the casino's own API: players, their wallets and history, and transactions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args
from urllib.parse import unquote

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import written
from casino.accounts.api import Asked
from casino.accounts.model import Reply
from casino.base.checks import a_moment
from casino.base.errors import AdminError, RequestRefusedError
from casino.wallet.explain import LedgerReader
from casino.wallet.model import Kind, Record
from casino.wallet.shown import player_shown, rows_shown, story_shown, wallet_shown
from casino.wallet.statement import MOST_ENTRIES, Statements, Wanted

_DEFAULT_LIMIT: Final = 50
#: Filters of a history → the field of `Wanted`; the answer's rows have the same names.
_NAMED: Final = {
    "session_id": "session_id",
    "round_id": "round_id",
    "game_id": "game_id",
    "integration": "integration",
    "kind": "kind",
    "outcome": "record",
}
_TIMES: Final = {"from": "since", "to": "until"}
_PAGING: Final = frozenset({"cursor", "limit"})
#: Filters with so many words only.
_WORDS: Final = {
    "kind": frozenset(get_args(Kind.__value__)),
    "outcome": frozenset(get_args(Record.__value__)),
}


@dataclass(frozen=True, slots=True)
class Reads:
    """The routes that change nothing."""

    players: PlayerAdmin
    statements: Statements
    ledger: LedgerReader

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        player = "/players/{player_id}"
        return {
            ("GET", player): self._player,
            ("GET", f"{player}/wallets"): self._wallets,
            ("GET", f"{player}/wallets/{{currency}}/history"): self._history,
            ("GET", "/transactions/{reference}"): self._transaction,
        }

    def _player(self, asked: Asked) -> Reply:
        _only(asked.query, ())
        return _told(player_shown(self.players.player(asked.player_id)))

    def _wallets(self, asked: Asked) -> Reply:
        _only(asked.query, ())
        player = self.players.player(asked.player_id)
        wallets = [wallet_shown(wallet) for wallet in self.players.wallets(player.player_id)]
        return _told({"player_id": player.player_id, "wallets": wallets})

    def _history(self, asked: Asked) -> Reply:
        """A page may lack what was just written: then it is not `complete`."""
        query = asked.query
        _only(query, {*_NAMED, *_TIMES, *_PAGING})
        page = self.statements.page(
            asked.player_id, asked.currency, _wanted(query), query.get("cursor"), _limit(query)
        )
        return _told(
            {
                "player_id": asked.player_id,
                "currency": asked.currency,
                "complete": page.complete,
                "entries": rows_shown(page.rows),
                "next_cursor": page.cursor,
            }
        )

    def _transaction(self, asked: Asked) -> Reply:
        """The reference may be any text, so a part of the URL that holds a `%` is two of them."""
        _only(asked.query, {"integration"})
        given = asked.place["reference"]
        integration = asked.query.get("integration")
        try:
            found = self.ledger.explain(given, integration)
        except AdminError as error:
            if error.code != "transaction_not_found" or unquote(given) == given:
                raise
            found = self.ledger.explain(unquote(given), integration)
        return _told(story_shown(found))


def _told(answer: Mapping[str, Any]) -> Reply:
    return Reply(200, written(answer))


def _only(query: Mapping[str, str], known: Any) -> None:
    """Refuse a parameter that nobody reads: who sends one must learn that it narrows nothing."""
    for name in query:
        if name not in known:
            raise RequestRefusedError("invalid_request", f"unknown parameter {name[:40]}")


def _wanted(query: Mapping[str, str]) -> Wanted:
    for name, words in _WORDS.items():
        if query.get(name, "") not in words | {""}:
            said = f"{name} must be one of {', '.join(sorted(words))}"
            raise RequestRefusedError("invalid_request", said)
    times = {own: a_moment(query[name]) for name, own in _TIMES.items() if name in query}
    return Wanted(**times, **{own: query[name] for name, own in _NAMED.items() if name in query})


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(_DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise RequestRefusedError("invalid_request", "limit must be a whole number")
    if not 1 <= int(text) <= MOST_ENTRIES:
        raise RequestRefusedError("invalid_request", f"limit must be from 1 to {MOST_ENTRIES}")
    return int(text)
