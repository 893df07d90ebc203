"""MiniStacks side by side, each with a ledger of another size and the same player in it."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.functions.bets import CURRENCY
from benchmarks.measures.filled_ledger import fill
from benchmarks.measures.long_play import LongPlay
from benchmarks.measures.stage import Stage
from casino.base.times import iso_utc
from casino.wallet.model import Player, Session
from sandbox import ministack
from testing.world import GAME, SANDBOX, World

#: Below that many entries, starting processes to write them takes longer than writing them.
_WORTH_PROCESSES: Final = 10_000
#: A million entries are read in 40 s on a machine that has nothing else to do.
_START_TIMEOUT_S: Final = 600.0
#: Less than it takes to write a large state, which nobody needs any more.
_STOP_TIMEOUT_S: Final = 5.0
_SESSION_S: Final = 3 * 3600
#: What MiniStack needs while it reads its state, for each entry.
_BYTES_OF_AN_ENTRY: Final = 9_000


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
            played = LongPlay(entries, SANDBOX, session)
            target = folder / str(number)
            processes = (os.process_cpu_count() or 1) if entries >= _WORTH_PROCESSES else 1
            kept = ministack.state_folder(folder / "empty")
            fill(kept, ministack.state_folder(target), world.tables, played, processes)
            local = ministack.start(
                target, ministack.free_port(), keep_state=True, timeout_s=_START_TIMEOUT_S
            )
            stack.callback(local.stop, _STOP_TIMEOUT_S)
            stages.append((Stage.found(local, world.environment), played))
        yield stages


def _prepare(folder: Path) -> tuple[Session, World]:
    """Keep the state of a MiniStack with a player in a session, and nothing in the ledger."""
    local = ministack.start(folder, ministack.free_port(), keep_state=True)
    try:
        world = Stage.build(local, "growth").world
        now = time.time()
        session = Session(
            session_id="sess-measured",
            player_id="p-measured",
            currency=CURRENCY,
            integration=SANDBOX.name,
            game_id=GAME,
            status="active",
            opened_at=iso_utc(now),
            expires_at=int(now) + _SESSION_S,
        )
        world.accounts.add_player(Player(session.player_id, False, session.opened_at))
        world.sessions.add(session)
    finally:
        local.stop()
    return session, world


def _check_memory(entries: int) -> None:
    """The system would end whatever is largest: better to say what is wrong."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    available = int(found[1]) * 1024 if found else 0
    if available < entries * _BYTES_OF_AN_ENTRY:
        needed = f"{entries * _BYTES_OF_AN_ENTRY / 1e9:.1f} GB"
        message = f"{entries:,} entries need {needed} of memory, {available / 1e9:.1f} GB are free"
        raise TooLittleMemoryError(message)
