"""The simulated world with the log behind the wallet's port, and the log's stream as a process.

`installed` puts the experiment into the places of what ships: the store of the hooks, the accounts,
the house and the judge. What the prototype does not do is not played: holds, the cashier and
bonuses.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from casino.aws.lean.protocol import DynamoDb
from casino.base.errors import BusyError
from casino.limits.items import limits_value
from casino.wallet.model import Wallet
from casino.wallet.store.history import DynamoDbHistory
from testing.arranged import ArrangedAccounts
from testing.world import World
from tests.simulation.choices import Options
from tests.simulation.experiment.accounts import LogAccounts, LogControls, LogReleases
from tests.simulation.experiment.history import LogHistory
from tests.simulation.experiment.records import Record, place_of, read_record, record_item
from tests.simulation.experiment.store import CLAIM, LogLedger, log_table
from tests.simulation.experiment.views import steps
from tests.simulation.house import PLAYERS, House, session_of
from tests.simulation.judge import Judge
from tests.simulation.messages import CURRENCY, Message, write
from tests.simulation.run import Run, simulate
from tests.simulation.wire import OPERATOR, Done
from tests.simulation.writes import actions, allow

_MS: Final = 1_000
#: How far the stream is behind, in microseconds; how often it gives records once more.
LAGS: Final = Options(
    (4, 20 * _MS), (3, 300 * _MS), (2, 3_000 * _MS), (2, 20_000 * _MS), (1, 70_000 * _MS)
)
_GAPS: Final = Options((6, 0), (2, 2 * _MS), (1, 60 * _MS))
_AGAIN: Final = Options((5, 0), (2, 1), (1, 3))
#: How long it rests after a record that it gave once more: whoever fails is tried again later.
_RESTS: Final = Options((2, 0), (1, 200 * _MS), (1, 5_000 * _MS))
_DIALECTS: Final = Options((6, "igsp"), (4, "flexsoft"))
_KINDS: Final = Options(
    (3, "blocks"),
    (1, "sets a limit"),
    (1, "sets a wager limit"),
    (1, "excludes"),
    (2, "switches bets off"),
    (2, "switches an integration off"),
    (2, "suspends a session"),
    (1, "closes a session"),
    (2, "rotates a secret"),
    (2, "releases a held win"),
)


class ArrangedLogAccounts(ArrangedAccounts, LogAccounts):
    """The accounts as the world arranges with them."""


class LogWorld(World):
    """A world whose wallets are logs."""

    @property
    def history(self) -> DynamoDbHistory:
        return LogHistory(self.client, self.tables)

    @property
    def accounts(self) -> ArrangedAccounts:
        return ArrangedLogAccounts(self.client, self.tables)


@dataclass
class Stream:
    """Takes the records of each wallet into the views, in order, late, and some of them again."""

    house: House
    waiting: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    taken: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def follow(self, item: Mapping[str, Any]) -> None:
        """Take in a record that has just landed, at its time."""
        wallet = item["id"]["S"]
        queue = self.waiting.setdefault(wallet, [])
        queue.append(item)
        if len(queue) == 1:
            lag_us = self.house.choices.pick(f"stream {wallet} {place_of(dict(item))}", LAGS)
            name = f"stream of {wallet}"
            self.house.tell(f"{name} is {lag_us / 1e6} s behind", step=lag_us > LAGS.values[0])
            body = partial(self._drain, wallet)
            self.house.kernel.start(name, self.house.outside, body, lag_us)

    def _drain(self, wallet: str) -> None:
        queue, taken = self.waiting[wallet], self.taken.setdefault(wallet, [])
        while queue:
            name = f"stream {wallet} {place_of(dict(queue[0]))}"
            again = self.house.choices.pick(f"{name} again", _AGAIN)
            for number, item in enumerate(taken[len(taken) - again :] if again else []):
                self._take_in(f"{name} again {number}", dict(item))
                pause_us = self.house.choices.pick(f"{name} rests {number}", _RESTS)
                self.house.kernel.pause(pause_us)
            self._take_in(name, dict(queue[0]))
            taken.append(queue.pop(0))

    def _take_in(self, name: str, item: dict[str, Any]) -> None:
        client = DynamoDb(self.house.model.call)  # type: ignore[arg-type]
        for number, step in enumerate(steps(client, self.house.world.tables, item)):
            self.house.kernel.pause(self.house.choices.pick(f"{name} {number}", _GAPS))
            while True:
                try:
                    step()
                    break
                except BusyError:
                    self.house.kernel.pause(5 * _MS)


class LogHouse(House):
    """A house with a log for each wallet, which begins with the wallet as it stood."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world = LogWorld(self.world.client, self.world.environment)
        tables, stream = self.world.tables, Stream(self)
        self.model.create_table(table_request(log_table(tables)))
        for view in list(self.model.tables[tables.wallets].items.values()):
            first = record_item(genesis(dict(view)))
            self.model.call("PutItem", {"TableName": log_table(tables), "Item": first})
        put = self.model.write

        def written(table: Any, key: tuple[str, ...], item: Any) -> None:
            put(table, key, item)
            if table.name == log_table(tables):
                stream.follow(item)

        self.model.write = written  # type: ignore[method-assign]


def genesis(view: dict[str, Any]) -> Record:
    """Return the first record of a wallet that stood before there was a log."""
    from casino.wallet.store.items import read_wallet

    wallet = read_wallet(view)
    return Record(wallet, known=wallet.version)


