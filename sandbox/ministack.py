"""Starts and stops MiniStack, the AWS emulator that the local stack and the tests deploy to.

MiniStack keeps everything in memory and runs the functions in processes of its own. So one folder
for its log and scratch files, and one process group, are all that has to be cleaned up.
"""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.processes import (
    LOOPBACK,
    START_TIMEOUT_S,
    STOP_TIMEOUT_S,
    LocalServer,
    LocalServerError,
    free_port,
)

__all__ = [
    "LOOPBACK",
    "PROJECT",
    "REGION",
    "LocalServerError",
    "MiniStack",
    "free_port",
    "start",
    "state_folder",
]

PROJECT = Path(__file__).resolve().parent.parent
_START = Path(__file__).with_name("shared_zips.py")
INTERPRETER = PROJECT / ".tools" / "ministack" / "bin" / "python"
REGION = "eu-central-1"
SERVICES = (
    "apigateway,cloudformation,cognito-idp,dynamodb,dynamodbstreams,events,iam,kms,lambda,logs,"
    "monitoring,s3,secretsmanager,sqs,ssm,sts,wafv2"
)


@dataclass(frozen=True)
class MiniStack(LocalServer):
    """A running MiniStack: its pid leads the process group that the functions run in, too."""

    name = "ministack"
    ready_path = "/_ministack/ready"
    port_variable = "MINISTACK_PORT"

    keeps_state: bool = False
    """Whether it writes its state when it is asked to end."""

    @property
    def endpoint(self) -> str:
        return self.base_url

    @property
    def has_last_words(self) -> bool:
        # Without any it would wait for seconds, for functions that nobody hears any more.
        return self.keeps_state

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        super().stop(timeout_s)
        # Every environment of a function has its folder there.
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)


def start(
    folder: Path,
    port: int,
    *,
    bind_host: str = LOOPBACK,
    enforce_iam: bool = False,
    keep_state: bool = False,
    timeout_s: float = START_TIMEOUT_S,
) -> MiniStack:
    """Start MiniStack on `port`, with its log and files in `folder`, and wait until it answers.

    `bind_host` is the loopback interface unless a container has to reach it. With `enforce_iam`
    the roles of the template hold: a function that does more than its grants is refused. With
    `keep_state` it starts from the files in `state_folder(folder)`, and writes them when it ends.
    """
    if not INTERPRETER.exists():
        raise LocalServerError("MiniStack is not installed: make install")
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    started = MiniStack.launch(
        [INTERPRETER, "-P", _START],
        _environment(folder, port, bind_host, enforce_iam, keep_state),
        folder,
        port,
        cwd=folder,
        bind_host=bind_host,
        timeout_s=timeout_s,
    )
    return replace(started, keeps_state=keep_state)


def state_folder(folder: Path) -> Path:
    """Return where a MiniStack of `folder` keeps its state, one JSON file for each service."""
    return folder / "state"


def _environment(
    folder: Path, port: int, bind_host: str, enforce_iam: bool, keep_state: bool
) -> dict[str, str]:
    """What MiniStack, and through it the functions, are told."""
    return {
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
        "STATE_DIR": str(state_folder(folder)),
        "PERSIST_STATE": "1" if keep_state else "0",
        "TMPDIR": str(folder / "tmp"),
        # Listeners that nobody here needs, and whose fixed ports two MiniStacks would fight for.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It would otherwise look for containers to clean up.
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
    }
