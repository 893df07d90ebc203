"""What stands around a shared token, in memory: its shelf, and who is told of it."""

from dataclasses import dataclass, field

from casino.integrations.ports import Shelved


@dataclass
class FakeShelf:
    """`TokenShelf`, under the contract tests of that on AWS; every environment sees `shelved`."""

    shelved: Shelved = field(default_factory=Shelved)
    claimed_until: float = 0.0
    claims: int = 0

    def read(self) -> Shelved:
        return self.shelved

    def write(self, shelved: Shelved) -> None:
        self.shelved = shelved

    def claim(self, now: float, until: float) -> bool:
        if now < self.claimed_until:
            return False
        self.claimed_until = until
        self.claims += 1
        return True

    def release(self, until: float) -> None:
        if until == self.claimed_until:
            self.claimed_until = 0.0


@dataclass
class FakeObserver:
    """`TokenObserver` that remembers."""

    fetched: int = 0
    failures: list[str] = field(default_factory=list)

    def token_fetched(self, service: str) -> None:
        self.fetched += 1

    def token_failed(self, service: str, reason: str) -> None:
        self.failures.append(reason)