def table_request(name: str) -> dict[str, Any]:
    """Return the request that makes the table of the logs."""
    keys = (("id", "HASH"), ("at", "RANGE"))
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": each, "KeyType": kind} for each, kind in keys],
        "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each, _ in keys],
    }


class StrangersJudge(Judge):
    """Knows that a bet may be another player's: the books of a wallet do not."""

    def fails(self, check: str, words: str) -> None:
        """Note a violation, unless the bet that is refunded is another player's in the ledger."""
        if check == "a refusal is true at some moment" and ": player_mismatch; " in words:
            named = words.removeprefix("refund ").partition(": player_mismatch")[0]
            mine = [entry for entry, _ in self._entries.values() if entry.transaction_id == named]
            bets = [self._entries.get((e.integration, e.bet_transaction_id or "")) for e in mine]
            if any(b and b[0].player_id != e.player_id for b, e in zip(bets, mine, strict=True)):
                return
        super().fails(check, words)


class LogJudge(StrangersJudge):
    """Judges by the log, and sees that the views hold what it says."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._log = log_table(self._tables)
        self._heads: dict[str, Wallet] = {}
        for player_id in PLAYERS:
            wallet = self.house.world.accounts.wallet(player_id, CURRENCY)
            assert wallet is not None
            self._heads[player_id] = wallet

    def fails(self, check: str, words: str) -> None:
        """Note a violation; a tombstone may wait for its refund until that is sent again."""
        waits = "tombstone_without_refund" in words and not self.house.wire.is_calm
        if not waits:
            super().fails(check, words)

    def _take_in(self, write: Done) -> None:
        for kind, action in actions(write):
            if action["TableName"] == self._log:
                self._take_in_log(write, read_record(dict(action["Item"])))
            elif kind != "Put" or action["Item"].get("record") != {"S": CLAIM}:
                super()._take_in(replace(write, operation=f"{kind}Item", request=action))

    def _take_in_log(self, write: Done, record: Record) -> None:
        wallet, entry, barred = record.wallet, record.entry, record.tombstone
        before, self._heads[wallet.player_id] = self._heads[wallet.player_id], wallet
        if wallet.version != before.version + 1:
            words = f"{wallet.version} after {before.version}"
            self.fails("the log has no gap and no second record at a place", words)
        if barred is not None:
            self._tombstones[barred.integration, barred.bet_transaction_id] = barred
        if entry is not None:
            self._take_in_entry(write, entry)
        elif write.process.startswith(OPERATOR):
            books = self.reference.books[wallet.player_id]
            books.blocked = wallet.blocked
            books.release(before.reserved_minor - wallet.reserved_minor)
            if wallet.limits is not None:
                allow(books, limits_value(wallet.limits)["M"])
            self.reference.changed(write.seen_us, write.at_us, wallet.player_id)

    def _check_money(self) -> None:
        super()._check_money()
        for player_id, head in self._heads.items():
            view = ArrangedAccounts(self.house.world.client, self._tables)
            seen = view.wallet(player_id, CURRENCY)
            if seen != head:
                self.fails("the views hold what the log says", f"{seen}; the log says {head}")


def for_another_player(message: Message) -> Message | None:
    """Return another request under the same id: one cent more, or the other player's."""
    asks = message.asks
    if message.reads or asks.kind == "notice":
        return None
    if len(message.name) % 2:
        changed = replace(asks, amount_minor=asks.amount_minor + 1)
    else:
        other = next(each for each in PLAYERS if each != asks.player_id)
        changed = replace(asks, player_id=other, session_id=session_of(message.dialect, other))
    return replace(write(changed, message.dialect), name=f"{message.name} altered")


@contextmanager
def installed(store: str, *, strangers: bool = False) -> Iterator[None]:
    """Let histories be played on a store: `today`, `log` (one put) or `claims` (two).

    With `strangers` an id may also come for another player.
    """
    with ExitStack() as stack:
        stack.enter_context(patch("tests.simulation.rounds._DIALECTS", _DIALECTS))
        stack.enter_context(patch("tests.simulation.operators._KINDS", _KINDS))
        if strangers:
            stack.enter_context(patch.object(Message, "altered", for_another_player))
            often = Options((6, False), (1, True))
            stack.enter_context(patch("tests.simulation.partners._ALTERED", often))
        stack.enter_context(patch("tests.simulation.run.Judge", StrangersJudge))
        if store != "today":
            ledger = partial(LogLedger, claims=store == "claims")
            stores: dict[str, Any] = {"DynamoDbLedger": ledger, "DynamoDbAccounts": LogAccounts}
            stack.enter_context(patch.multiple("casino.wiring.hooks", **stores))
            # The shorter the first page, the more hangs on what it says of the views.
            stack.enter_context(patch("tests.simulation.experiment.store.TAIL", 1))
            stack.enter_context(patch("tests.simulation.operators.DynamoDbReleases", LogReleases))
            stack.enter_context(patch("tests.simulation.operators.DynamoDbControls", LogControls))
            stack.enter_context(patch("tests.simulation.run.House", LogHouse))
            stack.enter_context(patch("tests.simulation.run.Judge", LogJudge))
        yield


def played(seed: int, store: str, *, strangers: bool = False) -> Run:
    """Play one seed on a store."""
    with installed(store, strangers=strangers):
        return simulate(seed)
