"""Starts execution environments of built functions, and has them send events."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from builder import package
from builder.build import BUILD

#: So long a sender repeats a request while the answer asks for that.
PATIENCE_S: Final = 30.0

_SCRIPT: Final = Path(__file__).with_name("environment.py")


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
            raise self._failure()
        return json.loads(line)

    def say(self, value: object) -> None:
        """Tell it something; raises `EnvironmentFailedError` when it has ended."""
        assert self._process.stdin is not None  # noqa: S101 - made a pipe
        try:
            self._process.stdin.write(json.dumps(value) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None

    def stop(self) -> None:
        """End the process; also one that hangs."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _failure(self) -> EnvironmentFailedError:
        self._process.wait()
        self._errors.seek(0)
        printed = self._errors.read()[-4000:].decode(errors="replace")
        return EnvironmentFailedError(f"a function's process ended:\n{printed}")


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


def send(
    senders: Sequence[Environment],
    jobs: Sequence[Sequence[Mapping[str, Any]]],
    patience_s: float = PATIENCE_S,
) -> tuple[float, list[Answer]]:
    """Let the senders loose at once, each with its own job, one event after the other.

    Return the seconds until all was done, and what became of the events, sender by sender.
    """
    for sender, events in zip(senders, jobs, strict=True):
        sender.say([patience_s, events])
    for sender in senders:
        sender.hear()  # it has understood
    started = time.perf_counter()
    for sender in senders:
        sender.say("go")
    answers = [Answer(**answer) for sender in senders for answer in sender.hear()]
    return time.perf_counter() - started, answers
