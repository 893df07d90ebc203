"""A ledger in memory that holds one of everything, and what a test of the verifier does to it."""

from dataclasses import replace
from typing import Any

from casino.integrations.model import Integration
from casino.wallet.chain import seal
from casino.wallet.model import PLATFORM, Entry, Player, Session, Transaction
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.verify import Verifier
from testing.clock import FakeClock
from testing.desk import wallet_over
from testing.fake_ledger import FakeHistory, FakeTables
from testing.fakes import FakeWorld
from testing.integrations import an_integration, with_terms

GAME = "game-1"
STRICT = an_integration("acme")
LENIENT = with_terms(STRICT, refund_unknown_bet="accept")
WALLET = ("ann", "EUR")
ROUND = ("acme", "ann", "EUR", "r1")


class Casino:
    """Plays rounds on tables in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self.world = FakeWorld(tables)
        self._wallet = wallet_over(self.world, FakeClock())

    def seat(self, player_id: str, currency: str = "EUR", deposit: int = 100_00) -> None:
        self.world.accounts.add_player(Player(player_id, False, "2026-01-01T00:00:00.000Z"))
        self.world.accounts.add_wallet(player_id, currency)
        session = Session(player_id, player_id, currency, "acme", GAME, "active", "", 2_000_000_000)
        self.world.sessions.add(session)
        self.play("deposit", f"deposit-{player_id}", deposit, player_id, currency, type="deposit")

    def play(
        self,
        kind: Any,
        transaction_id: str,
        amount_minor: int,
        player_id: str = "ann",
        currency: str = "EUR",
        integration: Integration = STRICT,
        **fields: Any,
    ) -> str:
        ours = kind in ("deposit", "withdrawal")
        request = Transaction(
            integration=PLATFORM if ours else integration.name,
            transaction_id=transaction_id,
            kind=kind,
            player_id=player_id,
            currency=currency,
            amount_minor=amount_minor,
            session_id=None if ours else player_id,
            game_id=None if ours else GAME,
            **{"type": kind, **fields},
        )
        return self._wallet.transact(request, integration.wallet).code


def played_tables() -> FakeTables:
    """Two players and one of everything that can happen to a wallet."""
    casino = Casino(FakeTables())
    casino.seat("ann")
    casino.seat("bob", "JPY", 5_000)
    said = [
        casino.play("bet", "bet-1", 10_00, round_id="r1"),
        casino.play("bet", "bet-2", 5_00, round_id="r1"),
        casino.play("bet", "bet-3", 1_000_00, round_id="r1"),
        casino.play("win", "win-1", 20_00, round_id="r1", finished=True),
        casino.play("bet", "bet-4", 7_00, round_id="r2"),
        casino.play("refund", "refund-4", 7_00, type="bet", bet_transaction_id="bet-4"),
        casino.play("bet", "free-1", 3_00, type="freespin", round_id="r3"),
        casino.play("refund", "free-undo", 3_00, type="freespin", bet_transaction_id="free-1"),
        casino.play("bet", "tip-1", 0, type="tip"),
        casino.play("refund", "refund-9", 1_00, type="bet", bet_transaction_id="bet-9"),
        casino.play("bet", "bet-9", 1_00),
        casino.play(
            "refund", "refund-8", 1_00, integration=LENIENT, type="bet", bet_transaction_id="bet-8"
        ),
        casino.play("withdrawal", "out-1", 50_00),
        casino.play("bet", "bet-bob", 100, "bob", "JPY"),
    ]
    refused = ["insufficient_funds", "bet_not_found", "bet_cancelled"]
    assert [code for code in said if code != "ok"] == refused
    return casino.world.tables


def verifier(tables: FakeTables) -> Verifier:
    return Verifier(FakeHistory(tables))


def entry(tables: FakeTables, integration: str, transaction_id: str) -> Entry:
    record = tables.records[integration, transaction_id]
    assert isinstance(record, Entry)
    return record


def everything(tables: FakeTables) -> set[str]:
    return codes(verifier(tables).everything().faults)


def codes(faults: tuple[Fault, ...]) -> set[str]:
    return {fault.code for fault in faults}


def change(tables: FakeTables, transaction_id: str, **changes: Any) -> Entry:
    """Change an entry and give it a hash that fits: only what hangs together can tell."""
    key = next(key for key in tables.records if key[1] == transaction_id)
    changed = seal(replace(entry(tables, *key), **changes, hash=""))
    tables.records[key] = changed
    return changed
