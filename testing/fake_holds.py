"""The ledger of holds in memory, as strict as DynamoDB: the contract tests run against both."""

from dataclasses import replace

from casino.wallet.decision import Snapshot
from casino.wallet.hold import HoldSnapshot, named_player
from casino.wallet.model import Entry, Transaction
from casino.wallet.ports import Commit
from casino.wallet.record_hold import HoldCommit
from testing.fake_ledger import FakeLedger, FakeTables


class FakeHoldLedger(FakeLedger):
    """`Ledger` of holds, settlements and rollbacks in memory."""

    def __init__(self, tables: FakeTables) -> None:
        super().__init__(tables)
        self._tables = tables

    def load(self, request: Transaction, seen: Snapshot | None = None) -> HoldSnapshot:
        tables, bet = self._tables, (request.integration, request.bet_transaction_id or "")
        entry = tables.records.get((request.integration, request.transaction_id))
        if request.kind == "notice":
            return HoldSnapshot(entry)
        opening = tables.openings.get(bet)
        if request.kind == "hold":
            session = tables.stored_sessions.get(request.session_id or "")
            named = named_player(request.session_id or "")
            owner = session.player_id if session is not None else named or ""
            wallet = tables.heads.get((owner, request.currency))
            return HoldSnapshot(entry, wallet, session, hold=opening)
        wallet = None
        if seen is not None and seen.wallet is not None:
            wallet = tables.heads.get((seen.wallet.player_id, seen.wallet.currency))
        found = HoldSnapshot(entry, wallet, hold=opening, ending=tables.endings.get(bet))
        return found.with_wallet_of_hold()

    def _overtaken(self, commit: Commit, snapshot: Snapshot) -> Snapshot:
        found = super()._overtaken(commit, snapshot)
        assert isinstance(commit, HoldCommit)
        assert isinstance(found, HoldSnapshot)
        key = _bet(commit.entry)
        if commit.opening is not None and key in self._tables.openings:
            found = replace(found, hold=self._tables.openings[key]).with_wallet_of_hold()
        if commit.ending is not None and key in self._tables.endings:
            found = replace(found, ending=self._tables.endings[key])
        return found

    def _write(self, commit: Commit) -> None:
        super()._write(commit)
        assert isinstance(commit, HoldCommit)
        if commit.held is not None:
            self._tables.heads[commit.entry.player_id, commit.entry.currency] = commit.held
        if commit.opening is not None:
            self._tables.openings[_bet(commit.entry)] = commit.opening
        if commit.ending is not None:
            self._tables.endings[_bet(commit.entry)] = commit.ending


def _bet(entry: Entry) -> tuple[str, str]:
    return entry.integration, entry.bet_transaction_id or ""
