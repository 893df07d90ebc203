"""The state of one running provider, in memory: it ends with the process."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.provider.config import Credential, ProviderConfig
from sandbox.provider.faults import Faults
from sandbox.provider.generator import generate
from sandbox.provider.listing import Listing
from sandbox.provider.sessions import Sessions


class Stats:
    """Counts since the start or the last reset of the counts."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.by_status: dict[str, Counter[str]] = {}
        self.hooks: Counter[str] = Counter()
        self.records_served: Counter[str] = Counter()
        self.sessions_created = 0
        self.sessions_closed = 0
        self.refused = 0

    def answered(self, endpoint: str, status: int) -> None:
        """Count one answer of iGSP."""
        self.by_status.setdefault(endpoint, Counter())[str(status)] += 1

    def describe(self) -> dict[str, Any]:
        """Return the counts as the admin route shows them."""
        return {
            "requests": dict(self.requests),
            "by_status": {name: dict(counts) for name, counts in self.by_status.items()},
            "records_served": dict(self.records_served),
            "sessions_created": self.sessions_created,
            "sessions_closed": self.sessions_closed,
            "refused": self.refused,
            "hooks": dict(self.hooks),
        }


class State:
    """The catalogue, the sessions, the faults and the settings that may change while it runs."""

    def __init__(self, config: ProviderConfig, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.clock = clock
        self.reset()

    def reset(self) -> None:
        """Back to how it was started."""
        config = self.config
        providers, games = generate(config.seed, config.games, config.providers)
        self.providers = Listing(providers, self.clock)
        self.games = Listing(games, self.clock)
        self.credentials: dict[str, Credential] = {config.api_key: config.credential}
        self.origin = config.public_url or config.base_url
        #: The names of this machine under which the admin may be asked.
        self.own_hosts = frozenset(
            {"127.0.0.1", "localhost", "::1", urlsplit(config.base_url).hostname}
        )
        self.latency_s = config.latency_ms / 1000
        self.faults = Faults()
        self.sessions = Sessions()
        self.stats = Stats()

    def listing(self, name: str) -> Listing:
        """Return the list that an endpoint is named after."""
        return self.games if name == "games" else self.providers

    def point_hooks(self, hooks_url: str) -> None:
        """Send the hooks of the first platform elsewhere, those of its open sessions too."""
        credential = Credential(self.config.api_key, self.config.secret_key, hooks_url)
        self.credentials[credential.api_key] = credential
        for session in self.sessions.by_id.values():
            if session.credential.api_key == credential.api_key:
                session.credential = credential
