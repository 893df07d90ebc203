"""What a run is told: by options, by a TOML file, secrets also by the environment."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from certify.dialects import Access
from certify.model import Seat
from certify.play import Rules

_BUDGETS: Final = {"p95_ms": 300.0, "p99_ms": 2000.0, "errors_percent": 0.0}
_KNOWN: Final = {
    "url", "key", "secret", "players", "budgets", "requests", "timeout_s", "parallel", "access",
}  # fmt: skip
#: Of the section `access`: what scenarios may need.
_OPTIONAL: Final = ("previous_key", "previous_secret")


class SettingsError(ValueError):
    """Something that a run needs is missing or wrong."""


@dataclass(frozen=True)
class Settings:
    """Where to run, as whom, with which players and rules."""

    access: Access
    seats: tuple[Seat, ...]
    rules: Rules
    timeout_s: float
    parallel: int


def read(
    url: str, key: str, secret: str, players: Sequence[str], config: Path | None,
    requests: int | None = None,
) -> Settings:  # fmt: skip
    """Return the settings; options have precedence over the file. Raises `SettingsError`."""
    said = _file(config)
    extra = said.get("access", {})
    access = Access(
        (url or said.get("url", "")).rstrip("/"), key or said.get("key", ""),
        secret or said.get("secret", ""), extra,
    )  # fmt: skip
    if urlsplit(access.url).scheme not in ("http", "https"):
        raise SettingsError("--url, or url in the file, must be http:// or https://")
    if not access.key or not access.secret:
        raise SettingsError("a key and a secret are needed: options, file or environment")
    seats = [_seat_of(text) for text in players]
    seats += [_seat(row) for row in said.get("players", ())]
    normal = sum(seat.trait == "normal" for seat in seats)
    if not normal:
        raise SettingsError("at least one --player without a trait is needed")
    given = {name for name in _OPTIONAL if name in extra}
    rules = Rules(
        budgets=_BUDGETS | said.get("budgets", {}),
        requests=requests or int(said.get("requests", 100)),
        secret=access.secret,
        given=frozenset(given),
    )
    parallel = int(said.get("parallel", min(normal, 4)))
    return Settings(access, tuple(seats), rules, float(said.get("timeout_s", 10)), parallel)


def _file(config: Path | None) -> Mapping[str, Any]:
    if config is None:
        return {}
    try:
        said = tomllib.loads(config.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{config}: {error}") from error
    unknown = sorted(said.keys() - _KNOWN)
    if unknown:
        raise SettingsError(f"{config}: unknown settings {', '.join(unknown)}")
    return said


def _seat_of(text: str) -> Seat:
    """Read `player:currency:session`, and `:trait` behind it for a player with one."""
    parts = text.split(":")
    if len(parts) not in (3, 4) or not all(parts):
        raise SettingsError(f"--player {text!r} is not PLAYER:CURRENCY:SESSION[:TRAIT]")
    player_id, currency, session_id, trait = (*parts, "normal")[:4]
    return Seat(player_id, currency, session_id, trait)


def _seat(row: Mapping[str, Any]) -> Seat:
    names = ("player_id", "currency", "session_id")
    missing = [name for name in names if not isinstance(row.get(name), str)]
    if missing:
        raise SettingsError(f"a player of the file has no {missing[0]}")
    extra = {name: value for name, value in row.items() if name not in (*names, "trait")}
    player_id, currency, session_id = (row[name] for name in names)
    return Seat(player_id, currency, session_id, str(row.get("trait", "normal")), extra)
