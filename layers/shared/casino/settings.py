"""What the functions read from their environment, once, when they are wired."""

from collections.abc import Mapping
from dataclasses import dataclass

from casino.adapters.tables import Tables
from casino.domain.errors import CasinoError


class SettingsError(CasinoError):
    """A variable that the template sets is missing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a function, typed; no secret is ever among it."""

    tables: Tables
    service: str
    version: str


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
            ),
            service=environment.get("POWERTOOLS_SERVICE_NAME", "wallet"),
            version=environment.get("SERVICE_VERSION", "unknown"),
        )
    except KeyError as error:
        raise SettingsError(f"{error.args[0]} is not set") from None
