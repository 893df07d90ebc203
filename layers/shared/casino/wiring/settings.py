"""The settings that functions read from their environment, once, when they are wired.

A variable that is missing or has a bad value raises `SettingsError` with its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casino.aws.tables import Tables
from casino.base.errors import CasinoError

#: The longest that a registry entry or a secret may be kept, in seconds.
LONGEST_CACHE_S: Final = 60.0


class SettingsError(CasinoError):
    """A variable that the template sets is missing, or has a bad value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a function, typed; no secret is ever among it."""

    tables: Tables
    service: str
    version: str
    cache_s: float = LONGEST_CACHE_S
    """How long what the registry and Secrets Manager said is kept, in seconds."""
    local: bool = False
    """Whether this is the local stack, where counterparts live on this machine."""
    identity_key: str = ""
    """The name of the secret that e-mails are hashed with; empty where nobody hashes any."""
    token_key: str = ""
    """The key that encrypts the tokens of services that we call; empty for AWS's own."""
    limit_wait_s: int = 86_400
    """How long a looser limit of a player waits, in seconds."""
    time_zone: str = "UTC"
    """Where the days, weeks and months of new limits begin."""
    primed: tuple[str, ...] | None = None
    """The integrations that the init of a hook reads ahead; `None` to call nothing in the init."""


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """The settings of the synchronisation of the catalogue, beside the shared ones."""

    catalogue_table: str
    sync_table: str
    pages_bucket: str
    drop_share: float
    hand_over_s: float
    page_limit: int


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The settings of launching and closing sessions, beside the shared ones."""

    catalogue_table: str
    deadline_s: float
    session_ttl_s: int
    repeat_s: int
    idle_s: int
    expiry_budget_s: float
    """How long a run of the schedule may take to tell the provider of one integration."""
    return_hosts: tuple[str, ...] | None
    """Where games may lead back to; `None` for any host."""


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that every function has; raises `SettingsError`."""
    return Settings(
        tables=Tables(
            ledger=required(environment, "LEDGER_TABLE"),
            wallets=required(environment, "WALLETS_TABLE"),
            players=required(environment, "PLAYERS_TABLE"),
            sessions=required(environment, "SESSIONS_TABLE"),
            rounds=required(environment, "ROUNDS_TABLE"),
            registry=required(environment, "REGISTRY_TABLE"),
            audit=environment.get("AUDIT_TABLE", ""),
            partners=environment.get("PARTNERS_TABLE", ""),
            references=environment.get("REFERENCES_TABLE", ""),
            deliveries=environment.get("DELIVERIES_TABLE", ""),
        ),
        service=environment.get("POWERTOOLS_SERVICE_NAME", "wallet"),
        version=environment.get("SERVICE_VERSION", "unknown"),
        local=environment.get("STAGE") == "local",
        cache_s=_cache_s(environment.get("CACHE_SECONDS", "")),
        identity_key=environment.get("IDENTITY_KEY", ""),
        token_key=environment.get("KMS_ARN", ""),
        limit_wait_s=3600 * whole(environment, "LIMIT_WAIT_HOURS", 24),
        time_zone=environment.get("TIME_ZONE", "UTC"),
        primed=_names(environment.get("PRIMED_INTEGRATIONS")),
    )


def load_sync_settings(environment: Mapping[str, str]) -> SyncSettings:
    """Return the settings of the synchronisation; raises `SettingsError`."""
    return SyncSettings(
        catalogue_table=required(environment, "CATALOGUE_TABLE"),
        sync_table=required(environment, "SYNC_TABLE"),
        pages_bucket=required(environment, "PAGES_BUCKET"),
        drop_share=whole(environment, "DROP_SHARE_PERCENT", 80) / 100,
        hand_over_s=_number(environment, "HAND_OVER_SECONDS", 60),
        page_limit=whole(environment, "PAGE_LIMIT", 200),
    )


def load_session_settings(environment: Mapping[str, str]) -> SessionSettings:
    """Return the settings of the functions of the sessions; raises `SettingsError`."""
    return SessionSettings(
        catalogue_table=required(environment, "CATALOGUE_TABLE"),
        deadline_s=_number(environment, "LAUNCH_DEADLINE_SECONDS", 10),
        session_ttl_s=60 * whole(environment, "SESSION_TTL_MINUTES", 720),
        repeat_s=whole(environment, "LAUNCH_REPEAT_SECONDS", 60),
        idle_s=60 * whole(environment, "SESSION_IDLE_MINUTES", 30),
        expiry_budget_s=_number(environment, "EXPIRY_BUDGET_SECONDS", 30),
        return_hosts=_names(environment.get("RETURN_HOSTS")) or None,
    )


def required(environment: Mapping[str, str], name: str) -> str:
    """Return a variable that has to be set."""
    try:
        return environment[name]
    except KeyError:
        raise SettingsError(f"{name} is not set") from None


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(environment.get(name, default))
    except ValueError:
        raise SettingsError(f"{name} is not a number") from None


def whole(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return a variable that is a whole number, or `default` where it is not set."""
    try:
        return int(environment.get(name, default))
    except ValueError:
        raise SettingsError(f"{name} is not a whole number") from None


def _cache_s(text: str) -> float:
    try:
        seconds = float(text) if text else LONGEST_CACHE_S
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_CACHE_S:
        raise SettingsError(f"CACHE_SECONDS must be from 0 to {LONGEST_CACHE_S:g}")
    return seconds


def _names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(name for part in text.split(",") if (name := part.strip()))
