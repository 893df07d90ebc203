"""The scenarios: data beside this file, a folder for each dialect, more from a file of the user."""

import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, get_args

from certify.language import read_step
from certify.model import Scenario, Severity

_WORDS: Final = ("id", "title", "proves", "text", "remedy")


class CatalogueError(ValueError):
    """A file of scenarios is not what it should be."""


def load(dialect: str, more: Iterable[Path] = ()) -> list[Scenario]:
    """Return the dialect's scenarios in order, then those of further files; raises an error."""
    folder = files("certify") / "scenarios" / dialect
    texts = [f.read_text("utf-8") for f in sorted(folder.iterdir(), key=lambda f: f.name)]
    found = [scenario for text in texts for scenario in read(text)]
    for path in more:
        try:
            found += read(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{path}: {error}") from error
    ids = [scenario.id for scenario in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CatalogueError(f"two scenarios have one id: {', '.join(twice)}")
    return found


def read(text: str) -> list[Scenario]:
    """Return the scenarios of a TOML text; what it says of all stands above the first.

    Raises `ValueError`, of which `CatalogueError` and `LanguageError` are kinds.
    """
    content = tomllib.loads(text)
    rows = content.pop("scenario", [])
    if not isinstance(rows, list) or not rows:
        raise CatalogueError("there is no [[scenario]]")
    return [_scenario(content | row) for row in rows]


def choose(
    scenarios: Iterable[Scenario], only: Sequence[str] = (), tags: Sequence[str] = ()
) -> list[Scenario]:
    """Return those whose id is, or begins with, one of `only`, and that have one of the tags."""
    return [
        scenario
        for scenario in scenarios
        if (not only or any(scenario.id.startswith(word.upper()) for word in only))
        and (not tags or set(tags) & set(scenario.tags))
    ]


def _scenario(row: dict[str, Any]) -> Scenario:
    """Return a scenario; a severity that nobody counts could never fail a run."""
    try:
        if row["severity"] not in get_args(Severity):
            raise TypeError(f"severity is one of {', '.join(get_args(Severity))}")
        wrong = [name for name in _WORDS if not isinstance(row[name], str)]
        if wrong or not row["tags"] or not row["steps"]:
            raise TypeError(f"{', '.join(wrong) or 'tags and steps'}: a text, or several")
        return Scenario(
            **row
            | {
                "tags": tuple(row["tags"]),
                "steps": tuple(read_step(line) for line in row["steps"]),
                "seats": tuple(row.get("seats", ("normal",))),
                "needs": tuple(row.get("needs", ())),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(f"scenario {row.get('id', '?')}: {error}") from error
