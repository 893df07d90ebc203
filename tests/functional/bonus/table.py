"""A player at three dialects' games and at the cashier, with bonus money, on the model of DynamoDB.

The clock stands until a test moves it.
"""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from casino.accounts.answers import PlatformWords
from casino.accounts.bonuses import BonusAdmin
from casino.audit.model import Who
from casino.bonus.model import BonusTerms, Grant
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms
from casino.wallet.decide_hold import decide_hold
from casino.wallet.model import PLATFORM, Player, Transaction, Wallet
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Result, Rules, WalletService
from casino.wallet.store.audited import AuditedLedger
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wiring.players import bonus_admin
from testing.clock import FakeClock
from testing.template import create_tables
from testing.transactions import PLAYER, SESSION, a_bet, a_deposit
from testing.world import World
from tests.integration.wallet.crowd import FLEXSOFT, WINUPGO, Seat
from tests.simulation.dynamodb_model import DynamoDbModel

WHO: Final = Who("local:test", "a campaign")
START: Final = 1_792_878_600
SEATS: Final = {None: SESSION.session_id, "table": "s-table", "live": "s-live"}
SEAT: Final = Seat(PLAYER, SESSION.session_id, "at-flexsoft", "at-winupgo")


@dataclass
class Table:
    """The wallet holds EUR 30.00 of cash; seats are of categories `None`, `table` and `live`."""

    terms: WalletTerms = field(default_factory=WalletTerms)

    def __post_init__(self) -> None:
        client = DynamoDbModel().client()
        self.world = World(client, create_tables(client, "test"))
        self.world.configure()
        self.world.accounts.add_player(Player(PLAYER, False, SESSION.opened_at))
        self.world.accounts.add_wallet(PLAYER, "EUR")
        self.world.deposit(PLAYER, "EUR", "30.00")
        for category, session_id in SEATS.items():
            assert self.world.sessions.add(
                replace(SESSION, session_id=session_id, category=category)
            )
        at_others = {FLEXSOFT: SEAT.at_flexsoft, WINUPGO: SEAT.at_winupgo}
        for integration, session_id in at_others.items():
            made = replace(SESSION, session_id=session_id, integration=integration)
            assert self.world.sessions.add(replace(made, category="table"))
        self.clock = FakeClock(START)
        tables, accounts = self.world.tables, self.world.accounts
        holds, rules = DynamoDbHoldLedger(client, tables), Rules(decide_hold, hold_commit_for)
        cashier = AuditedLedger(client, tables)
        self.wallets = {
            "sandbox": WalletService(self.world.ledger, accounts, self.clock, Igsp()),
            FLEXSOFT: WalletService(self.world.ledger, accounts, self.clock, Flexsoft()),
            WINUPGO: WalletService(holds, accounts, self.clock, Winupgo(), rules=rules),
            PLATFORM: WalletService(cashier, accounts, self.clock, PlatformWords()),
        }
        self.bonuses: BonusAdmin = bonus_admin(client, tables, self.clock)
        self._names = count(1)

    @property
    def now(self) -> int:
        return int(self.clock.now())

    def name(self) -> str:
        return f"n{next(self._names)}"

    def send(self, message: Transaction) -> Result:
        return self.wallets[message.integration].transact(message, self.terms)

    def bet(self, amount_minor: int, round_id: str | None, **changes: Any) -> Transaction:
        named = {"transaction_id": self.name(), "round_id": round_id, "amount_minor": amount_minor}
        return a_bet(**named | changes)

    def play(self, amount_minor: int, round_id: str | None = "r1", **changes: Any) -> str:
        """Send a bet, or with a `kind` something else of the round; return the code."""
        return self.send(self.bet(amount_minor, round_id, **changes)).code

    def win(self, amount_minor: int, round_id: str | None = "r1", type_: str = "win") -> str:
        return self.play(amount_minor, round_id, kind="win", type=type_)

    def refund(self, bet: Transaction) -> str:
        back = replace(bet, transaction_id=self.name(), kind="refund", round_id=None)
        return self.send(replace(back, bet_transaction_id=bet.transaction_id)).code

    def withdraw(self, amount_minor: int) -> str:
        said = {"transaction_id": self.name(), "extra": WHO.written()}
        return self.send(a_deposit(amount_minor, kind="withdrawal", type="withdrawal", **said)).code

    def grant(self, amount_minor: int = 1_000, **changes: Any) -> BonusTerms:
        """Grant bonus money for a day, to be wagered twice."""
        terms = BonusTerms("g1", amount_minor, 2 * amount_minor, self.now + 86_400)
        terms = replace(terms, **changes)
        self.bonuses.grant(PLAYER, "EUR", terms, who=WHO)
        return terms

    def convert(self, grant_id: str = "g1") -> Result:
        return self.bonuses.convert(PLAYER, "EUR", grant_id, who=WHO)

    def forfeit(self, grant_id: str = "g1", reason: Any = "revoked") -> Result:
        return self.bonuses.forfeit(PLAYER, "EUR", grant_id, who=WHO, reason=reason)

    @property
    def wallet(self) -> Wallet:
        found = self.world.accounts.wallet(PLAYER, "EUR")
        assert found is not None
        return found

    @property
    def grant_now(self) -> Grant | None:
        bonus = self.wallet.bonus
        return bonus.grant if bonus is not None else None

    @property
    def money(self) -> tuple[int, int, int]:
        """Cash, bonus money, and what is wagered."""
        grant = self.grant_now
        return (
            self.wallet.balance_minor,
            grant.balance_minor if grant else 0,
            grant.wagered_minor if grant else 0,
        )

    def faults(self) -> set[str]:
        return {fault.code for fault in self.world.verifier.everything().faults}
