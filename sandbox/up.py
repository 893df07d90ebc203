"""`make run`: boots the local AWS, deploys the template, plays a demonstration, proves the ledger.

The demonstration ends with the whole loop: it syncs a simulated provider's catalogue, launches and
plays one of its games, and leaves the game open for a browser.

On a running stack `make run` deploys anew; players and money stay.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from builder import BuildError
from casino.base.errors import AdminError
from casino.base.money import parse_major
from casino.signing.pair import Pair
from ops.context import Operations, connect_local
from ops.errors import OpsError
from ops.verbs import ledger
from sandbox import cashier, traits
from sandbox.demo import Seat, play
from sandbox.flexsoft import part as flexsoft
from sandbox.igv import part as igv
from sandbox.invo import part as invo
from sandbox.loop import INTEGRATION, Launched, Loop, LoopError, close_loop, introduce
from sandbox.ministack import LOOPBACK, PROJECT, LocalServerError, MiniStack, start
from sandbox.part import ConsoleProcess, Given, Part, Played, Stage, UnexpectedAnswerError
from sandbox.screen import say_where, show
from sandbox.stack import STACK_NAME, DeployedStack, build_and_deploy
from sandbox.told import UntoldError, listening, show_told
from sandbox.winupgo import part as winupgo

LOCAL: Final = PROJECT / ".local"
STACK_FILE: Final = LOCAL / "stack.json"

_GAME: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#: player, currency, opening balance, blocked
_PLAYERS: Final = (
    ("p_demo_1", "EUR", "1000.00", False),
    ("p_demo_2", "USD", "1000.00", False),
    ("p_low_balance", "EUR", "0.50", False),
    ("p_blocked_rg", "EUR", "1000.00", True),
)
#: Who plays the game that is left open for a browser.
_LOOP_PLAYER: Final = "p_demo_1"
_LOOP_CURRENCY: Final = "EUR"
_LOOP_ROUNDS: Final = 5
_SESSION_S: Final = 12 * 3600
#: Its port follows those of the simulated counterparts.
_CONSOLE_PLACE: Final = 5

#: The counterparts beside iGSP by their names in the stack's file, in the order of their parts.
COUNTERPARTS: Final[Mapping[str, Callable[[Stage], Part]]] = {
    "flexsoft": flexsoft.open_part,
    "winupgo": winupgo.open_part,
    "igv": igv.open_part,
    "invo": invo.open_part,
}
_FAILURES: Final = (
    LocalServerError,
    BuildError,
    UnexpectedAnswerError,
    AdminError,
    OpsError,
    LoopError,
    UntoldError,
)


def main() -> int:
    """Bring the stack up and show that it works; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument(
        "--only",
        choices=("igsp", "accounts", *COUNTERPARTS),
        help="the part of the demonstration to play",
    )
    only = parser.parse_args().only
    console = Console()
    started = time.monotonic()
    try:
        local = boot(console, LOCAL, os.environ)
        console.print("building and deploying template.yaml …")
        casino = with_test_players(open_casino(local))
        _write_stack_file(casino)
        loop, launched = None, None
        if only in (None, "igsp"):
            show(console, casino.play())
            loop = _close_loop(casino)
            launched = _play_loop(console, loop)
        if only in (None, "accounts"):
            _pay_in(console, casino)
        parts: dict[str, Part] = {}
        stage = casino.stage(LOCAL, _provider_port())
        for name, open_part in COUNTERPARTS.items():
            parts[name] = part = open_part(stage)
            if only in (None, name):
                show(console, part.play(), part.title)
        opened = stage.start(ConsoleProcess, _CONSOLE_PLACE, Given(str(STACK_FILE)))
        _write_stack_file(casino, loop, parts, opened)
    except _FAILURES as error:
        console.print(f"[red]failed:[/red] {error}", highlight=False)
        return 1
    proof = ledger.verify(casino.operations, None, None, everything=True)
    console.print(proof.as_text(), highlight=False)
    if not proof.exit_code:
        games = _games(launched, parts)
        say_where(console, opened.base_url, casino.stack, games, time.monotonic() - started)
    return proof.exit_code


@dataclass(frozen=True)
class Casino:
    """A deployed stack with its sandbox integration and players."""

    endpoint: str
    """Of the local AWS."""
    stack: DeployedStack
    operations: Operations
    credentials: Pair
    seats: dict[str, Seat]

    def play(self, url_of: Callable[[str], str] | None = None) -> Iterator[Played]:
        """Play the demonstration, at the one URL of iGSP unless `url_of(action)` says where.

        Raises `UnexpectedAnswerError` at the first wrong answer.
        """
        keys = self.credentials
        where = url_of or (lambda _: self.stack.hooks_url)
        return play(where, keys.api_key, keys.secret_key, self.seats)

    def pay_in_and_look(self, run: str, seat: Seat | None = None) -> Iterator[Played]:
        """Play the casino's own cashier; raises `UnexpectedAnswerError` at a wrong answer."""
        played = cashier.Cashier(self.stack.base_url, self.stack.hooks_url, self.credentials)
        granted = open_seat(self.operations, f"p_bonus_{run}", "EUR", "10.00")
        return played.play(seat or self.seats[_LOOP_PLAYER], self.seats["p_demo_2"], granted, run)

    def stage(self, folder: Path, port: int) -> Stage:
        """Return it as the counterparts beside iGSP are connected to it."""
        base_url, outputs = self.stack.base_url, self.stack.outputs
        return Stage(self.operations, base_url, self.endpoint, outputs, folder, port)


