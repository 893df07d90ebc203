"""Starts and stops a simulated provider as a program of its own, beside the local AWS."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, Self

from sandbox.processes import is_free, poll, send_group_signal, send_signal
from sandbox.provider.config import DEFAULT_GAMES, DEFAULT_PROVIDERS
from sandbox.provider.control import Control

_PROJECT: Final = Path(__file__).resolve().parent.parent.parent
_HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 60.0
_STOP_TIMEOUT_S: Final = 10.0


class ProviderProcessError(Exception):
    """The provider cannot be started or stopped; the message says what to do."""


@dataclass(frozen=True)
class ProviderProcess:
    """A running simulated provider."""

    pid: int
    port: int
    folder: Path
    # Known only to who started it: a child has to be waited for, a stranger cannot be.
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def base_url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    @property
    def provider_url(self) -> str:
        """What an integration's `provider_url` is."""
        return f"{self.base_url}/igsp/v1"

    @property
    def log_file(self) -> Path:
        return self.folder / "provider.log"

    @cached_property
    def control(self) -> Control:
        """Its admin routes."""
        return Control(self.base_url)

    def is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        # One that has ended is still there for signals until its parent takes note of it.
        return send_signal(self.pid, 0) and not is_free(self.port, _HOST)

    def is_ready(self) -> bool:
        connection = HTTPConnection(_HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/admin/stats")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, timeout_s: float = _STOP_TIMEOUT_S) -> None:
        """Ask it to end, and end it when it has not after `timeout_s`."""
        if "control" in self.__dict__:
            self.control.close()
        send_signal(self.pid, signal.SIGTERM)
        if not poll(lambda: not self.is_alive(), timeout_s):
            send_group_signal(self.pid, signal.SIGKILL)
        if not poll(lambda: not self.is_alive(), timeout_s):
            raise ProviderProcessError(f"the simulated provider (pid {self.pid}) does not end")
        _record(self.folder).unlink(missing_ok=True)

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """The provider that `start` left running in `folder`, if it still is."""
        try:
            record = json.loads(_record(folder).read_text())
        except FileNotFoundError:
            return None
        found = cls(pid=record["pid"], port=record["port"], folder=folder)
        # Both: by now the number may be another program's, and the port another provider's.
        if found.is_alive() and found.is_ready():
            return found
        if not found.is_alive():
            _record(folder).unlink(missing_ok=True)
        return None


def start(
    port: int,
    hooks_url: str,
    api_key: str,
    secret_key: str,
    *,
    folder: Path,
    seed: int = 1,
    games: int = DEFAULT_GAMES,
    providers: int = DEFAULT_PROVIDERS,
    latency_ms: int = 0,
    public_url: str | None = None,
    timeout_s: float = _START_TIMEOUT_S,
) -> ProviderProcess:
    """Start a provider on `port`, with its log in `folder`, and wait until it answers."""
    if not is_free(port, _HOST):
        raise ProviderProcessError(
            f"port {port} is taken by another program: stop it, or choose a port with "
            "PROVIDER_PORT=<port>"
        )
    arguments = {
        "--port": port, "--hooks-url": hooks_url, "--seed": seed, "--games": games,
        "--providers": providers, "--latency-ms": latency_ms,
    }  # fmt: skip
    if public_url is not None:
        arguments["--public-url"] = public_url
    words = [str(word) for pair in arguments.items() for word in pair]
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "provider.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "sandbox.provider", *words],
            cwd=_PROJECT,
            env=inherited | {"PROVIDER_API_KEY": api_key, "PROVIDER_SECRET_KEY": secret_key},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = ProviderProcess(child.pid, port, folder, child)
    _record(folder).write_text(json.dumps({"pid": started.pid, "port": port}))
    poll(lambda: started.is_ready() or not started.is_alive(), timeout_s)
    if started.is_alive() and started.is_ready():
        return started
    started.stop()
    raise ProviderProcessError(f"the provider did not start; its log is {started.log_file}")


def _record(folder: Path) -> Path:
    return folder / "provider.json"
