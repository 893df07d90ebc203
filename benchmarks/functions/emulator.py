"""One function in AWS's Runtime Interface Emulator, which comes with the SAM command line.

The function's process is what it is on Lambda: a Python of its own with AWS's runtime, the
function's folder and its layer, and nothing else. What is not compiled ahead is compiled at every
start, since the disk is read-only there.

The figures are the emulator's own, out of its log. `Init Duration` of its REPORT line is not used:
the emulator starts the runtime with the first event, and that figure is of something else.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from platform import machine
from typing import Any, Final

from sandbox.ministack import PROJECT, REGION
from sandbox.processes import LOOPBACK, free_port, is_free, poll

_PYTHON: Final = PROJECT / ".tools" / "runtime" / "bin" / "python"
_RUNTIME: Final = Path(__file__).with_name("runtime.py")
_EMULATORS: Final = PROJECT / ".tools/sam/lib/python3.13/site-packages/samcli/local/rapid"
_PATH: Final = "/2015-03-31/functions/function/invocations"
_INIT: Final = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_INVOKED: Final = re.compile(r"INVOKE RTDONE\(status: success, .*?duration: ([0-9.]+)ms\)")
_CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_TIMEOUT_S: Final = 30.0


class FunctionFailedError(Exception):
    """A function did not start, or did not answer as it should; the message ends with its log."""


class Function:
    """A function that is running, or starts with its first event."""

    def __init__(self, pid: int, port: int, log: Path) -> None:
        self._pid, self._log = pid, log
        self.invoked = 0
        self._connection = HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_S)

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Send one event and return the response; raises `FunctionFailedError` if there is none."""
        try:
            self._connection.request("POST", _PATH, json.dumps(event))
            response = self._connection.getresponse().read()
        except OSError as error:
            raise self.failure(f"no answer: {error}") from error
        answer = json.loads(response)
        if not isinstance(answer, dict) or "statusCode" not in answer:
            raise self.failure(f"not a response: {response[:500]!r}")
        self.invoked += 1
        return answer

    @property
    def init_ms(self) -> float:
        """How long imports and wiring took; there is a figure from the first event on."""
        return self._figures(_INIT, 1)[0]

    @property
    def invoke_ms(self) -> list[float]:
        """How long each event took, in order: from its arrival to the response."""
        return self._figures(_INVOKED, self.invoked)

    def cpu_ns(self) -> int:
        """Return the processor time of the function's process until now, all threads together."""
        tasks = Path(f"/proc/{self._runtime()}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks)

    def peak_memory_mb(self) -> float:
        """Return the most memory that the function's process ever held."""
        status = Path(f"/proc/{self._runtime()}/status").read_text()
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(kilobytes) / 1024

    def logged(self) -> list[str]:
        """Return the lines that the function itself has logged: a JSON object each."""
        return [line for line in self._read_log().splitlines() if line.startswith("{")]

    def failure(self, what: str) -> FunctionFailedError:
        """Return an error that ends with what the function and the emulator logged."""
        return FunctionFailedError(f"{what}\n{self._read_log()[-4000:]}")

    def _read_log(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End the emulator and the function's process."""
        self._connection.close()
        for pid in (*_children(self._pid), self._pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _runtime(self) -> int:
        children = _children(self._pid)
        if len(children) != 1:
            raise self.failure("the function's process is not there")
        return children[0]

    def _figures(self, pattern: re.Pattern[str], expected: int) -> list[float]:
        """Read figures off the log; its last lines may come a moment after the response."""
        found: list[float] = []

        def complete() -> bool:
            found[:] = map(float, pattern.findall(self._read_log()))
            return len(found) >= expected

        if not poll(complete, _TIMEOUT_S, pause_s=0.005) or len(found) != expected:
            raise self.failure(f"{len(found)} figures in the log instead of {expected}")
        return found


@contextmanager
def running(folders: Sequence[Path], environment: Mapping[str, str]) -> Iterator[Function]:
    """Start the function in `folders`, its own first and its layers after; it starts to run with
    its first event, and ends with the context."""
    port, api_port = free_port(), free_port()
    emulator = _EMULATORS / f"aws-lambda-rie-{'arm64' if machine() == 'aarch64' else 'x86_64'}"
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "log")
        with log.open("wb") as out:
            process = subprocess.Popen(
                [
                    emulator,
                    "--runtime-interface-emulator-address", f"{LOOPBACK}:{port}",
                    "--runtime-api-address", f"{LOOPBACK}:{api_port}",
                    # -P: not the working directory; -B: the disk of a function is read-only
                    _PYTHON, "-P", "-B", _RUNTIME, "app.handler",
                ],
                cwd=scratch,
                env=_environment(folders, scratch) | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        function = Function(process.pid, port, log)
        try:
            if not poll(lambda: not is_free(port, LOOPBACK), _TIMEOUT_S, pause_s=0.005):
                raise function.failure("the emulator did not start")
            yield function
        finally:
            function.stop()
            process.wait()


def _environment(folders: Sequence[Path], home: str) -> dict[str, str]:
    """What Lambda tells a function."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "LAMBDA_TASK_ROOT": str(folders[0]),
        "TZ": ":UTC",
        "AWS_LAMBDA_FUNCTION_NAME": "bet",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": f"{_TIMEOUT_S:g}",
        **dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), REGION),
        **dict.fromkeys(_CREDENTIALS, "test"),
    }


def _children(parent: int) -> list[int]:
    found = (file.read_text() for file in Path(f"/proc/{parent}/task").glob("*/children"))
    return [int(pid) for pids in found for pid in pids.split()]
