"""Fills the state that a MiniStack starts from with a ledger of any size.

A million entries through its API would take half an hour. So the state of a MiniStack that was
ended with everything but the ledger in it is written anew, with the ledger in its place: the items
as its API would have stored them.
"""

import base64
import json
import shutil
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.measures.long_play import LongPlay, head_of, play, round_item
from casino.aws.attributes import Item
from casino.aws.tables import Tables
from casino.integrations.model import Integration
from casino.wallet.model import Session
from casino.wallet.store.items import entry_item, wallet_item

STATE_FILE: Final = "dynamodb.json"

_TABLES: Final = ("ledger", "wallets", "rounds")
#: Under this name MiniStack keeps the one item of a partition in a table without a sort key.
_ALONE: Final = "__no_sort__"
_COPIED_AT_ONCE: Final = 1 << 20

type Seats = list[tuple[Session, int]]


def fill(source: Path, target: Path, tables: Tables, played: LongPlay, processes: int) -> None:
    """Write the state in `source` to the new folder `target`, with the ledger of `played`.

    The ledger, the wallets and the rounds of `source` give way. About 1 KB of disk for each entry.
    """
    shutil.copytree(source, target)
    seats = played.seats()
    # The measured wallet alone, since it is by far the largest.
    shares = [seats[:1], *(seats[1 + at :: processes] for at in range(processes))]
    write = partial(_write_part, target, played.integration)
    if processes > 1:
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            counted = list(pool.map(write, range(len(shares)), shares))
    else:
        counted = list(starmap(write, enumerate(shares)))
    state = json.loads((source / STATE_FILE).read_text())
    counts = sum(counted, Counter[str]())
    for name in _TABLES:
        _table(state, getattr(tables, name)).update(items=_mark(name), ItemCount=counts[name])
    with (target / STATE_FILE).open("wb") as file:
        _write_state(json.dumps(state), target, file)


def _table(state: dict[str, Any], table_name: str) -> dict[str, Any]:
    """Return a table of the state, which is keyed by account, region and quoted name."""
    tables: dict[str, dict[str, Any]] = state["payload"]["tables"]["data"]
    return next(table for table in tables.values() if table["TableName"] == table_name)


def _mark(name: str) -> str:
    return f"<the items of {name}>"


def _write_state(state: str, folder: Path, file: IO[bytes]) -> None:
    """Write the state with the parts in `folder` in the place of the marks; remove the parts."""
    marks = {name: json.dumps(_mark(name)) for name in _TABLES}
    for name in sorted(_TABLES, key=lambda name: state.index(marks[name])):
        before, state = state.split(marks[name])
        file.write(before.encode() + b"{")
        for number, part in enumerate(sorted(folder.glob(f"*.{name}"))):
            file.write(b"," if number else b"")
            with part.open("rb") as items:
                shutil.copyfileobj(items, file, _COPIED_AT_ONCE)
            part.unlink()
        file.write(b"}")
    file.write(state.encode())


def _write_part(folder: Path, integration: Integration, number: int, seats: Seats) -> Counter[str]:
    """Play some seats, and write a part of each table; return how many items each part has."""
    with ExitStack() as stack:
        ledger, wallets, rounds = parts = [
            _Part(stack.enter_context((folder / f"{number}.{name}").open("w"))) for name in _TABLES
        ]
        for session, entries in seats:
            bets, head = Counter[str](), None
            for head in play(session, integration, entries):
                ledger.add({_ALONE: entry_item(head)}, "id")
                if head.round_id is not None:
                    bets[head.round_id] += 1
            if head is not None:
                wallets.add({session.currency: wallet_item(head_of(head))}, "player_id")
            if bets:
                items = starmap(partial(round_item, session), bets.items())
                rounds.add({item["round_id"]["S"]: item for item in items}, "wallet")
    return Counter({name: part.items for name, part in zip(_TABLES, parts, strict=True)})


class _Part:
    """Writes partitions of a table, as JSON, one after the other."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._encode = json.JSONEncoder(separators=(",", ":"), default=_base64).encode
        self._comma = ""
        self.items = 0

    def add(self, items: dict[str, Item], key: str) -> None:
        """Write the items of one partition by their sort keys; `key` names the partition's key."""
        partition = next(iter(items.values()))[key]["S"]
        self._file.write(f"{self._comma}{self._encode(partition)}:{self._encode(items)}\n")
        self._comma = ","
        self.items += len(items)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
