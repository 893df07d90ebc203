"""A casino in memory: clock, players, wallets and sessions, with the names of `World`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from casino.accounts.ports import Answers, Bought, Identities
from casino.audit.model import AuditRecord, Once, OnceRecord
from casino.wallet.chain import genesis_hash
from casino.wallet.decision import BalanceFacts
from casino.wallet.model import Player, Session, SessionStatus, Wallet, introduction
from casino.wallet.ports import History, Ledger
from casino.wallet.store.items import PROFILE
from testing.arranged import (
    ARRANGED,
    ArrangedAccounts,
    ArrangedProfiles,
    ArrangedSessions,
    blocking,
    reserving,
)
from testing.fake_bought import FakeBought
from testing.fake_identities import FakeIdentities
from testing.fake_ledger import FakeHistory, FakeLedger, FakeTables


class Casino(Protocol):
    """What `World` and `FakeWorld` have in common."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def accounts(self) -> "FakeAccounts | ArrangedAccounts": ...
    @property
    def profiles(self) -> "FakeProfiles | ArrangedProfiles": ...
    @property
    def answers(self) -> Answers: ...
    @property
    def sessions(self) -> "FakeSessions | ArrangedSessions": ...
    @property
    def identities(self) -> Identities: ...
    @property
    def bought(self) -> Bought: ...
    @property
    def history(self) -> History: ...


class FakeAccounts:
    """`Accounts` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def player(self, player_id: str) -> Player | None:
        return self._tables.players.get(player_id)

    def wallet(self, player_id: str, currency: str) -> Wallet | None:
        return self._tables.heads.get((player_id, currency))

    def balance(self, player_id: str, currency: str, session_id: str | None) -> BalanceFacts:
        session = self._tables.stored_sessions.get(session_id or "")
        return BalanceFacts(self.player(player_id), self.wallet(player_id, currency), session)

    def wallets(self, player_id: str | None = None) -> Iterator[Wallet]:
        heads = self._tables.heads.values()
        return iter([head for head in heads if player_id in (None, head.player_id)])

    def add_player(
        self, player: Player, audit: AuditRecord = ARRANGED, currencies: Sequence[str] = ()
    ) -> bool:
        if player.player_id in self._tables.players:
            return False
        self._tables.tell(audit)
        self._tables.players[player.player_id] = player
        for currency in currencies:
            self._open(player, currency)
        return True

    def add_wallet(self, player_id: str, currency: str, audit: AuditRecord = ARRANGED) -> None:
        player = self._existing(player_id)
        if (player_id, currency) not in self._tables.heads:
            self._tables.tell(audit)
            self._open(player, currency)

    def _open(self, player: Player, currency: str) -> None:
        key = (player.player_id, currency)
        empty = Wallet(*key, 0, 0, 0, 0, genesis_hash(*key), player.blocked)
        self._tables.heads[key] = empty

    def set_blocked(self, player_id: str, blocked: bool, audit: AuditRecord | None = None) -> None:
        audit = audit or blocking(player_id, blocked)
        player, words = self._existing(player_id), {True: "blocked", False: "active"}
        self._tables.tell(replace(audit, old=words[player.blocked], new=words[blocked]))
        self._tables.players[player_id] = replace(player, blocked=blocked)
        for wallet in self.wallets(player_id):
            self._move(replace(wallet, blocked=blocked))

    def set_reserved(self, player_id: str, currency: str, reserved_minor: int) -> None:
        """Hold so much back from play, whatever reservations there are."""
        wallet = self._tables.heads[player_id, currency]
        assert 0 <= reserved_minor <= wallet.balance_minor
        self._tables.tell(reserving(wallet, reserved_minor))
        self._move(replace(wallet, reserved_minor=reserved_minor))

    def _existing(self, player_id: str) -> Player:
        if player_id not in self._tables.players:
            raise LookupError(f"player {player_id} does not exist")
        return self._tables.players[player_id]

    def _move(self, wallet: Wallet) -> None:
        key = (wallet.player_id, wallet.currency)
        self._tables.heads[key] = replace(wallet, version=wallet.version + 1)


class FakeProfiles:
    """`Profiles` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def change(
        self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord = ARRANGED
    ) -> None:
        player = self._tables.players.get(player_id)
        if player is None or not fields or not fields.keys() <= set(PROFILE):
            raise LookupError
        changed: dict[str, Any] = {n: v for n, v in fields.items() if getattr(player, n) != v}
        if not changed and not isinstance(audit, OnceRecord):
            return
        after = replace(player, **changed)
        record = replace(audit, detail=" ".join(sorted(changed)))
        if "kyc_level" in changed:
            old, new = player.kyc_level or "", after.kyc_level or ""
            record = replace(record, old=old, new=new)
        self._tables.tell(record)
        self._tables.players[player_id] = after


class FakeAnswers:
    """`Answers` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._answers = tables.answers

    def find(self, key: str) -> Once | None:
        return self._answers.get(key)

    def put_if_absent(self, once: Once) -> bool:
        return self._answers.setdefault(once.key, once) is once


class FakeSessions:
    """`Sessions` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables
        self._sessions = tables.stored_sessions

    def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def add(self, session: Session, audit: AuditRecord = ARRANGED) -> bool:
        player = self._tables.players.get(session.player_id)
        if session.session_id in self._sessions or player is None:
            return self.get(session.session_id) == session
        own = introduction(session.integration, session.currency)
        introduced = replace(player, introduced_to=player.introduced_to | {own})
        self._tables.players[player.player_id] = introduced
        self._sessions[session.session_id] = session
        self._tables.audit.append(audit)
        return True

    def set_status(
        self, session_id: str, status: SessionStatus, audit: AuditRecord = ARRANGED
    ) -> bool:
        session = self._sessions.get(session_id)
        if session is None or session.status in ("launching", "failed"):
            return False
        if session.status == "closed" != status:
            return False
        if session.status != status:
            self._sessions[session_id] = replace(session, status=status)
            self._tables.audit.append(replace(audit, old=session.status, new=status))
        return True


@dataclass
class FakeWorld:
    """What a test needs to arrange and to look at, without AWS."""

    tables: FakeTables = field(default_factory=FakeTables)

    @property
    def ledger(self) -> FakeLedger:
        return FakeLedger(self.tables)

    @property
    def accounts(self) -> FakeAccounts:
        return FakeAccounts(self.tables)

    @property
    def profiles(self) -> FakeProfiles:
        return FakeProfiles(self.tables)

    @property
    def answers(self) -> FakeAnswers:
        return FakeAnswers(self.tables)

    @property
    def sessions(self) -> FakeSessions:
        return FakeSessions(self.tables)

    @property
    def identities(self) -> FakeIdentities:
        return FakeIdentities(self.tables)

    @property
    def bought(self) -> FakeBought:
        return FakeBought(self.tables)

    @property
    def history(self) -> FakeHistory:
        return FakeHistory(self.tables)
