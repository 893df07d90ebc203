"""The shelf of a token in memory; passes the same contract tests as that on AWS."""

from dataclasses import dataclass, field

from casino.integrations.ports import Shelved


@dataclass
class FakeShelf:
    """`TokenShelf`; `shelved` is what every environment sees."""

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

    def release(self) -> None:
        self.claimed_until = 0.0
