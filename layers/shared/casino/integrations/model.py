"""Integrations and the live versions of their credentials."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Integration:
    """One provider's connection: how it signs, what it may use, what is switched off.

    `provider_url` is where the provider's own API begins; without one there is no catalogue.
    `launch_hosts` are the hosts that its launch URLs may name.
    """

    name: str
    family: str
    secret_name: str
    currencies: tuple[str, ...] = ()
    allowed_cidrs: tuple[str, ...] = ()
    bets_enabled: bool = True
    sessions_enabled: bool = True
    refund_unknown_bet: Literal["reject", "accept"] = "reject"
    provider_url: str = ""
    launch_hosts: tuple[str, ...] = ()
    close_sessions: bool = False
    enabled: bool = True
    """A disabled integration's keys are refused: for one that ended, or whose keys leaked."""
    issue_url: str = ""
    """Where the provider issues a new pair of credentials; empty when an operator hands it in."""
    grace_s: int | None = None
    """How long a replaced secret goes on verifying; `None` for what its family says."""
    pending_version: str = ""
    """The version of its secret that was staged last, so that a stale cache can be told."""
    retirements: tuple[tuple[str, int], ...] = ()
    """Version of its secret → when it stops verifying, in seconds since the epoch."""
    key_valid_until: int = 0
    """When the `api_key` that it was found by stops being valid; 0 for never. Not stored here."""

    def supports(self, currency: str) -> bool:
        """Tell whether the integration may use `currency`; an empty list means every one."""
        return not self.currencies or currency in self.currencies


@dataclass(frozen=True, slots=True)
class Secret:
    """One live version of an integration's credentials; its repr shows no secret."""

    label: str
    """`current`, `pending` or `previous`."""
    api_key: str
    secret_key: str
    created_at: float = 0.0
    """When the version was made, in seconds since the epoch."""
    version_id: str = ""
    until: float = float("inf")
    """When it stops verifying, in seconds since the epoch."""

    def __repr__(self) -> str:
        return f"Secret(label={self.label!r})"
