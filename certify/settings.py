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
#: Of the load: a test of a wallet is no attack on it.
MOST_REQUESTS: Final = 10_000
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
    extra = _table(said, "access")
    access = Access(
        _url(url or _text(said, "url")), key or _text(said, "key"),
        secret or _text(said, "secret"), extra,
    )  # fmt: skip
    if not access.key or not access.secret:
        raise SettingsError("a key and a secret are needed: options, file or environment")
    if not (access.key.isascii() and access.key.isprintable()):
        raise SettingsError("the key holds a character that no HTTP header carries")
    seats = [_seat_of(text) for text in players]
    rows = said.get("players", [])
    seats += [_seat(row) for row in (rows if isinstance(rows, list) else [rows])]
    _check(seats)
    budgets = _table(said, "budgets")
    budgets = {name: _number(budgets, name, 0, 0, float("inf")) for name in budgets}
    rules = Rules(
        budgets=_BUDGETS | budgets,
        requests=int(requests or _number(said, "requests", 100, 2, MOST_REQUESTS)),
        secret=access.secret,
        hidden=_hidden(access, seats),
        given=frozenset(name for name in _OPTIONAL if name in extra),
    )
    normal = sum(seat.trait == "normal" for seat in seats)
    parallel = int(_number(said, "parallel", min(normal, 4), 1, 32))
    timeout_s = _number(said, "timeout_s", 10, 0.1, 600)
    return Settings(access, tuple(seats), rules, timeout_s, parallel)


def _url(text: str) -> str:
    """Return a URL to which a path can be added; a report shows it, so it holds no credential."""
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or parts.query or parts.fragment or "@" in parts.netloc or not text.isascii():
        raise SettingsError(
            "--url, or url in the file, must be http:// or https://, a host and a path, no more"
        )
    return text.rstrip("/")


def _check(seats: Sequence[Seat]) -> None:
    """Refuse players with whom a right wallet would look wrong."""
    if not any(seat.trait == "normal" for seat in seats):
        raise SettingsError("at least one --player without a trait is needed")
    wallets = [(seat.player_id, seat.currency) for seat in seats]
    for seat in seats:
        if wallets.count((seat.player_id, seat.currency)) > 1:
            raise SettingsError(f"{seat.player_id} is given twice: a wallet serves one trait")
        if seat.places != 2:
            raise SettingsError(f"{seat.currency} has not two decimals, as the scenarios want")


def _hidden(access: Access, seats: Sequence[Seat]) -> dict[str, str]:
    """Return what no report shows, and the word that stands there instead."""
    names = ("previous_key", "previous_secret", "client_secret")
    hidden = {str(access.extra[name]): name for name in names if name in access.extra}
    hidden |= {seat.session_id: f"session of {seat.player_id}" for seat in seats}
    tokens = {str(s.extra["user_token"]): "user_token" for s in seats if "user_token" in s.extra}
    return hidden | tokens | {access.key: "key"}


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise SettingsError(f"{name} is a text")
    return value


def _table(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise SettingsError(f"{name} is a table: [{name}]")
    return value


def _number(said: Mapping[str, Any], name: str, usual: float, least: float, most: float) -> float:
    value = said.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise SettingsError(f"{name} is a number from {least} to {most:,}")
    return value


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


def _seat(row: Any) -> Seat:
    names = ("player_id", "currency", "session_id")
    if not isinstance(row, dict):
        raise SettingsError("players are tables: [[players]]")
    missing = [name for name in names if not isinstance(row.get(name), str)]
    if missing:
        raise SettingsError(f"a player of the file has no {missing[0]}")
    extra = {name: value for name, value in row.items() if name not in (*names, "trait")}
    player_id, currency, session_id = (row[name] for name in names)
    return Seat(player_id, currency, session_id, str(row.get("trait", "normal")), extra)
