"""Starts and stops MiniStack, the AWS emulator that the local stack and the tests deploy to.

MiniStack keeps everything in memory and runs the functions in processes of its own, so that a
folder for its log and scratch files, and one process group, are all that has to be looked after.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

from sandbox.processes import is_free, poll, send_group_signal, send_signal

PROJECT = Path(__file__).resolve().parent.parent
INTERPRETER = PROJECT / ".tools" / "ministack" / "bin" / "python"
REGION = "eu-central-1"
LOOPBACK = "127.0.0.1"
SERVICES = (
    "apigateway,cloudformation,dynamodb,dynamodbstreams,events,iam,kms,lambda,logs,monitoring,"
    "s3,secretsmanager,sqs,ssm,sts,wafv2"
)
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class MiniStackError(Exception):
    """MiniStack cannot be started or stopped; the message says what to do."""


@dataclass(frozen=True)
class MiniStack:
    """A running MiniStack: `pid` leads the process group that the functions run in, too."""

    pid: int
    port: int
    folder: Path
    # Known only to who started it: a child has to be waited for, a stranger cannot be.
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.folder / "ministack.log"

    def is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        # One that has ended is still there for signals until its parent takes note of it.
        return send_signal(self.pid, 0) and not is_free(self.port, LOOPBACK)

    def is_ready(self) -> bool:
        connection = HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", "/_ministack/ready")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Ask it to end, and end it with its functions when it has not after `timeout_s`."""
        send_signal(self.pid, signal.SIGTERM)
        poll(lambda: not self.is_alive(), timeout_s)
        # Also what is left of the functions' processes, which are in its group.
        send_group_signal(self.pid, signal.SIGKILL)
        if not poll(lambda: not self.is_alive(), timeout_s):
            raise MiniStackError(f"MiniStack (pid {self.pid}) does not end")
        # Every environment of a function unpacks its layer there: gigabytes after a busy day.
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        _record(self.folder).unlink(missing_ok=True)

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """The MiniStack that `start` left running in `folder`, if it still is."""
        try:
            record = json.loads(_record(folder).read_text())
        except FileNotFoundError:
            return None
        found = cls(pid=record["pid"], port=record["port"], folder=folder)
        # Both: by now the number may be another program's, and the port another MiniStack's.
        if found.is_alive() and found.is_ready():
            return found
        if not found.is_alive():
            _record(folder).unlink(missing_ok=True)
        return None


def start(
    folder: Path,
    port: int,
    *,
    bind_host: str = LOOPBACK,
    enforce_iam: bool = False,
    timeout_s: float = START_TIMEOUT_S,
) -> MiniStack:
    """Start MiniStack on `port`, with its log and files in `folder`, and wait until it answers.

    `bind_host` is the loopback interface unless a container has to reach it. With `enforce_iam`
    the roles of the template hold: a function that does more than its grants is refused.
    """
    if not INTERPRETER.exists():
        raise MiniStackError("MiniStack is not installed: make install")
    already = MiniStack.running(folder)
    if already is not None:
        raise MiniStackError(f"MiniStack already runs on port {already.port}: make down first")
    if not is_free(port, bind_host):
        raise MiniStackError(
            f"port {port} is taken by another program: stop it, or choose a port with "
            "MINISTACK_PORT=<port>"
        )
    scratch = folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with (folder / "ministack.log").open("wb") as log:
        child = subprocess.Popen(
            [INTERPRETER, "-m", "ministack"],
            cwd=folder,
            env=_environment(folder, port, bind_host, enforce_iam),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack = MiniStack(pid=child.pid, port=port, folder=folder, child=child)
    _record(folder).write_text(json.dumps({"pid": stack.pid, "port": port}))
    poll(lambda: stack.is_ready() or not stack.is_alive(), timeout_s)
    if stack.is_alive() and stack.is_ready():
        return stack
    stack.stop()
    raise MiniStackError(f"MiniStack did not start; its log is {stack.log_file}")


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(folder: Path, port: int, bind_host: str, enforce_iam: bool) -> dict[str, str]:
    """All that MiniStack, and through it the functions, see of the machine's environment."""
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return inherited | {
        "AUTH": "true" if enforce_iam else "false",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BIND_HOST": bind_host,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "SERVICES": SERVICES,
        "LAMBDA_EXECUTOR": "local",
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder / "tmp"),
        # Listeners that nobody here needs, and whose fixed ports two MiniStacks would fight for.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It would otherwise look for containers to clean up.
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
    }


def _record(folder: Path) -> Path:
    return folder / "ministack.json"
