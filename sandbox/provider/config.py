"""The configuration of a simulated provider."""

from dataclasses import dataclass, field
from typing import Final

DEFAULT_GAMES: Final = 5_000
DEFAULT_PROVIDERS: Final = 40


@dataclass(frozen=True)
class Credential:
    """One platform: its pair of keys, and where its wallet answers hooks."""

    api_key: str
    secret_key: str = field(repr=False)
    hooks_url: str


@dataclass(frozen=True)
class ProviderConfig:
    """Where it answers, its first platform, and what its catalogue is generated from."""

    hooks_url: str
    api_key: str
    secret_key: str = field(repr=False)
    #: The origin that it is reached at; launch URLs start with it unless `public_url` says other.
    base_url: str = "http://127.0.0.1:8090"
    public_url: str | None = None
    seed: int = 1
    games: int = DEFAULT_GAMES
    providers: int = DEFAULT_PROVIDERS
    latency_ms: int = 0
    #: Before an unanswered hook is sent again; each time twice as long.
    retry_pause_s: float = 0.2

    @property
    def credential(self) -> Credential:
        """The platform that it was started for."""
        return Credential(self.api_key, self.secret_key, self.hooks_url)
