"""What has to be true of every history, checked when nothing is on its way.

One final answer for each id, and it is the ledger's; every entry was asked for, and is what the
books say; each balance that is told is the one after the entry; no acknowledged entry is missing;
every refusal was true at some moment of its request's way; money is conserved; the ledger proves
itself.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from casino.wallet.hold import RELEASE
from casino.wallet.model import PLATFORM, Entry, Tombstone, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.store.items import read_ledger_item
from tests.simulation.house import PLAYERS, START_MINOR, House, session_of
from tests.simulation.messages import CASHIER, CURRENCY, INTEGRATIONS, code_of, told_balance
from tests.simulation.partners import Attempt, Provider
from tests.simulation.reference import CACHE_US, SHARED, Reference, WalletBooks, enabled
from tests.simulation.wire import OPERATOR, Done
from tests.simulation.writes import actions, allow, bets_off, new_values

#: Refusals that leave no entry, beside `bet_not_authorized`.
_SAYS_NOTHING: Final = frozenset({"invalid_signature", "timestamp_out_of_range"})
_NOTHING_MOVED: Final = frozenset({"busy", "unavailable"})


@dataclass(frozen=True)
class Violation:
    """A check that failed, and how."""

    check: str
    words: str


@dataclass(frozen=True)
class _Decided:
    """An entry that is to be checked; `stood` are the books at the write, if it was applied."""

    name: str
    asks: Transaction
    entry: Entry
    code: str
    window: tuple[int, int]
    stood: WalletBooks | None


@dataclass
class Judge:
    """Judges a history; what was judged before is not judged again."""

    house: House
    provider: Provider
    violations: list[Violation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reference = Reference(
            {player_id: WalletBooks(START_MINOR) for player_id in PLAYERS},
            {session_of(each, who): "active" for each in INTEGRATIONS for who in PLAYERS}
            | dict.fromkeys([each.name for each in INTEGRATIONS.values()] + [*SHARED.values()])
            | {enabled(each.name): True for each in INTEGRATIONS.values()},
        )
        self._entries: dict[tuple[str, str], tuple[Entry, int]] = {}
        self._tombstones: dict[tuple[str, str], Tombstone] = {}
        self._writes_of: dict[str, list[Entry]] = {}
        self._judged = 0
        self._posted: dict[str, Counter[str]] = {player_id: Counter() for player_id in PLAYERS}
        self._granted: set[str] = set()
        """Wallets with a bonus, which the books know nothing of: their postings have to add up."""
        self._open: list[_Decided] = []
        self._tables = self.house.world.tables

    def judge(self) -> None:
        """Check everything that has happened."""
        done, attempts = self.house.wire.done, self.provider.attempts
        for write in done[self._judged :]:
            self._take_in(write)
        self._judged = len(done)
        for made in self._open:
            self._check_decision(made)
        self._open.clear()
        for attempt in attempts:
            if attempt.response.value is not None:
                self._check_answer(attempt)
        for name in self.house.lambdas.overdue:
            self.fails("every request is answered within its time", name)
        for crash in self.house.lambdas.crashes:
            self.fails("handlers and the casino's own acts never fail", crash)
        self._check_money()

    def fails(self, check: str, words: str) -> None:
        """Note a violation, once."""
        violation = Violation(check, words)
        if violation not in self.violations:
            self.violations.append(violation)

    def _take_in(self, write: Done) -> None:
        """Lead the books through one write; what hangs together has the same moment."""
        for kind, action in actions(write):
            if action["TableName"] == self._tables.ledger and kind == "Put":
                self._take_in_record(write, action["Item"])
            elif action["TableName"] == self._tables.sessions and kind == "Put":
                session_id = action["Item"]["session_id"]["S"]
                self.reference.begins(write.seen_us, write.at_us, session_id)
            elif action["TableName"] == self._tables.registry and kind == "Update":
                self._take_in_switch(write, action)
            elif kind == "Update":
                self._take_in_change(write, action)

    def _take_in_record(self, write: Done, item: Mapping[str, Any]) -> None:
        if item["id"]["S"].split("#", 2)[1] != "tx":
            return
        record = read_ledger_item(dict(item))
        if isinstance(record, Tombstone):
            self._tombstones[record.integration, record.bet_transaction_id] = record
        elif isinstance(record, Entry):
            self._take_in_entry(write, record)

    def _take_in_entry(self, write: Done, entry: Entry) -> None:
        key = (entry.integration, entry.transaction_id)
        name = f"{entry.kind} {entry.transaction_id}"
        if key in self._entries:
            self.fails("an id has one entry", f"{name} was written again")
        self._entries[key] = entry, write.at_us
        if entry.kind != "notice":  # an order of a session takes two writes, and moves no money
            self._writes_of.setdefault(write.process, []).append(entry)
        asks = next((e for e in self.provider.asked.get(key, ()) if _is_of(e, entry)), None)
        if asks is None:
            self.fails("every entry was asked for", f"{name} of {entry.amount_minor}")
            return
        if entry.kind == "notice":
            return
        self._posted[asks.player_id].update(dict(entry.postings))
        if entry.bonus is not None:
            self._granted.add(asks.player_id)
        if asks.player_id in self._granted:
            return
        code, player_id = entry.rule, asks.player_id
        code = "ok" if entry.record == "applied" else code
        books = self.reference.books[player_id]
        stood = books.copy() if code == "ok" else None
        begun_us = self.provider.begun[write.process]
        self._open.append(_Decided(name, asks, entry, code, (begun_us, write.at_us), stood))
        books.after(asks, code)
        self.reference.changed(write.seen_us, write.at_us, player_id)
        said = books.balance + books.reserved
        if code == "ok" and entry.balance_after_minor != said:
            words = f"{name}: {entry.balance_after_minor}; the books say {said}"
            self.fails("each balance is the one after the entry", words)

    def _check_decision(self, made: "_Decided") -> None:
        """Check an entry; by now everything is known that could be seen when it was decided."""
        asks, window, player_id = made.asks, made.window, made.asks.player_id
        if True not in self._enabled(asks, *window):
            self.fails("an integration that is switched off changes nothing", made.name)
        could = self.reference.possible(asks, player_id, *window, made.stood)
        if made.code not in could:
            applied = made.code == "ok"
            check = "what is applied may be" if applied else "a refusal is true at some moment"
            words = f"{made.name}: {made.code}; the books say {' or '.join(sorted(could))}"
            self.fails(check, words)
        balances = self.reference.balances(player_id, *window)
        if made.stood is not None:
            made.stood.after(asks, made.code)
            balances = {made.stood.balance}
        named = (each for each, e in INTEGRATIONS.items() if e.name == asks.integration)
        told = told_balance(next(named, CASHIER), made.entry.body)
        if told is not None and told not in balances:
            words = f"{made.name} tells {told}; the books say {balances}"
            self.fails("each balance that is told is the one after the entry", words)

    def _take_in_change(self, write: Done, action: Mapping[str, Any]) -> None:
        tables, moments = self._tables, (write.seen_us, write.at_us)
        values = action.get("ExpressionAttributeValues", {})
        if action["TableName"] == tables.wallets and write.process.startswith(OPERATOR):
            player_id = action["Key"]["player_id"]["S"]
            books = self.reference.books[player_id]
            if ":less" in values:
                books.release(-int(values[":less"]["N"]))
            if ":blocked" in values:
                books.blocked = values[":blocked"]["BOOL"]
            if ":limits" in values:
                allow(books, values[":limits"]["M"])
            if "limits.self_excluded_until" in action["UpdateExpression"]:
                books.is_excluded = True
            self.reference.changed(*moments, player_id)
        new = new_values(action)
        if action["TableName"] == tables.sessions and "status" in new:
            self.reference.now_is(*moments, action["Key"]["session_id"]["S"], new["status"]["S"])

    def _take_in_switch(self, write: Done, action: Mapping[str, Any]) -> None:
        """Take in what a write to the registry switches off or on."""
        moments, new = (write.seen_us, write.at_us), new_values(action)
        changed = action["ExpressionAttributeNames"].values()
        kind, own = action["Key"]["kind"]["S"], action["Key"]["id"]["S"]
        if "off" in changed:
            offs = bets_off(new)
            for name, place in ({"bets": own} if kind == "integration" else SHARED).items():
                self.reference.now_is(*moments, place, offs.get(name))
        if kind == "integration" and "enabled" in changed:
            self.reference.now_is(*moments, enabled(own), "enabled" not in new)

    def _enabled(self, asks: Transaction, begun_us: int, until_us: int) -> set[bool]:
        """Return whether the integration may call, as an environment may have known it.

        What the casino decides itself, or gives back of a held stake, is no call of theirs.
        """
        if asks.integration == PLATFORM or asks.transaction_id.startswith(RELEASE):
            return {True}
        return {*self.reference.stood(enabled(asks.integration), begun_us - CACHE_US, until_us)}

    def _check_answer(self, attempt: Attempt) -> None:
        response, message = attempt.response.value, attempt.message
        status, body = response["statusCode"], response["body"]
        code = code_of(message.dialect, body)
        if status >= 500:
            self._check_no_answer(attempt, code)
            return
        if message.reads and message.asks.player_id in self._granted:
            return
        if message.reads and code != "unauthorized":
            self._check_reading(attempt, code)
            return
        entry, _ = self._entries.get(message.key, (None, 0))
        record = entry or self._tombstones.get(message.key)
        same = record is not None and (record.status, record.body) == (status, body)
        if same and (entry is None or _is_of(message.asks, entry)):
            return
        words = f"{attempt.name} was answered {status} {code}"
        if status < 300:
            self.fails("no acknowledged entry is missing", f"{words}; the ledger has {record}")
        elif code == "transaction_mismatch":
            if entry is None and self._tombstones.get(message.key) is None:
                self.fails("a refusal is true at some moment", f"{words}: the id is free")
            elif entry is not None and _is_of(message.asks, entry):
                self.fails("a refusal is true at some moment", f"{words}: it is the same")
        elif code == "unauthorized":
            if False not in self._enabled(message.asks, attempt.begun_us, attempt.response.at_us):
                self.fails("a valid signature is accepted", words)
        elif code in _SAYS_NOTHING:
            self.fails("a valid signature is accepted", words)
        else:
            self._check_unrecorded(attempt, code, words)

    def _check_reading(self, attempt: Attempt, code: str) -> None:
        """Check a balance that was asked for: it was right at some moment."""
        asks, body = attempt.message.asks, attempt.response.value["body"]
        window = (attempt.begun_us, attempt.response.at_us)
        statuses = self.reference.stood(asks.session_id or "", *window)
        if code == "session_suspended" and "suspended" in statuses:
            return
        could = self.reference.balances(asks.player_id, *window)
        told = told_balance(attempt.message.dialect, body) if code == "ok" else None
        if told not in could:
            words = f"{attempt.name} was told {told} ({code}); the books say {could}"
            self.fails("a balance was right at some moment", words)

    def _check_unrecorded(self, attempt: Attempt, code: str, words: str) -> None:
        """Check a refusal without an entry: settlements and orders of sessions may meet one."""
        asks, window = attempt.message.asks, (attempt.begun_us, attempt.response.at_us)
        if asks.kind == "notice":
            could = {books.meets() for books in self.reference.stood(asks.player_id, *window)}
        else:
            could = self.reference.possible(asks, asks.player_id, *window)
            could &= {"bet_not_authorized"}
        if code not in could:
            self.fails("one final answer for each id", f"{words}; the ledger knows of none")

    def _check_no_answer(self, attempt: Attempt, code: str) -> None:
        words = f"{attempt.name} was answered {code}"
        if code == "internal_error":
            self.fails("nothing unexpected is met", words)
        if code in _NOTHING_MOVED and attempt.name in self._writes_of:
            self.fails("what was not processed leaves no entry", words)

    def _check_money(self) -> None:
        for player_id, books in self.reference.books.items():
            wallet = self.house.world.accounts.wallet(player_id, CURRENCY)
            assert wallet is not None
            posted, grant = self._posted[player_id], wallet.bonus.grant if wallet.bonus else None
            bonus_minor = grant.balance_minor if grant is not None else 0
            stands: tuple[int, ...] = (wallet.balance_minor, wallet.held_minor, bonus_minor)
            said: tuple[int, ...] = (
                START_MINOR + posted["player"],
                posted["held"],
                posted["bonus"],
            )
            if player_id not in self._granted:
                stands += (wallet.spendable_minor, wallet.reserved_minor, wallet.held_minor)
                said += (books.balance, books.reserved, books.held)
            if stands != said:
                self.fails("money is conserved", f"{player_id}: {stands}; the books say {said}")
        for fault in Verifier(self.house.world.history).everything().faults:
            self.fails("the ledger proves itself", str(fault))


def _is_of(asks: Transaction, entry: Entry) -> bool:
    return asks.fingerprint() == entry.fingerprint
