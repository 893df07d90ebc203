"""A casino in which everything was played, and its tables as whoever tampers sees them."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from casino.accounts.answers import PlatformWords
from casino.accounts.purchases import Purchases, Told
from casino.audit.model import Who
from casino.aws.dynamodb import transact
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms, WinLimits
from casino.wallet.chain import genesis_hash, seal
from casino.wallet.dialect import Words
from casino.wallet.hold import HoldRequest
from casino.wallet.model import Entry, Transaction
from casino.wallet.proof.answers import outcome_of, transaction_of
from casino.wallet.purchase import Order
from casino.wallet.store.items import entry_item, read_ledger_item
from casino.wiring.admin import Admin
from casino.wiring.hooks import wallet_service
from casino.wiring.stack import Stack
from casino.wiring.winupgo import hold_service
from testing.integrations import an_integration
from testing.world import GAME, World, build_tables
from tests.simulation.dynamodb_model import DynamoDbModel

type Item = dict[str, Any]

WHO: Final = Who("local:test", "the scene")
TERMS: Final = WalletTerms(win_limits=(("EUR", WinLimits(single_minor=500_00)),))
#: What every request says that plays; its session is its player's.
_PLAYS: Final[Item] = {"game_id": GAME, "trace_id": "trace"}


@dataclass
class Scene:
    """The world of one scene on the model of DynamoDB."""

    world: World
    model: DynamoDbModel

    @cached_property
    def admin(self) -> Admin:
        stack = Stack("test", self.world.tables, "test/")
        return Admin(stack, self.world.client, None, None, None)

    def games(self, kind: Any, name: str, minor: int, code: str = "ok", **fields: Any) -> None:
        """Send a bet, win or refund of iGSP; `code` is what it is answered."""
        player, currency = fields.pop("player", "ann"), fields.pop("currency", "EUR")
        request = Transaction(
            **_PLAYS,
            integration="sandbox",
            transaction_id=name,
            kind=kind,
            player_id=player,
            currency=currency,
            amount_minor=minor,
            session_id=self.sessions[player],
            **{"type": kind, **fields},
        )
        service = wallet_service(self.world.client, self.world.tables, Igsp())
        assert service.transact(request, TERMS).code == code

    def holds(self, kind: Any, name: str, bet: str, minor: int = 0, code: str = "ok") -> None:
        """Send a hold, settlement or rollback of WinUpGo."""
        request = HoldRequest(
            **_PLAYS,
            integration="winupgo",
            transaction_id=name,
            kind=kind,
            type=kind,
            player_id="",
            currency="EUR" if kind != "rollback" else "",
            amount_minor=minor,
            session_id=self.sessions["winupgo"] if kind == "hold" else None,
            round_id="round" if kind != "rollback" else None,
            bet_transaction_id=bet,
        )
        service = hold_service(self.world.client, self.world.tables, Winupgo())
        assert service.transact(request, TERMS).code == code

    def sells(self) -> None:
        """Sell coins through Invo, and take a part back."""
        client, tables = self.world.client, self.world.tables
        purchases = Purchases(self.world.bought, self.world.accounts, Igsp())
        told = Told("key", "trace")
        bought = purchases.credit(Order("invo", "ord", "ann", "EUR"), "40.00", told, time.time())
        assert not transact(client, bought.writes)
        taken = purchases.take_back("invo", "ord", "refund/a", "15.00", told, time.time())
        assert not transact(client, taken.writes)
        assert tables.partners

    @cached_property
    def sessions(self) -> dict[str, str]:
        world = self.world
        found = {"ann": world.player("ann", amount="1000.00"), "eve": world.player("eve")}
        found |= {"bob": world.player("bob", "JPY", "5000"), "dan": world.player("dan")}
        return found | {"winupgo": world.session("ann", integration="winupgo")}


def played() -> Scene:
    """Return a casino with every kind of entry and marker, and every change of people."""
    model = DynamoDbModel()
    scene = Scene(build_tables("test", model.client()), model)
    for family in ("winupgo", "invo"):
        scene.world.registry.put(an_integration(family, family), (f"key-{family}",))
    _play(scene)
    _hold(scene)
    admin = scene.admin
    scene.sells()
    admin.reservations.reserve("ann", "EUR", 25_00, "payout", who=WHO)
    admin.limits.set("ann", "EUR", {"loss_day": 90_000_00, "stake": 80_000_00}, who=WHO)
    scene.games("bet", "limited", 3_00, round_id="r9")
    admin.limits.exclude("eve", "self_exclusion", None, who=WHO)
    scene.games("bet", "excluded", 1_00, "rg_self_excluded", player="eve")
    admin.players.set_blocked("dan", blocked=True, who=WHO)
    scene.games("bet", "blocked", 1_00, "player_blocked", player="dan")
    return scene


def _play(scene: Scene) -> None:
    games = scene.games
    games("bet", "bet-1", 10_00, round_id="r1")
    games("bet", "bet-2", 5_00, round_id="r1")
    games("bet", "poor", 9_000_00, "insufficient_funds", round_id="r1")
    games("win", "win-1", 20_00, round_id="r1", finished=True)
    games("bet", "bet-4", 7_00, round_id="r2")
    games("refund", "refund-4", 7_00, type="bet", bet_transaction_id="bet-4")
    games("refund", "again-4", 7_00, "bet_already_refunded", type="bet", bet_transaction_id="bet-4")
    games("bet", "free-1", 3_00, type="freespin", round_id="r3")
    games("refund", "refund-9", 1_00, "bet_not_found", type="bet", bet_transaction_id="bet-9")
    games("win", "big-1", 600_00, type="jackpot")
    games("win", "big-2", 700_00, type="jackpot")
    scene.admin.held_wins.release("big-1", "sandbox", who=WHO)
    games("bet", "bet-bob", 100, player="bob", currency="JPY", round_id="b1")
    games("bet", "last-bob", 50, player="bob", currency="JPY", round_id="b2")


def _hold(scene: Scene) -> None:
    holds = scene.holds
    holds("hold", "h1", "open-1", 4_00)
    holds("hold", "h2", "held-2", 6_00)
    holds("settle", "s2", "held-2", 9_00)
    holds("hold", "h3", "held-3", 2_00)
    holds("rollback", "b3", "held-3")
    holds("rollback", "b3-again", "held-3", code="rollback_repeated")
    holds("rollback", "b4", "never-4", code="rollback_unknown_bet")


class Books:
    """The tables as items that can be changed, behind everybody's back."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self.tables = scene, scene.world.tables

    def items(self, table: str) -> dict[tuple[str, ...], Item]:
        """Return the items of a table by key."""
        return self._scene.model.tables[getattr(self.tables, table)].items

    def item(self, table: str, *key: str) -> Item:
        """Return an item to be changed."""
        return self.items(table)[key]

    def entry(self, name: str) -> Item:
        """Return an item of the ledger, such as `sandbox#tx#bet-1`."""
        return self.item("ledger", name)

    def read(self, name: str) -> Entry:
        found = read_ledger_item(self.entry(name))
        assert isinstance(found, Entry)
        return found

    def put(self, entry: Entry) -> None:
        """Write an entry with a hash that fits."""
        item = entry_item(seal(replace(entry, hash="")))
        self.items("ledger")[item["id"]["S"],] = item

    def change(self, name: str, **changes: Any) -> None:
        """Change an entry together with its hash."""
        self.put(replace(self.read(name), **changes))

    def of_wallet(self, player_id: str, currency: str) -> list[Entry]:
        """Return the entries of a wallet, those of one number as they were decided."""
        wallet = f"{currency}#{player_id}"
        items = [i for i in self.items("ledger").values() if i.get("wallet", {}).get("S") == wallet]
        entries = [e for i in items if isinstance(e := read_ledger_item(i), Entry)]
        return sorted(entries, key=lambda e: (e.seq, e.record != "applied"))

    def rechain(self, player_id: str, currency: str) -> None:
        """Write a wallet's chain anew, with head, so that everything hangs together again."""
        head, balance, seq = genesis_hash(player_id, currency), 0, 0
        for entry in self.of_wallet(player_id, currency):
            applied = entry.record == "applied"
            seq += applied
            after = balance + dict(entry.postings).get("player", 0)
            again = replace(entry, seq=seq, balance_before_minor=balance, previous_hash=head)
            self.put(consistent(replace(again, balance_after_minor=after)))
            if applied:
                balance, head = after, self.read(_id(entry)).hash
        self.move(player_id, currency, seq, balance, head)

    def move(self, player_id: str, currency: str, seq: int, balance: int, head: str) -> None:
        """Put the head of a wallet somewhere else."""
        self.item("wallets", player_id, currency).update(
            seq={"N": str(seq)}, balance={"N": str(balance)}, head={"B": bytes.fromhex(head)}
        )

    def lose(self, name: str) -> None:
        """Delete an item of the ledger."""
        del self.items("ledger")[name,]


def consistent(entry: Entry) -> Entry:
    """Return an entry with the fingerprint and the answer that its other fields lead to."""
    request = transaction_of(entry)
    if entry.kind == "refund":
        request = replace(request, round_id=None)
    own: dict[str, Words] = {"platform": PlatformWords(), "winupgo": Winupgo()}
    words = own.get(entry.integration, Igsp())
    entry = replace(entry, fingerprint=request.fingerprint())
    if entry.rule in ("bet_already_refunded", "rollback_repeated"):
        return entry
    status, body = words.answer(outcome_of(entry))
    return replace(entry, status=status, body=body)


def _id(entry: Entry) -> str:
    return f"{entry.integration}#tx#{entry.transaction_id}"


type Tampering = Callable[[Books], object]


def tampered(scene: Scene, tamper: Tampering) -> Scene:
    """Return a copy of a scene with something done to its tables."""
    model = DynamoDbModel()
    model.tables = deepcopy(scene.model.tables)
    copy = Scene(World(model.client(), scene.world.environment), model)
    tamper(Books(copy))
    return copy
