"""What the functions read from their environment, once, when they are wired."""

from collections.abc import Mapping
from dataclasses import dataclass

from casino.aws.tables import Tables
from casino.base.errors import CasinoError

#: The longest that a registry entry or a secret may be kept, in seconds.
LONGEST_CACHE_S = 60.0


class SettingsError(CasinoError):
    """A variable that the template sets is missing, or not what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a function, typed; no secret is ever among it."""

    tables: Tables
    service: str
    version: str
    cache_s: float = LONGEST_CACHE_S
    """How long what the registry and Secrets Manager said is kept, in seconds."""
    primed: tuple[str, ...] | None = None
    """The integrations that the init of a hook reads ahead; `None` to call nothing in the init."""


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises `SettingsError` naming the first variable that is missing."""
    try:
        return Settings(
            tables=Tables(
                ledger=environment["LEDGER_TABLE"],
                wallets=environment["WALLETS_TABLE"],
                players=environment["PLAYERS_TABLE"],
                sessions=environment["SESSIONS_TABLE"],
                rounds=environment["ROUNDS_TABLE"],
                registry=environment["REGISTRY_TABLE"],
                audit=environment.get("AUDIT_TABLE", ""),
            ),
            service=environment.get("POWERTOOLS_SERVICE_NAME", "wallet"),
            version=environment.get("SERVICE_VERSION", "unknown"),
            cache_s=_cache_s(environment.get("CACHE_SECONDS", "")),
            primed=_primed(environment.get("PRIMED_INTEGRATIONS")),
        )
    except KeyError as error:
        raise SettingsError(f"{error.args[0]} is not set") from None


def _cache_s(text: str) -> float:
    try:
        seconds = float(text) if text else LONGEST_CACHE_S
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_CACHE_S:
        raise SettingsError(f"CACHE_SECONDS must be from 0 to {LONGEST_CACHE_S:g}")
    return seconds


def _primed(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(name for part in text.split(",") if (name := part.strip()))
