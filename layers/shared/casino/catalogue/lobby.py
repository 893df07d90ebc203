"""The catalogue for the lobby: filtered, in order, page by page, from keys and indexes alone.

A shelf of the index is the games of one state, of one of its categories or of one provider, in the
order of the lobby. Currency and country belong to the providers: the few providers are kept for a
short time, and the index says enough of a game to leave out those that do not apply.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Final

from casino.base.clock import Clock
from casino.base.errors import RequestRefusedError
from casino.catalogue.model import PROVIDERS_TTL_S, Game, Provider, Shelf
from casino.catalogue.ports import LobbyReader

#: The most games of one page: what one batch read takes.
MOST_GAMES: Final = 100

_KEYS_AT_ONCE: Final = 250
#: How many keys one request reads at most; a page may then be shorter, and says where to go on.
_MOST_KEYS: Final = 2_000


@dataclass(frozen=True, slots=True)
class GameFilter:
    """The filters of the lobby; `None` lets everything through."""

    status: Shelf = "active"
    provider: str | None = None
    category: str | None = None
    currency: str | None = None
    country: str | None = None

    def digest(self) -> str:
        """Return what binds a cursor to its filter."""
        return sha256(json.dumps(astuple(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class GamesPage:
    """Games with their providers, and the cursor of what follows."""

    games: tuple[tuple[Game, Provider], ...]
    next_cursor: str | None


class CatalogueReads:
    """The lobby's queries."""

    def __init__(self, catalogue: LobbyReader, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._known: dict[str, Provider] = {}
        self._read_at: float | None = None

    def providers(self, currency: str | None, country: str | None) -> tuple[Provider, ...]:
        """Return the providers that apply, by name."""
        wanted = GameFilter(currency=currency, country=country)
        found = [provider for provider in self._providers().values() if _applies(provider, wanted)]
        return tuple(sorted(found, key=lambda p: (p.name.casefold(), p.provider_id)))

    def games(self, wanted: GameFilter, cursor: str | None, limit: int) -> GamesPage:
        """Return up to `limit` games; raises `RequestRefusedError` for a cursor of another list."""
        after = _after(cursor, wanted) if cursor is not None else None
        providers = {
            key: provider
            for key, provider in self._providers().items()
            if _applies(provider, wanted)
        }
        if not providers:
            return GamesPage((), None)
        shelf = next(iter(providers)) if len(providers) == 1 else None
        chosen, after = self._chosen(wanted, shelf, providers, after, limit)
        stored = self._catalogue.games(chosen)
        games = tuple(
            (game, providers[_key(game.integration, game.provider_id)])
            for game in map(stored.get, chosen)
            # The indexes lag a moment behind the games.
            if game is not None and _fits(game, wanted, providers)
        )
        return GamesPage(games, None if after is None else _cursor(after, wanted))

    def _chosen(
        self,
        wanted: GameFilter,
        shelf: str | None,
        providers: Mapping[str, Provider],
        after: str | None,
        limit: int,
    ) -> tuple[Sequence[str], str | None]:
        """Return the ids of the next games, and the rank that the list was read up to."""
        chosen: list[str] = []
        # A provider's own shelf is in the order of the lobby too, and holds all its categories.
        category = wanted.category if shelf is None else None
        size = _KEYS_AT_ONCE if len(providers) < len(self._known) or shelf else limit
        for _ in range(_MOST_KEYS // _KEYS_AT_ONCE):
            keys = self._catalogue.ranked(wanted.status, shelf, category, after, size)
            for key in keys:
                after = key.rank
                if _key(key.integration, key.provider_id) in providers:
                    chosen.append(key.game_id)
                if len(chosen) == limit:
                    return chosen, after
            if len(keys) < size:
                return chosen, None
        return chosen, after

    def _providers(self) -> Mapping[str, Provider]:
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= PROVIDERS_TTL_S:
            found = [
                provider
                for name in self._catalogue.integrations()
                for provider in self._catalogue.providers(name)
            ]
            self._known = {_key(p.integration, p.provider_id): p for p in found}
            self._read_at = now
        return self._known


def _key(integration: str, provider_id: str) -> str:
    return f"{integration}#{provider_id}"


def _applies(provider: Provider, wanted: GameFilter) -> bool:
    return (
        (provider.available or wanted.status != "active")
        and wanted.provider in (None, provider.provider_id)
        and (wanted.currency is None or wanted.currency in provider.currencies)
        and wanted.country not in provider.restricted_countries
    )


def _fits(game: Game, wanted: GameFilter, providers: Mapping[str, Provider]) -> bool:
    return (
        game.shelf == wanted.status
        and (wanted.category is None or wanted.category in game.categories)
        and _key(game.integration, game.provider_id) in providers
    )


def _cursor(after: str, wanted: GameFilter) -> str:
    return base64.urlsafe_b64encode(f"{wanted.digest()}{after}".encode()).decode().rstrip("=")


def _after(cursor: str, wanted: GameFilter) -> str:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise RequestRefusedError("invalid_request", "the cursor is unknown") from None
    digest, after = text[:16], text[16:]
    if digest != wanted.digest() or not after:
        raise RequestRefusedError("invalid_request", "the cursor is of another list")
    return after
