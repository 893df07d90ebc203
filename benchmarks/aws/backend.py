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
from contextlib import contextmanager
from itertools import islice, repeat
from pathlib import Path
from typing import Final

from benchmarks.aws import canned
from benchmarks.aws.authority import make_authority
from benchmarks.aws.delays import MEDIANS_MS, Delays, delays_s
from benchmarks.aws.server import Headers, serving
from benchmarks.figures.results import PROJECT

_HEADERS: Final = {
    "Content-Type": "application/x-amz-json-1.0",
    "Server": "Server",
    "Connection": "keep-alive",
    "x-amzn-RequestId": "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
}


class Backend:
    """The running backend, seen from the process that measures.

    `authority` is the file of the certificate to trust for HTTPS, in PEM.
    """

    def __init__(self, process: subprocess.Popen[str], folder: str) -> None:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        self._orders, self._answers = process.stdin, process.stdout
        self.http_url, self.https_url = json.loads(self._answers.readline())
        self.authority = Path(folder, "ca.pem")

    def delay(self, delays: Delays, skip: int) -> None:
        """Begin `delays` anew, after the first `skip` of each operation; until then none is."""
        print(json.dumps([delays, skip]), file=self._orders, flush=True)
        self._answers.readline()


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
            yield Backend(process, folder)
        finally:
            process.kill()
            process.communicate()


class _State:
    """What all connections share: the delays to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._delays: dict[str, Iterator[float]] = {}

    def delay(self, delays: Delays, skip: int) -> None:
        """Begin the delays of every operation anew."""
        with self._lock:
            for name in MEDIANS_MS:
                self._delays[name] = islice(delays_s(name, delays), skip, None)

    def answer(self, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        """Answer a call of AWS."""
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        with self._lock:
            delay_s = next(self._delays.get(operation, repeat(0.0)))
        try:
            content = json.dumps(canned.answer(operation, json.loads(body))).encode()
        except KeyError:
            return 400, _HEADERS, b'{"__type":"UnknownOperationException"}'
        time.sleep(delay_s)
        return 200, {**_HEADERS, "x-amz-crc32": str(zlib.crc32(content))}, content


def main() -> None:
    """Serve until the standard input ends: that is when who started it has ended, however."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(make_authority(Path(sys.argv[1])))
    state = _State()
    with serving(state.answer) as http_url, serving(state.answer, tls) as https_url:
        print(json.dumps([http_url, https_url]), flush=True)
        for order in sys.stdin:
            state.delay(*json.loads(order))
            print(flush=True)


if __name__ == "__main__":
    main()
