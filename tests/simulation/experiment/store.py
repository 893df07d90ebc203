"""The wallet's port `Ledger` over a log for each wallet.

A load queries the end of the log, then reads the views (today's tables) by key. What a view lacks
stands in the records above the version that it was known to hold before: so the query comes first.
The put of the next record is the commit. As all of a wallet's facts stand in its log, that one
condition pins wallet, round, bet and void marker.

An id is more than a wallet's: with `claims` it is put under its key in the ledger's table before
the record, and a refusal is put there alone, as today. Without them the log alone decides, and what
another wallet decided under an id is seen when its view is there.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import DynamoDbClient, batch_get, get, put_if_absent, read
from casino.aws.tables import Tables
from casino.base.errors import (
    BusyError,
    OutcomeUnknownError,
    RequestRefusedError,
    UnavailableError,
)
from casino.wallet.decision import Snapshot
from casino.wallet.model import Entry, Round, Tombstone, Transaction, VoidMarker, Wallet, wallet_key
from casino.wallet.ports import Commit
from casino.wallet.store.items import (
    entry_id,
    entry_item,
    read_ledger_item,
    read_round,
    read_session,
    round_wallet,
    tombstone_item,
    void_id,
    wallet_item_key,
)
from casino.wallet.store.ledger import transaction_item
from tests.simulation.experiment.records import Record, read_record, record_item, record_of

#: How many records the first page of a load has: the views are seldom further behind.
TAIL: Final = 4
#: How many each further page has.
PAGE: Final = 100
CLAIM: Final = "claim"


def log_table(tables: Tables) -> str:
    """Return the name of the table of the logs."""
    return f"{tables.ledger}-log"


def tail_of(client: DynamoDbClient, tables: Tables, wallet: str) -> list[Record]:
    """Return all of a log that the views may not hold, the newest first.

    Empty for a wallet that does not exist.
    """
    found: list[Record] = []
    request, known = _from_the_end(tables, wallet, TAIL), 0
    while True:
        page = read(client.query, **request)
        found += map(read_record, page["Items"])
        known = max((known, *(each.known for each in found)))
        if "LastEvaluatedKey" not in page or found[-1].at <= known + 1:
            return found
        request |= {"ExclusiveStartKey": page["LastEvaluatedKey"], "Limit": PAGE}


def head_of(client: DynamoDbClient, tables: Tables, wallet: str) -> Wallet | None:
    """Return a wallet as the last record of its log leaves it."""
    page = read(client.query, **_from_the_end(tables, wallet, 1))["Items"]
    return read_record(page[0]).wallet if page else None


def _from_the_end(tables: Tables, wallet: str, most: int) -> dict[str, Any]:
    return {
        "TableName": log_table(tables),
        "KeyConditionExpression": "id = :wallet",
        "ExpressionAttributeValues": {":wallet": text(wallet)},
        "ConsistentRead": True,
        "ScanIndexForward": False,
        "Limit": most,
    }


@dataclass(frozen=True, slots=True)
class LogSnapshot(Snapshot):
    """The facts, and what the next record has to know.

    `known` is the version that the views were seen to hold. An id that is claimed, the
    transaction's own or that of the bet that it names, is decided by the log alone.
    """

    known: int = 0
    is_claimed: bool = False
    bet_claimed: bool = False


class LogLedger:
    """`Ledger` over the logs and their views."""

    def __init__(self, client: DynamoDbClient, tables: Tables, *, claims: bool = True) -> None:
        self._client = client
        self._tables = tables
        self._claims = claims

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        """Read the end of the wallet's log, then the views of what the request names."""
        owner = wallet_key(request.player_id, request.currency)
        played = (seen or Snapshot()).round_of(request)
        tail, found = self._read(owner, self._keys(request, played))
        wallets = found[self._tables.wallets]
        known = int(wallets[0]["version"]["N"]) if wallets else 0
        if known > (tail[0].at if tail else 0):
            raise BusyError("others went on between the two reads")
        ledger = {item["id"]["S"]: item for item in found[self._tables.ledger]}
        sessions = found.get(self._tables.sessions)
        own = entry_id(request.integration, request.transaction_id)
        bet = entry_id(request.integration, request.bet_transaction_id or "")
        snapshot = LogSnapshot(
            entry=self._under(own, tail, ledger, owner),
            wallet=tail[0].wallet if tail else None,
            session=read_session(sessions[0]) if sessions else None,
            bet=self._bet(bet, tail, ledger, owner),
            void=_void(request, tail, ledger),
            known=known,
            is_claimed=not self._claims or _is_claim(ledger.get(own)),
            bet_claimed=not self._claims or _is_claim(ledger.get(bet)),
        )
        rounds = found.get(self._tables.rounds) or []
        return self._with_round(snapshot, request, tail, {played: rounds})

    def _read(
        self, owner: str, keys: dict[str, list[Item]]
    ) -> tuple[list[Record], dict[str, list[Item]]]:
        tail = tail_of(self._client, self._tables, owner)
        return tail, batch_get(self._client, keys)

    def _keys(self, request: Transaction, played: str | None) -> dict[str, list[Item]]:
        ids = [entry_id(request.integration, request.transaction_id)]
        bet_id = request.bet_transaction_id
        if bet_id is not None:
            ids += [entry_id(request.integration, bet_id), void_id(request.integration, bet_id)]
        keys: dict[str, list[Item]] = {
            self._tables.ledger: [{"id": text(each)} for each in ids],
            self._tables.wallets: [wallet_item_key(request.player_id, request.currency)],
        }
        if request.session_id is not None:
            keys[self._tables.sessions] = [{"session_id": text(request.session_id)}]
        if played is not None:
            keys[self._tables.rounds] = [_round_key(request, played)]
        return keys

    def _under(
        self, name: str, tail: list[Record], ledger: dict[str, Item], owner: str
    ) -> Entry | Tombstone | None:
        """Return what stands under an id; raises a refusal when it is another wallet's."""
        item = ledger.get(name)
        if item is not None and _is_claim(item) and item["owner"]["S"] != owner:
            raise RequestRefusedError("transaction_mismatch")
        return self._bet(name, tail, ledger, owner)

    def _bet(
        self, name: str, tail: list[Record], ledger: dict[str, Item], owner: str
    ) -> Entry | Tombstone | None:
        integration, _, transaction_id = name.split("#", 2)
        for record in tail:
            if found := record.under(integration, transaction_id):
                return found
        item = ledger.get(name)
        if item is None or not _is_claim(item):
            return transaction_item(item)
        if item["owner"]["S"] == owner:
            return None
        others = tail_of(self._client, self._tables, item["owner"]["S"])
        told = (each.under(integration, transaction_id) for each in others)
        return next((each for each in told if each is not None), None)

    def _with_round(
        self,
        snapshot: LogSnapshot,
        request: Transaction,
        tail: list[Record],
        read: dict[str | None, list[Item]],
    ) -> LogSnapshot:
        """Add the round: a bet names its own, that of a refund is known only now."""
        played = snapshot.round_of(request)
        if played is None:
            return snapshot
        for record in tail:
            if record.is_of_round(request.integration, played):
                return replace(snapshot, round=record.round)
        if played not in read:
            item = get(self._client, self._tables.rounds, _round_key(request, played))
            read = {played: [item] if item else []}
        return replace(snapshot, round=read_round(read[played][0]) if read[played] else None)

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Put the record, or, where nothing is claimed, the refusal alone."""
        assert isinstance(snapshot, LogSnapshot)
        entry, barred = commit.entry, commit.tombstone
        in_log = commit.wallet is not None or snapshot.is_claimed
        if barred is not None and snapshot.bet_claimed:
            in_log = True
        elif barred is not None:
            there = put_if_absent(self._client, self._tables.ledger, tombstone_item(barred))
            if there is not None:
                return _met(snapshot, there, "bet")
        if not in_log or snapshot.wallet is None:
            there = put_if_absent(self._client, self._tables.ledger, entry_item(entry))
            return _met(snapshot, there, "entry") if there is not None else None
        if not snapshot.is_claimed:
            there = self._claim(entry)
            if there is not None:
                return _met(snapshot, there, "entry")
            snapshot = replace(snapshot, is_claimed=True)
        assert snapshot.wallet is not None
        record = record_of(commit, snapshot.wallet, _round_of(commit, snapshot), snapshot.known)
        item = put_if_absent(self._client, log_table(self._tables), record_item(record))
        return _overtaken(snapshot, commit, read_record(item)) if item is not None else None

    def _claim(self, entry: Entry) -> Item | None:
        """Claim an id for its wallet; that the reply is lost tells nothing of money."""
        item = {
            "id": text(entry_id(entry.integration, entry.transaction_id)),
            "record": text(CLAIM),
            "owner": text(wallet_key(entry.player_id, entry.currency)),
        }
        try:
            return put_if_absent(self._client, self._tables.ledger, item)
        except OutcomeUnknownError as error:
            raise UnavailableError from error


def _met(snapshot: LogSnapshot, item: Item, part: str) -> LogSnapshot:
    """Return the snapshot with what stood under an id; only a log tells of a claimed one."""
    if _is_claim(item):
        raise BusyError
    found = transaction_item(item)
    return replace(snapshot, bet=found) if part == "bet" else replace(snapshot, entry=found)


def _overtaken(snapshot: LogSnapshot, commit: Commit, record: Record) -> LogSnapshot:
    """Return the facts after the record that was faster."""
    entry, bet_id = commit.entry, commit.entry.bet_transaction_id
    change, integration = commit.round_change, commit.entry.integration
    found = record.under(integration, entry.transaction_id)
    if bet_id is not None and record.under(integration, bet_id) is not None:
        raise BusyError("the bet came meanwhile: its round has to be read")
    played = change.round_id if change is not None else entry.round_id
    return replace(
        snapshot,
        wallet=record.wallet,
        entry=found or snapshot.entry,
        void=record.void_of(integration, bet_id) or snapshot.void,
        round=record.round if record.is_of_round(integration, played) else snapshot.round,
    )


def _round_of(commit: Commit, snapshot: LogSnapshot) -> Round | None:
    """Return the round as it was read; raises `BusyError` where it was not."""
    change, found = commit.round_change, snapshot.round
    if change is None or (found is None and change.expected_version == 0):
        return None
    if found is not None and found.round_id == change.round_id:
        return found
    raise BusyError("the round of the bet has to be read")


def _is_claim(item: Item | None) -> bool:
    return item is not None and item["record"]["S"] == CLAIM


def _void(request: Transaction, tail: list[Record], ledger: dict[str, Item]) -> VoidMarker | None:
    bet_id = request.bet_transaction_id
    for record in tail:
        if mark := record.void_of(request.integration, bet_id):
            return mark
    item = ledger.get(void_id(request.integration, bet_id or ""))
    found = None if item is None else read_ledger_item(item)
    return found if isinstance(found, VoidMarker) else None


def _round_key(owner: Transaction, round_id: str) -> Item:
    partition = round_wallet(owner.integration, owner.player_id, owner.currency)
    return {"wallet": text(partition), "round_id": text(round_id)}
