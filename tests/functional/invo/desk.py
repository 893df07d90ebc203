"""Invo's effects over a casino and an inbox in memory."""

from dataclasses import dataclass, field, replace
from typing import Any

from casino.accounts.email import email_hash
from casino.accounts.model import Identity
from casino.accounts.purchases import Purchases
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.invo.effects import InvoEffects
from casino.integrations.model import Integration
from casino.wallet.model import Wallet
from casino.wallet.proof.verify import Verifier
from testing.arranged import ARRANGED
from testing.casinos import furnish
from testing.fake_inbox import FakeInbox
from testing.fakes import FakeWorld
from testing.transactions import PLAYER
from tests.functional.invo.deliveries import EMAIL, a_delivery

KEY = b"a key of tests"
NOW = 1_760_702_625.0
AT = "2026-01-01T00:00:00.000Z"
INVO = Integration("invo", "invo", "s")


@dataclass
class Desk:
    """Invo's effects over a casino and an inbox in memory; `told` holds the events so far."""

    world: FakeWorld = field(default_factory=FakeWorld)
    inbox: FakeInbox = field(default_factory=FakeInbox)
    integration: Integration = INVO
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        furnish(self.world, 0)

    @property
    def effects(self) -> InvoEffects:
        purchases = Purchases(self.world.bought, self.world.accounts, Igsp())
        return InvoEffects(purchases, self.world.identities, lambda: KEY)

    def know(self, identity_id: str | None = "id_1", email: str | None = EMAIL) -> None:
        """Let the integration know the player by these names."""
        hashed = email_hash(email, KEY) if email else None
        before = self.world.identities.of("invo", PLAYER)
        version = before.version + 1 if before else 1
        after = Identity("invo", PLAYER, identity_id, hashed, AT, version)
        assert self.world.identities.change(before, after, ARRANGED)

    def tell(self, kind: str, key: str, **data: Any) -> tuple[str, str]:
        """Store a delivery and act on it; return its state and the reason."""
        self.inbox.put_if_absent(a_delivery(kind, key, **data))
        return self.retry(key)

    def retry(self, key: str) -> tuple[str, str]:
        delivery = replace(self.inbox.stored["invo", key], state="received", next_at=0)
        self.inbox.stored["invo", key] = delivery
        taken = self.inbox.take(delivery, NOW)
        assert taken is not None
        outcome = self.effects.act(taken, self.integration, NOW)
        assert self.inbox.commit(taken, outcome, NOW) == "committed"
        ended = self.inbox.stored["invo", key]
        self.told += [(event.event_type, dict(event.payload)) for event in ended.told]
        return ended.state, ended.reason

    @property
    def wallet(self) -> Wallet:
        found = self.world.accounts.wallet(PLAYER, "EUR")
        assert found is not None
        return found

    @property
    def balance(self) -> int:
        assert Verifier(self.world.history).everything().faults == ()
        return self.wallet.balance_minor
