"""MiniStacks side by side, each with a ledger of another size and the same player in it.

A million entries through its API would take half an hour. So the state of a MiniStack that was
ended with everything but the ledger in it is written anew, with the ledger in its place: the items
as its API would have stored them.
"""

import base64
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.measures.long_play import LongPlay, head_of, play, round_item
from benchmarks.measures.stage import Stage, clients
from casino.aws.attributes import Item
from casino.aws.tables import Tables
from casino.base.times import iso_utc
from casino.wallet.model import Player, Session
from casino.wallet.store.items import entry_item, player_item, session_item, wallet_item
from sandbox import ministack
from testing.bets import CURRENCY
from testing.world import GAME, SANDBOX, World

_STATE_FILE: Final = "dynamodb.json"
_TABLES: Final = ("ledger", "players", "wallets", "sessions", "rounds")
#: Under this name MiniStack keeps the one item of a partition in a table without a sort key.
_ALONE: Final = "__no_sort__"
#: A million entries are read in 40 s on a machine that has nothing else to do.
_START_TIMEOUT_S: Final = 600.0
#: Less than it takes to write a large state, which nobody needs any more.
_STOP_TIMEOUT_S: Final = 5.0
_SESSION_S: Final = 3 * 3600
#: What MiniStack needs while it reads its state, for each entry.
_BYTES_OF_AN_ENTRY: Final = 9_000

type Seats = list[tuple[Session, int]]


class TooLittleMemoryError(Exception):
    """A ledger does not fit into what is free of the memory; the message says what it needs."""


@contextmanager
def filled_stages(folder: Path, sizes: Sequence[int]) -> Iterator[list[tuple[Stage, LongPlay]]]:
    """Start a MiniStack with a ledger of each size, in folders below `folder`.

    Raises `TooLittleMemoryError` before anything is started.
    """
    _check_memory(sum(sizes))
    session, world = _prepare(folder / "empty")
    stages = []
    with ExitStack() as stack:
        for number, entries in enumerate(sizes):
            played, target = LongPlay(entries, session), folder / str(number)
            source, filled = map(ministack.state_folder, (folder / "empty", target))
            _fill(source, filled, world.tables, played)
            port = ministack.free_port()
            local = ministack.start(target, port, keep_state=True, timeout_s=_START_TIMEOUT_S)
            stack.callback(local.stop, _STOP_TIMEOUT_S)
            kept = World(clients(local)[0], world.environment)
            stages.append((Stage(local, kept), played))
        yield stages


def _check_memory(entries: int) -> None:
    """The system would end whatever is largest: better to say what is wrong."""
    (kilobytes,) = re.findall(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    available, needed = int(kilobytes) * 1024, entries * _BYTES_OF_AN_ENTRY
    if available < needed:
        told = f"{needed / 1e9:.1f} GB of memory, {available / 1e9:.1f} GB are free"
        raise TooLittleMemoryError(f"{entries:,} entries need {told}")


def _prepare(folder: Path) -> tuple[Session, World]:
    """Keep the state of a MiniStack with a player in a session, and nothing in the ledger."""
    local = ministack.start(folder, ministack.free_port(), keep_state=True)
    try:
        world, now = Stage.build(local).world, time.time()
        who = ("sess-measured", "p-measured", CURRENCY, SANDBOX.name, GAME)
        session = Session(*who, "active", iso_utc(now), expires_at=int(now) + _SESSION_S)
        world.accounts.add_player(Player(session.player_id, False, session.opened_at))
        world.sessions.add(session)
    finally:
        local.stop()
    return session, world


def _fill(source: Path, target: Path, tables: Tables, played: LongPlay) -> None:
    """Write the state in `source` with the ledger of `played` to `target`, 1 KB for an entry."""
    shutil.copytree(source, target)
    seats, processes = played.seats(), os.process_cpu_count() or 1
    # The measured wallet alone, since it is by far the largest.
    others = (seats[1 + at :: processes] for at in range(processes))
    shares = [seats[:1], *(share for share in others if share)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        counted = pool.map(partial(_write_part, target), range(len(shares)), shares)
        counts = sum(counted, Counter[str]())
    state = json.loads((source / _STATE_FILE).read_text())
    # Keyed by account, region and quoted name.
    for table in state["payload"]["tables"]["data"].values():
        for name in _TABLES:
            if table["TableName"] == getattr(tables, name):
                table.update(items=f"<{name}>", ItemCount=counts[name])
    with (target / _STATE_FILE).open("wb") as file:
        # Each table in the place of its mark; every other piece is one.
        marks = f'"<({"|".join(_TABLES)})>"'
        for number, piece in enumerate(re.split(marks, json.dumps(state))):
            if number % 2:
                _join(sorted(target.glob(f"*.{piece}")), file)
            else:
                file.write(piece.encode())


def _join(parts: Sequence[Path], file: IO[bytes]) -> None:
    """Write the parts of a table, a partition in each line, as one JSON object; remove them."""
    before = b"{"
    for part in parts:
        with part.open("rb") as lines:
            for line in lines:
                file.write(before + line)
                before = b","
        part.unlink()
    file.write(b"}")


def _write_part(folder: Path, number: int, seats: Seats) -> Counter[str]:
    """Play some seats, and write a part of each table; return how many items each part has."""
    encode = json.JSONEncoder(separators=(",", ":"), default=_base64).encode
    counts = Counter[str]()
    with ExitStack() as stack:
        opened = stack.enter_context
        files = {name: opened((folder / f"{number}.{name}").open("w")) for name in _TABLES}

        def add(table: str, key: str, items: dict[str, Item]) -> None:
            """Write a partition, its items by their sort keys; `key` names the partition's key."""
            partition = next(iter(items.values()))[key]["S"]
            files[table].write(f"{encode(partition)}:{encode(items)}\n")
            counts[table] += len(items)

        for session, entries in seats:
            bets, head = Counter[str](), None
            for head in play(session, entries):
                add("ledger", "id", {_ALONE: entry_item(head)})
                if head.round_id is not None:
                    bets[head.round_id] += 1
            if head is not None:
                add("wallets", "player_id", {session.currency: wallet_item(head_of(head))})
                player = Player(session.player_id, False, session.opened_at)
                add("players", "player_id", {_ALONE: player_item(player)})
                add("sessions", "session_id", {_ALONE: session_item(session)})
            if bets:
                items = starmap(partial(round_item, session), bets.items())
                add("rounds", "wallet", {item["round_id"]["S"]: item for item in items})
    return counts


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode()
