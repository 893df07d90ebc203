"""One integration in memory, whose rotation can be made to die at any call."""

from collections.abc import Callable
from typing import Any

from casino.audit.model import Who
from casino.integrations.credentials import read_pair
from casino.integrations.rotation import Rotation
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.secrets import SecretsManagerStore
from casino.signing.pair import Pair
from testing.clock import FakeClock
from testing.crashes import Crashes, CrashingClient
from testing.credentials import FakePairProvider, FakeSecrets, pair_of
from testing.integrations import FakeRegistry, an_integration, with_terms

ACME = an_integration("acme", grace_s=3600)
NAME, SECRET = ACME.name, ACME.secret_name

OLD, NEW = pair_of("old"), pair_of("new")
SAME_KEY = read_pair('{"api_key":"key-old","secret_key":"secret-same-key-0123456789abcdef"}')
GRACE_S = 3600
MOST_CALLS = 40


class Scene:
    """One integration, whose rotation can be made to die."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.registry = FakeRegistry(ACME, OLD.api_key)
        self.secrets = FakeSecrets(self.clock, OLD)
        self.provider = FakePairProvider()
        self.crashes = Crashes()
        store: Any = CrashingClient(self.secrets, self.crashes)
        directory: Any = CrashingClient(self.registry, self.crashes)
        provider: Any = CrashingClient(self.provider, self.crashes)
        self.rotation = Rotation(
            SecretsManagerStore(store),
            directory,
            provider,
            self.clock,
            Who("arn:aws:iam::1:user/op", "a test"),
        )

    def steps(self, token: str = "v1") -> list[Callable[[], None]]:
        rotation = self.rotation
        return [
            lambda: rotation.create(SECRET, token),
            lambda: rotation.set(SECRET, token),
            lambda: rotation.test(SECRET, token),
            lambda: rotation.finish(SECRET, token),
        ]

    def rotate(self, pair: Pair = NEW, token: str = "v1") -> None:
        self.rotation.stage(NAME, pair, token)
        for step in self.steps(token):
            step()

    def verifies(self, pair: Pair) -> bool:
        """Ask a new execution environment, and make it look again."""
        integration = CachedRegistry(self.registry, self.clock).by_api_key(pair.api_key)
        if integration is None:
            return False
        keyring = SecretsManagerKeyring(self.secrets, self.clock, self.registry)
        keyring.live(integration)
        keyring.refresh(integration)
        return pair.secret_key in {secret.secret_key for secret in keyring.live(integration)}

    def change_terms(self, **terms: Any) -> None:
        self.registry.put(with_terms(self.registry.integrations[NAME], **terms))

    @property
    def current(self) -> str:
        return self.secrets.labels["AWSCURRENT"]