def open_casino(local: MiniStack) -> Casino:
    """Build and deploy the template on `local`, and open the doors; safe to repeat."""
    stack = build_and_deploy(local)
    operations = connect_local(local.endpoint, STACK_NAME)
    credentials = _credentials(operations)
    seats = {row[0]: open_seat(operations, *row) for row in _PLAYERS}
    return Casino(local.endpoint, stack, operations, credentials, seats)


def with_test_players(casino: Casino) -> Casino:
    """Bring in the players with a trait, and return the casino with them; safe to repeat."""
    seats = dict(casino.seats)
    for player in traits.PLAYERS:
        seat = open_seat(casino.operations, player.player_id, "EUR", "1000.00")
        traits.give(casino.operations, player.trait, player.player_id, seat.session_id)
        seats[player.player_id] = seat
    return replace(casino, seats=seats)


def boot(console: Console, folder: Path, environment: Mapping[str, str]) -> MiniStack:
    """Start the local AWS where the environment says, or return the one that runs there.

    Raises `LocalServerError` when one runs elsewhere.
    """
    local = MiniStack.running(folder)
    host = environment.get("MINISTACK_HOST", local.bind_host if local else LOOPBACK)
    port = int(environment.get("MINISTACK_PORT", local.port if local else 4566))
    if local is not None:
        if (local.bind_host, local.port) != (host, port):
            where = f"{local.bind_host}:{local.port}, not {host}:{port}"
            raise LocalServerError(f"the local AWS runs on {where}: make down first")
        console.print(f"the local AWS is running at {local.endpoint} (pid {local.pid})")
        return local
    local = start(folder, port, bind_host=host)
    console.print(f"the local AWS runs at {local.endpoint} (pid {local.pid})")
    return local


def _credentials(operations: Operations) -> Pair:
    """Return the sandbox integration's credentials; the first run makes them."""
    known = operations.registry.get(INTEGRATION)
    if known is None:
        _, made = operations.integrations.add(
            INTEGRATION, "igsp", who=operations.who("the sandbox")
        )
        return made
    return operations.integrations.versions(known)[0]


def open_seat(
    operations: Operations, player_id: str, currency: str, amount: str, blocked: bool = False
) -> Seat:
    """Fund the player (once, by the deposit's id), block it if need be, open a new session."""
    players, who = operations.players, operations.who("the sandbox")
    players.create(player_id, currency, who=who)
    opening, minor = f"opening-{player_id}-{currency}", parse_major(amount, currency)
    players.deposit(player_id, currency, minor, opening, who=who)
    introduce(operations, player_id)
    session = operations.sessions.open(
        player_id, currency, _GAME, who=who, integration=INTEGRATION, ttl_s=_SESSION_S
    )
    if blocked:
        players.set_blocked(player_id, blocked=True, who=who)
    return Seat(player_id, currency, session.session_id)


def _provider_port() -> int:
    return int(os.environ.get("PROVIDER_PORT", "8090"))


def _close_loop(casino: Casino) -> Loop:
    keys = casino.credentials
    return close_loop(casino.stack, casino.operations, keys, _provider_port(), LOCAL)


def _play_loop(console: Console, loop: Loop) -> Launched:
    """Sync the catalogue, launch a game of it, and play some rounds there."""
    console.print("syncing the simulated provider's catalogue …")
    console.print(loop.sync().as_text(), highlight=False)
    launched = loop.launch(_LOOP_PLAYER, _LOOP_CURRENCY)
    console.print(f"{launched.game}: launched through the API, played by its provider")
    table = Table()
    for name in ("bet", "win", "balance"):
        table.add_column(name, justify="right")
    for played in loop.play(launched, _LOOP_ROUNDS):
        table.add_row(played["bet"], played["win"], played["balance"])
    console.print(table)
    return launched


def _games(launched: Launched | None, parts: Mapping[str, Part]) -> dict[str, str]:
    """Open a game of each counterpart that has some, and return their URLs."""
    games = {} if launched is None else {"iGSP": launched.url}
    return games | {name: url for name, part in parts.items() if (url := part.game())}


def _pay_in(console: Console, casino: Casino) -> None:
    """Play the casino's own cashier, and follow what the world is told of it."""
    run = uuid4().hex[:8]
    with listening(casino.operations) as listener:
        show(console, listener.beside(casino.pay_in_and_look(run)), cashier.TITLE)
        lines = ledger.history(casino.operations, f"p_bonus_{run}", "EUR").as_text()
        console.print(lines, highlight=False, soft_wrap=True)
        show_told(console, listener.follow(cashier.events_of(run)))


def _write_stack_file(
    casino: Casino,
    loop: Loop | None = None,
    parts: Mapping[str, Part] | None = None,
    console: ConsoleProcess | None = None,
) -> None:
    """Write what tools need to reach the stack; it holds the sandbox secret, so it is private."""
    provider = {"provider_url": loop.provider.provider_url} if loop is not None else {}
    shown = {"console_url": console.base_url} if console is not None else {}
    content = (
        provider
        | shown
        | {
            "endpoint": casino.endpoint,
            "base_url": casino.stack.base_url,
            "hooks_url": casino.stack.hooks_url,
            "stack_name": STACK_NAME,
            "api_key": casino.credentials.api_key,
            "secret_key": casino.credentials.secret_key,
            "players": [asdict(seat) for seat in casino.seats.values()],
            "tables": casino.stack.tables,
            "event_bus": casino.operations.stack.events.bus,
            "lake_bucket": casino.operations.stack.lake_bucket,
            "dialects": {name: part.described() for name, part in (parts or {}).items()},
        }
    )
    part = STACK_FILE.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=2) + "\n")
    part.replace(STACK_FILE)


if __name__ == "__main__":
    sys.exit(main())
