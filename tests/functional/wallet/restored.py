"""A casino on the model of DynamoDB, whose tables are torn as a restore tears them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from casino.audit.model import AuditRecord, Who
from casino.bonus.model import BonusTerms
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms, WinLimits
from casino.wallet.bonus_grant import (
    BonusRequest,
    bonus_commit_for,
    decide_bonus,
    end_request,
    grant_request,
)
from casino.wallet.decide_hold import decide_hold
from casino.wallet.dialect import Words
from casino.wallet.hold import HoldRequest
from casino.wallet.model import Player, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.rebuild.service import Rebuild
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.release import Release
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wallet.store.releases import DynamoDbReleases
from casino.wiring.rebuild import rebuild_of
from testing.clock import FakeClock
from testing.template import create_tables
from testing.transactions import (
    NOW,
    PLAYER,
    SESSION,
    a_bet,
    a_deposit,
    a_refund,
    a_win,
    a_withdrawal,
)
from testing.world import World
from tests.simulation.dynamodb_model import DynamoDbModel

WHO = Who("a test", "the restore of a test")
LATER = 4_000_000_000
MONEY = ("ledger", "wallets", "rounds")
type Items = dict[str, dict[tuple[str, ...], Any]]


@dataclass
class House:
    """A casino on the model of DynamoDB, with one player who has limits."""

    world: World

    @property
    def model(self) -> DynamoDbModel:
        found: DynamoDbModel = self.world.client.model
        return found

    @property
    def rebuild(self) -> Rebuild:
        return rebuild_of(self.world.client, self.world.tables, FakeClock(NOW))

    def send(self, request: Transaction) -> int:
        ledger, rules = self.world.ledger, Rules()
        words: Words = Igsp()
        if isinstance(request, HoldRequest):
            ledger = DynamoDbHoldLedger(self.world.client, self.world.tables)
            words, rules = Winupgo(), Rules(decide_hold, hold_commit_for)
        if isinstance(request, BonusRequest):
            rules = Rules(decide_bonus, bonus_commit_for)
        service = WalletService(ledger, self.world.accounts, FakeClock(NOW), words, rules=rules)
        terms = WalletTerms(win_limits=(("EUR", WinLimits(single_minor=900_00)),))
        return service.transact(request, terms).status

    def release(self) -> int:
        release = Release("sandbox", "win-held", PLAYER, "EUR", 1000_00, "then", "me", "fine")
        record = AuditRecord(f"player#{PLAYER}", "release", "me", "then")
        return int(DynamoDbReleases(self.world.client, self.world.tables).add(release, record))

    def items(self) -> Items:
        """Return the money's items; the model never changes one, it puts another in its place."""
        tables = self.world.tables
        return {name: dict(self.model.tables[getattr(tables, name)].items) for name in MONEY}

    def put_back(self, items: Items) -> None:
        for name, held in items.items():
            self.model.tables[getattr(self.world.tables, name)].items = dict(held)

    def faults(self) -> list[str]:
        found = Verifier(self.world.history).everything()
        return [f"{each.code} {each.detail}" for each in found.faults]


def a_hold(bet: str, **changes: Any) -> HoldRequest:
    held = HoldRequest("sandbox", f"hold-{bet}", "hold", "bet", "", "EUR", 300)
    named = replace(held, session_id="s1", round_id=f"r-{bet}", bet_transaction_id=bet)
    return replace(named, **changes)


def an_end(kind: Any, bet: str, amount_minor: int = 0) -> HoldRequest:
    end = HoldRequest("sandbox", f"{kind}-{bet}", kind, kind, "", "EUR", amount_minor)
    return replace(end, round_id=f"r-{bet}", bet_transaction_id=bet)


BONUS = BonusTerms("g1", 20_00, 10_00, LATER, "bonus_first")
STEPS: tuple[Transaction, ...] = (
    a_deposit(),
    a_bet(round_id="r1"),
    a_bet(transaction_id="bet-2", round_id="r1", amount_minor=700),
    a_refund(),
    a_win(round_id="r1", finished=True),
    a_refund(transaction_id="ref-9", bet_transaction_id="bet-9"),
    a_bet(transaction_id="bet-9"),
    a_bet(transaction_id="bet-10", amount_minor=10**9),
    a_hold("b1"),
    a_hold("b2"),
    an_end("settle", "b1", 450),
    an_end("rollback", "b2"),
    an_end("rollback", "b3"),
    a_win(transaction_id="win-held", amount_minor=1000_00),
    a_withdrawal(5_00),
    grant_request(PLAYER, "EUR", BONUS, WHO.written(), "t"),
    a_bet(transaction_id="bonus-1", round_id="r3", amount_minor=15_00),
    a_bet(transaction_id="bonus-2", round_id="r3", amount_minor=12_00),
    a_refund(transaction_id="ref-b2", bet_transaction_id="bonus-2", amount_minor=12_00),
    a_win(transaction_id="win-b", round_id="r3", amount_minor=40_00),
    a_hold("b5"),
    an_end("settle", "b5", 7_00),
    end_request("bonus_conversion", "wagered", (PLAYER, "EUR"), "g1", WHO.written(), "t"),
)


def a_house() -> House:
    """Open a casino on the model of DynamoDB; its one player has a limit."""
    client = DynamoDbModel().client()
    world = World(client, create_tables(client, "test"))
    world.configure()
    world.accounts.add_player(Player(PLAYER, blocked=False, created_at=SESSION.opened_at))
    world.accounts.add_wallet(PLAYER, "EUR")
    world.sessions.add(SESSION)
    world.limits.set(PLAYER, "EUR", {"loss_day": 50_000_00}, who=WHO)
    return House(world)


def tears(before: Items, after: Items) -> Iterator[Items]:
    """Yield the tables with one part of what changed undone, and with all parts but one."""
    changed = [
        (name, key)
        for name in MONEY
        for key in after[name]
        if after[name][key] != before[name].get(key)
    ]
    for size in {1, max(1, len(changed) - 1)} if len(changed) > 1 else ():
        for undone in combinations(changed, size):
            torn = {name: dict(after[name]) for name in MONEY}
            for name, key in undone:
                torn[name].pop(key)
                if key in before[name]:
                    torn[name][key] = before[name][key]
            yield torn
