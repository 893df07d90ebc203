"""Starts execution environments of built functions, and has them send events."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

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
    """A process that has imported one function, or is about to: see `environment.py`."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    @classmethod
    def start(cls, function: str, variables: Mapping[str, str]) -> Self:
        """Start an environment of the built `function`; `wait` says when it has imported it."""
        folder = BUILD / function
        if not folder.is_dir():
            raise EnvironmentFailedError(f"{function} is not built: make build")
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `stop`
        process = subprocess.Popen(
            # -B: the build is to stay as it is; -S: no package but the layer's.
            [sys.executable, "-I", "-S", "-B", _SCRIPT, folder, package.layer_folder(BUILD)],
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        return cls(process, errors)

    def wait(self) -> None:
        """Wait until the function is imported."""
        self._read()

    def load(self, events: Sequence[Mapping[str, Any]], patience_s: float = PATIENCE_S) -> None:
        """Hand over events and how long each is tried; wait until they are understood."""
        self._write([patience_s, events])
        self._read()

    def go(self) -> None:
        """Have what is loaded sent, one event after the other."""
        self._write("go")

    def answers(self) -> list[Answer]:
        """Wait until all is sent, and return what became of each event."""
        return [Answer(**answer) for answer in self._read()]

    def send(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Load, send, and return what became of each event."""
        self.load(events)
        self.go()
        return self.answers()

    def stop(self) -> None:
        """End the process; also one that hangs."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _write(self, value: object) -> None:
        assert self._process.stdin is not None  # noqa: S101 - `start` made it a pipe
        try:
            self._process.stdin.write(json.dumps(value) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None

    def _read(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - `start` made it a pipe
        line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        return json.loads(line)

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
    started: list[Environment] = []
    try:
        started.extend(Environment.start(function, one) for one in variables)
        for environment in started:
            environment.wait()
        yield started
    finally:
        for environment in started:
            environment.stop()
