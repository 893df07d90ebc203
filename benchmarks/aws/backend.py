"""A stand-in for AWS in a process of its own, so cheap that what is measured is the caller.

It answers every call with `canned` answers: at once, or after the delays of `delays`. It listens on
two ports, HTTP and HTTPS; HTTPS as AWS does it, but with a throw-away certificate.

    python -m benchmarks.aws.backend FOLDER    writes FOLDER/ca.pem, prints its two URLs as JSON
"""

import json
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice, repeat
from pathlib import Path
from typing import Final

from benchmarks.aws import canned
from benchmarks.aws.authority import make_authority
from benchmarks.aws.delays import MEDIANS_MS, Delays, delays_s
from benchmarks.aws.server import Headers, serving
from benchmarks.figures.results import PROJECT

_RESET: Final = "Control.Reset"
_HEADERS: Final = {
    "Content-Type": "application/x-amz-json-1.0",
    "Server": "Server",
    "Connection": "keep-alive",
    "x-amzn-RequestId": "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
}


@dataclass(frozen=True)
class Backend:
    """The running backend, seen from the process that measures."""

    http_url: str
    https_url: str
    authority: Path
    """The certificate to trust for HTTPS, in PEM."""

    def reset(self, delays: Delays | None = None, skip: int = 0) -> None:
        """Begin again with `delays`, after the first `skip` of each operation, or with none."""
        order = json.dumps({"delays": delays, "skip": skip})
        with closing(HTTPConnection(self.http_url.removeprefix("http://"))) as connection:
            connection.request("POST", "/", order, {"X-Amz-Target": _RESET})
            connection.getresponse().read()


@contextmanager
def running() -> Iterator[Backend]:
    """Start the backend; it ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.aws.backend", folder],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            http_url, https_url = json.loads(process.stdout.readline())
            yield Backend(http_url, https_url, Path(folder, "ca.pem"))
        finally:
            process.kill()
            process.communicate()


class _State:
    """What all connections share: the delays to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._delays: dict[str, Iterator[float]] = {}

    def answer(self, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        """Answer a call of AWS, or the order to begin again."""
        target, asked = headers.get("x-amz-target", ""), json.loads(body or b"{}")
        if target == _RESET:
            with self._lock:
                self._delays = _delays(**asked)
            return 200, {}, b""
        operation = target.rsplit(".", 1)[-1]
        with self._lock:
            delay_s = next(self._delays.get(operation, repeat(0.0)))
        try:
            content = json.dumps(canned.answer(operation, asked)).encode()
        except KeyError:
            return 400, _HEADERS, b'{"__type":"UnknownOperationException"}'
        time.sleep(delay_s)
        return 200, {**_HEADERS, "x-amz-crc32": str(zlib.crc32(content))}, content


def _delays(delays: Delays | None, skip: int) -> dict[str, Iterator[float]]:
    if delays is None:
        return {}
    return {name: islice(delays_s(name, delays), skip, None) for name in MEDIANS_MS}


def main() -> None:
    """Serve until the standard input ends: that is when who started it has ended, however."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(make_authority(Path(sys.argv[1])))
    answer = _State().answer
    with serving(answer) as http_url, serving(answer, tls) as https_url:
        print(json.dumps([http_url, https_url]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
