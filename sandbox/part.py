"""A part of the demonstration: a counterpart beside a deployed stack, its simulation, its steps.

Every simulated counterpart but iGSP's has the same shape: a package with `signatures` (its own
reading of the protocol), `caller` (what it has been given, and how it sends), `app` (what it
serves) and `part` (`open_part(stage)` connects, starts and plays it). `sandbox.up` lists them.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import httpx

from casino.integrations.model import Integration
from casino.signing.pair import Pair
from ops.context import Operations
from sandbox.processes import LocalServer

_PROJECT: Final = Path(__file__).resolve().parent.parent


class UnexpectedAnswerError(Exception):
    """The stack answered a step with something else than what it must."""


@dataclass(frozen=True)
class Step:
    """One signed request and what must come back."""

    title: str
    fields: Mapping[str, Any]
    status: int = 200
    error: str = ""
    replay: bool = False
    tamper: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Played:
    """What came back for a step; `time_ms` is measured by the caller, HTTP included."""

    step: Step
    status: int
    error: str
    balance: str
    time_ms: float


def checked(step: Step, response: httpx.Response, error: str, balance: str) -> Played:
    """Return what came back; raises `UnexpectedAnswerError` when it is not what must."""
    replay = response.headers.get("Idempotent-Replayed") == "true"
    if (response.status_code, error, replay) != (step.status, step.error, step.replay):
        raise UnexpectedAnswerError(f"{step.title}: {response.status_code} {response.text}")
    time_ms = response.elapsed.total_seconds() * 1000
    return Played(step, response.status_code, error, balance, time_ms)


class Counterpart(LocalServer):
    """A running simulation; its class names its package, too."""

    ready_path = "/admin/state"
    port_variable = "PROVIDER_PORT"


class ConsoleProcess(LocalServer):
    """The running console. It stands here because the console imports what starts it."""

    name = "console"
    ready_path = "/ready"
    port_variable = "PROVIDER_PORT"


@dataclass(frozen=True)
class Given:
    """What the console is given: the path of the file that describes the stack."""

    stack_file: str


class Part(Protocol):
    """A counterpart that is connected to a deployed stack."""

    @property
    def title(self) -> str:
        """What stands above the table of its steps."""

    @property
    def process(self) -> LocalServer:
        """Its simulation, which runs."""

    def described(self) -> dict[str, Any]:
        """Return what a caller of its kind needs, as it stands in the stack's file."""

    def play(self) -> Iterator[Played]:
        """Play every step; raises `UnexpectedAnswerError` at a wrong answer."""

    def game(self) -> str:
        """Open a game, and return the URL for a browser; empty where there are no games."""


@dataclass(frozen=True)
class Stage:
    """A deployed stack, as a counterpart is connected to it."""

    operations: Operations
    base_url: str
    endpoint: str
    """Of the local AWS."""
    outputs: Mapping[str, str]
    folder: Path
    """Where logs and records of running programs are."""
    port: int
    """The port of iGSP's simulated provider; the other counterparts' follow it."""

    def connect(self, name: str, family: str) -> tuple[Integration, Pair]:
        """Return an integration and its keys; the first run makes them."""
        known = self.operations.registry.get(name)
        if known is None:
            return self.operations.integrations.add(
                name, family, who=self.operations.who("the sandbox")
            )
        return known, self.operations.integrations.versions(known)[0]

    def start[P: LocalServer](self, kind: type[P], place: int, caller: Any) -> P:
        """Start `sandbox.<name of kind>` anew, `place` ports after iGSP's, with what it was given.

        `caller` is a dataclass; its secrets go by the environment, where no other user reads them.
        """
        running = kind.running(self.folder)
        if running is not None:
            running.stop()
        port = self.port + place
        return kind.launch(
            [sys.executable, "-m", "sandbox.serve", kind.name, str(port)],
            {"SANDBOX_CALLER": json.dumps(asdict(caller)), "SANDBOX_ENDPOINT": self.endpoint},
            self.folder,
            port,
            cwd=_PROJECT,
        )
