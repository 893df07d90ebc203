"""Flexsoft's and WinUpGo's endpoints, wired as in `casino.wiring`, with a wire that can fail."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.winupgo.dialect import Winupgo
from casino.dialects.winupgo.endpoint import Opening, WinupgoEndpoint
from casino.integrations.store.cached_registry import CachedRegistry
from casino.sessions.store.sessions import DynamoDbSessions
from casino.signing.pair import CURRENT, Pair
from casino.wallet.decide_hold import decide_hold
from casino.wallet.endpoint import HookEndpoint
from casino.wallet.hold import session_naming
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wallet.store.tokens import DynamoDbTokens
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.desk import Notebook
from testing.hooks import Reply
from testing.launching import PLAYER, make_desk
from testing.world import World
from tests.functional.faults.scenes import Case, Sent
from tests.functional.faults.vault import Vault
from tests.functional.faults.wire import Wire
from tests.functional.flexsoft import partner as flexsoft
from tests.functional.winupgo import partner as winupgo

SESSION_S = 3600


@dataclass
class Desk:
    """Where an endpoint stands; `client` is the one of DynamoDB that goes through the wire."""

    world: World
    clock: FakeClock
    client: Any
    vault: Vault | None = None
    """Where the secrets are: then its reads are what can fail, and nothing of DynamoDB."""
    notes: Notebook = field(default_factory=Notebook)

    def __post_init__(self) -> None:
        self.wire = self.vault.wire if self.vault else Wire(self.client, self.clock)

    def sent(self, reply: Reply) -> Sent:
        """Return what came back to the last request."""
        return Sent(reply.status, self.notes.records[-1].outcome, reply.text, reply.replayed)

    def parts(self, dialect: Any, pair: Pair) -> dict[str, Any]:
        """Return what every endpoint has."""
        on_wire = replace(self.world, client=self.client)
        rules, ledger = None, on_wire.ledger
        if dialect.name == "winupgo":
            rules, ledger = (
                Rules(decide_hold, hold_commit_for),
                DynamoDbHoldLedger(self.client, self.world.tables),
            )
        accounts = on_wire.accounts
        wallet = WalletService(
            ledger, accounts, self.clock, dialect, jitter=lambda: 1.0, rules=rules
        )
        registry = CachedRegistry(on_wire.registry, self.clock, ttl_s=float("inf"))
        return {
            "dialect": dialect,
            "registry": registry,
            "keyring": self.vault.hold(pair, registry) if self.vault else FakeKeyring(pair),
            "wallet": wallet,
            "clock": self.clock,
            "observer": self.notes,
        }


def flexsoft_at(desk: Desk) -> flexsoft.Partner:
    """Connect Flexsoft, with a session of its player."""
    pair = Pair(flexsoft.PUBLIC_KEY, flexsoft.SECRET_KEY, CURRENT)
    tokens = DynamoDbTokens(desk.client, desk.world.tables)
    endpoint = HookEndpoint(**desk.parts(Flexsoft(), pair), tokens=tokens)
    partner = flexsoft.arrange(desk.world, endpoint.handle, make_desk(desk.world, desk.clock))
    partner.launch()
    return partner


def winupgo_at(desk: Desk) -> winupgo.Partner:
    """Connect WinUpGo, which opens its own sessions, with one that names its player."""
    pair = Pair(winupgo.KEY_ID, winupgo.SECRET_KEY, CURRENT)
    tables, client = desk.world.tables, desk.client
    parts = desk.parts(Winupgo(), pair)
    sessions = DynamoDbSessions(client, tables, desk.clock.sleep)
    ledger = DynamoDbHoldLedger(client, tables)
    accounts = replace(desk.world, client=client).accounts
    opening = Opening(ledger, accounts, sessions.add, SESSION_S)
    endpoint = WinupgoEndpoint(**parts, opening=opening)
    partner = winupgo.arrange(desk.world, endpoint.handle, opens_sessions=True)
    partner.now = desk.clock.now
    known = desk.world.sessions.get(partner.session_id)
    assert known is not None
    named = replace(known, session_id=session_naming(PLAYER, uuid4().hex))
    assert desk.world.sessions.add(named)
    partner.session_id = named.session_id
    return partner


@dataclass
class Seat:
    """The player at a desk; `minor` and `held` are what is expected to be there."""

    desk: Desk
    player_id: str = PLAYER
    minor: int = 100_000
    held: int = 0

    def case(
        self,
        send: Any,
        key: str = "",
        moves: int = 0,
        answer: tuple[int, str] = (200, "ok"),
        **more: Any,
    ) -> Case:
        """Return a request; with what was done before, it changes the balance by so much."""
        self.minor += moves
        return Case(
            lambda: self.desk.sent(send()),
            *answer,
            self.minor,
            key,
            held_minor=self.held,
            **more,
        )
