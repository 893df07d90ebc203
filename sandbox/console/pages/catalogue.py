"""The catalogue, with search: the games of all providers, as they were synchronised."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from starlette.responses import Response

from casino.catalogue.model import SHELVES, Game
from ops.context import Operations
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page

#: How many games a page holds.
GAMES: Final = 50


@dataclass(frozen=True)
class Listed:
    """A game with the name of the studio that made it."""

    game: Game
    studio: str

    def is_wanted(self, text: str, shelf: str, integration: str) -> bool:
        """Tell whether the game is on the shelf, and has the text in one of its names."""
        game = self.game
        names = (game.name, game.game_id, self.studio, *game.categories)
        return (
            shelf in ("", game.shelf)
            and integration in ("", game.integration)
            and any(text in name.casefold() for name in names)
        )


class Games:
    """All games in the order of the lobby, read anew after each run of the synchronisation."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = Lock()
        self._mark: object = None
        self._games: list[Listed] = []

    def every(self) -> list[Listed]:
        """Return the games."""
        operations = self._house.operations
        names = sorted(operations.registry.names())
        runs = operations.catalogue.runs
        mark = (id(operations), [(name, runs.state(name).last_finished_at) for name in names])
        with self._lock:
            if mark != self._mark:
                self._games = _read(operations, names)
                self._mark = mark
            return self._games


def _read(operations: Operations, names: list[str]) -> list[Listed]:
    reader = operations.catalogue.reader
    found: list[Listed] = []
    for name in names:
        studios = {each.provider_id: each.name for each in reader.providers(name)}
        ids = [key.game_id for key in reader.game_keys(name)]
        games = reader.games(ids).values()
        found += [Listed(game, studios.get(game.provider_id, "")) for game in games]
    return sorted(found, key=lambda each: each.game.rank)


def show(asked: Asked) -> Response:
    """Show the games that are wanted, page by page."""
    text, shelf, integration = (asked.query(name) for name in ("q", "shelf", "integration"))
    every = asked.house.keep(Games).every()
    found = [each for each in every if each.is_wanted(text.strip().casefold(), shelf, integration)]
    number = asked.query("page", "1")
    first = GAMES * (max(1, int(number)) - 1) if number.isdecimal() and len(number) < 6 else 0
    return asked.render(
        "catalogue.html",
        games=found[first : first + GAMES],
        total=len(found),
        first=first,
        number=first // GAMES + 1,
        follows=len(found) > first + GAMES,
        text=text,
        shelf=shelf,
        shelves=SHELVES,
        integration=integration,
        integrations=sorted({each.game.integration for each in every}),
    )


PAGE: Final = Page("Catalogue", "/catalogue", {"/catalogue": show})
