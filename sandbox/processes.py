"""Programs of the local stack that outlive the command that started them.

A record beside a program's log holds its pid and port, so that the next command finds the program
again. Each program leads a process group of its own, so that its children end with it.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import ClassVar, Self

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
#: Of a request: longer than a provider waits, as the first call of a function also starts it.
TIMEOUT_S = 30.0
#: The ports of the servers that tests and benchmarks start: below every system's ephemeral range.
_FIRST_PORT, _PORTS, _TRIES = 20_000, 12_000, 100


class LocalServerError(Exception):
    """A program of the local stack cannot be started or stopped; the message says what to do."""


@dataclass(frozen=True)
class LocalServer:
    """A running program that answers HTTP on the loopback interface."""

    name: ClassVar[str]
    ready_path: ClassVar[str]
    port_variable: ClassVar[str]

    pid: int
    port: int
    folder: Path
    bind_host: str = LOOPBACK
    # Known only to who started it: a child has to be waited for, a stranger cannot be.
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    def is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        # One that has ended is still there for signals until its parent takes note of it.
        return _sent(os.kill, self.pid, 0) and not is_free(self.port, LOOPBACK)

    @property
    def has_last_words(self) -> bool:
        """Whether it is asked to end, as it has something left to do then."""
        return True

    def is_ready(self) -> bool:
        connection = HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", self.ready_path)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Ask it to end, and end it with all that it started when it has not after `timeout_s`."""
        if self.has_last_words:
            _sent(os.kill, self.pid, signal.SIGTERM)
            poll(lambda: not self.is_alive(), timeout_s)
        # Also what is left of the processes in its group.
        _sent(os.killpg, self.pid, signal.SIGKILL)
        if not poll(lambda: not self.is_alive(), timeout_s):
            raise LocalServerError(f"{self.name} (pid {self.pid}) does not end")
        self._record(self.folder).unlink(missing_ok=True)

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """The program that was left running in `folder`, if it still is."""
        record = cls._record(folder)
        try:
            known = json.loads(record.read_text())
        except FileNotFoundError:
            return None
        found = cls(known["pid"], known["port"], folder, known.get("bind_host", LOOPBACK))
        # Both: by now the number may be another program's, and the port another server's.
        if found.is_alive() and found.is_ready():
            return found
        if not found.is_alive():
            record.unlink(missing_ok=True)
        return None

    @classmethod
    def launch(
        cls,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path,
        port: int,
        *,
        cwd: Path,
        bind_host: str = LOOPBACK,
        timeout_s: float = START_TIMEOUT_S,
    ) -> Self:
        """Start `command`, which listens on `port`, and wait until it answers.

        Of this machine's environment it sees little more than `environment`.
        """
        cls._check_free(folder, port, bind_host)
        folder.mkdir(parents=True, exist_ok=True)
        child = _spawn(command, environment, cwd, folder / f"{cls.name}.log")
        started = cls(child.pid, port, folder, bind_host, child)
        known = {"pid": started.pid, "port": port, "bind_host": bind_host}
        cls._record(folder).write_text(json.dumps(known))
        poll(lambda: started.is_ready() or not started.is_alive(), timeout_s)
        if started.is_alive() and started.is_ready():
            return started
        started.stop()
        raise LocalServerError(f"{cls.name} did not start; its log is {started.log_file}")

    @classmethod
    def _check_free(cls, folder: Path, port: int, bind_host: str) -> None:
        already = cls.running(folder)
        if already is not None:
            message = f"{cls.name} already runs on port {already.port}: make down first"
            raise LocalServerError(message)
        if not is_free(port, bind_host):
            raise LocalServerError(
                f"port {port} is taken by another program: stop it, or choose a port with "
                f"{cls.port_variable}=<port>"
            )

    @classmethod
    def _record(cls, folder: Path) -> Path:
        return folder / f"{cls.name}.json"


def is_free(port: int, host: str) -> bool:
    """Whether nothing listens on `port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(in_a_row: int = 1) -> int:
    """Return a port that nothing listens on now, and the first of as many in a row as asked for.

    It is none of those that the kernel gives to outgoing connections: such a one could be taken
    before the program that it is meant for listens on it.
    """
    for _ in range(_TRIES):
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        if all(is_free(port + more, LOOPBACK) for more in range(in_a_row)):
            return port
    raise LocalServerError(f"no port is free from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1}")


def poll(condition: Callable[[], bool], timeout_s: float, pause_s: float = 0.05) -> bool:
    """Whether `condition` became true before the time was over."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
    return True


def _sent(send: Callable[[int, int], None], pid: int, number: int) -> bool:
    """Whether there was a process, or group, to receive the signal."""
    try:
        send(pid, number)
    except ProcessLookupError:
        return False
    return True


def _spawn(
    command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path, log_file: Path
) -> "subprocess.Popen[bytes]":
    names = ("HOME", "LANG", "PATH")
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    with log_file.open("wb") as log:
        return subprocess.Popen(
            list(command),
            cwd=cwd,
            env=inherited | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
