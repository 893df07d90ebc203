"""Starts execution environments of built functions, and sends them events as a provider does."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Any, Final

from builder import package
from builder.build import BUILD

PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
#: So long a sender repeats a request while the answer asks for that.
PATIENCE_S: Final = 30.0

_SCRIPT: Final = Path(__file__).with_name("environment.py")

type Event = Mapping[str, Any]


class EnvironmentFailedError(Exception):
    """A function is not built, or its process ended; the message ends with what it printed."""


@dataclass(frozen=True)
class Answer:
    """What became of one event; the times are those of the last try.

    `busy` counts the tries that were answered so, `unclear` those that ended in another error that
    asks for the same request again, `conflicts` the commits that somebody else overtook.
    """

    status: int
    code: str
    replay: bool
    conflicts: int
    busy: int
    unclear: int
    latency_ms: float
    cpu_ms: float

    @property
    def repeated(self) -> bool:
        """Whether more than one try was needed."""
        return self.busy + self.unclear > 0


class Environment:
    """A process that imports one built function and sends events to it: see `environment.py`."""

    def __init__(self, function: str, variables: Mapping[str, str]) -> None:
        folder = BUILD / function
        if not folder.is_dir():
            raise EnvironmentFailedError(f"{function} is not built: make build")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `stop`
        self._process = subprocess.Popen(
            # -B: the build is to stay as it is; -S: no package but the layer's.
            [sys.executable, "-I", "-S", "-B", _SCRIPT, folder, package.layer_folder(BUILD)],
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def hear(self) -> Any:
        """Wait for what it says next; raises `EnvironmentFailedError` when it has ended instead."""
        assert self._process.stdout is not None  # noqa: S101 - made a pipe
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            printed = self._errors.read()[-4000:].decode(errors="replace")
            raise EnvironmentFailedError(f"a function's process ended:\n{printed}")
        return json.loads(line)

    def invoke(self, event: Event) -> Any:
        """Have one event answered: the response, latency and CPU time in ms, and the log."""
        assert self._process.stdin is not None  # noqa: S101 - made a pipe
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def stop(self) -> None:
        """End the process; also one that hangs."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()


@contextmanager
def environments(
    function: str, variables: Sequence[Mapping[str, str]]
) -> Iterator[list[Environment]]:
    """Start an environment with each of `variables`, all at once; stop them at the end."""
    with ExitStack() as stack:
        started = []
        for one in variables:
            started.append(Environment(function, one))
            stack.callback(started[-1].stop)
        for environment in started:
            environment.hear()
        yield started


def send_together(
    senders: Sequence[Environment], jobs: Sequence[Sequence[Event]], patience_s: float = PATIENCE_S
) -> tuple[float, list[Answer]]:
    """Let the senders loose at once, each with its own job, one event after the other.

    Return the seconds until all was done, and what became of the events, sender by sender.
    """

    def work(sender: Environment, events: Sequence[Event]) -> list[Answer]:
        return [send(sender.invoke, event, patience_s) for event in events]

    with ThreadPoolExecutor(len(senders)) as pool:
        started = time.perf_counter()
        answers = list(chain.from_iterable(pool.map(work, senders, jobs)))
        return time.perf_counter() - started, answers


def send(invoke: Callable[[Event], Any], event: Event, patience_s: float = PATIENCE_S) -> Answer:
    """Send one event until it is decided, with a jittered pause; without patience, once.

    Who gives up returns the last answer, with a status of 500 or more.
    """
    give_up_at = time.monotonic() + patience_s
    busy = unclear = conflicts = 0
    while True:
        response, latency_ms, cpu_ms, log = invoke(event)
        records = [json.loads(line) for line in log.splitlines()]
        conflicts += sum(each["Conflicts"] for each in records if each.get("message") == "request")
        code = json.loads(response["body"]).get("error", "ok")
        retryable = response["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR
        busy += retryable and code == "busy"
        unclear += retryable and code != "busy"
        if not retryable or time.monotonic() >= give_up_at:
            break
        ceiling_s = min(LONGEST_PAUSE_S, PAUSE_S * 2 ** (busy + unclear - 1))
        time.sleep(ceiling_s * random.random())  # noqa: S311 - spreads the tries, no secret
    replay = response["headers"].get("Idempotent-Replayed") == "true"
    status = response["statusCode"]
    return Answer(status, code, replay, conflicts, busy, unclear, latency_ms, cpu_ms)
