"""A stand-in for AWS in a process of its own, so cheap that what is measured is the caller.

It answers every call with `canned` answers: at once (null), or after the delays of `delays`. It
listens on two ports, HTTP and HTTPS; HTTPS as AWS does it, but with a throw-away certificate. A
connection has a thread: there are never more than a few, and a sleeping thread wakes within a
tenth of a millisecond, which an event loop does not promise.

    python -m benchmarks.aws.backend FOLDER    writes FOLDER/ca.pem, prints its two ports as JSON
"""

import json
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.aws import canned
from benchmarks.aws.authority import make_authority
from benchmarks.aws.delays import MEDIANS_MS, Delays, delays_s
from sandbox.ministack import PROJECT
from sandbox.processes import LOOPBACK

_CONTROL: Final = "Control.Reset"


class BackendError(Exception):
    """The backend did not start, or was asked what it does not know; the message says what."""


@dataclass(frozen=True)
class Backend:
    """The running backend, seen from the process that measures."""

    http_port: int
    https_port: int
    authority: Path
    """The certificate to trust for HTTPS, in PEM."""

    @property
    def http_url(self) -> str:
        return f"http://{LOOPBACK}:{self.http_port}"

    @property
    def https_url(self) -> str:
        return f"https://{LOOPBACK}:{self.https_port}"

    def reset(self, delays: Delays | None = None, skip: int = 0) -> Mapping[str, int]:
        """Begin again with `delays`, after the first `skip` of each operation, or with none.

        Return the calls until now, by operation; raises `BackendError` for one that is not known.
        """
        connection = HTTPConnection(LOOPBACK, self.http_port, timeout=10)
        try:
            headers = {"X-Amz-Target": _CONTROL}
            order = json.dumps({"delays": delays, "skip": skip})
            connection.request("POST", "/", order, headers)
            calls: Mapping[str, int] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        unknown = set(calls) - set(MEDIANS_MS)
        if unknown:
            raise BackendError(f"called, but not known here: {', '.join(sorted(unknown))}")
        return calls


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
            ports = process.stdout.readline()
            if not ports:
                raise BackendError("the backend did not start")
            http_port, https_port = json.loads(ports)
            yield Backend(http_port, https_port, Path(folder, "ca.pem"))
        finally:
            process.kill()
            process.communicate()


class _State:
    """What all connections share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._delays: dict[str, Iterator[float]] = {}

    def reset(self, order: Mapping[str, Any]) -> Mapping[str, int]:
        with self._lock:
            calls, self._calls = self._calls, Counter()
            kind, skip = order["delays"], order["skip"]
            names = MEDIANS_MS if kind else ()
            self._delays = {name: islice(delays_s(name, kind), skip, None) for name in names}
            return calls

    def delay_s(self, operation: str) -> float:
        with self._lock:
            self._calls[operation] += 1
            delays = self._delays.get(operation)
            return next(delays) if delays else 0.0


class _Connection(socketserver.StreamRequestHandler):
    """Answers the requests of one kept-alive connection."""

    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_Server"

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        try:
            while self._answer_one():
                pass
        except OSError:
            pass  # the function's process has ended

    def _answer_one(self) -> bool:
        target, length = "", 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            match name.lower():
                case b"x-amz-target":
                    target = value.strip().decode().rsplit(".", 1)[-1]
                case b"content-length":
                    length = int(value)
        if not line:
            return False
        asked = json.loads(self.rfile.read(length) or b"{}")
        status, body = self._decide(target, asked)
        self.wfile.write(
            b"HTTP/1.1 %d OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Server: Server\r\nConnection: keep-alive\r\n"
            b"x-amzn-RequestId: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
            b"x-amz-crc32: %d\r\nContent-Length: %d\r\n\r\n%s"
            % (status, zlib.crc32(body), len(body), body)
        )
        self.wfile.flush()
        return True

    def _decide(self, operation: str, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        state = self.server.state
        if operation == "Reset":
            return 200, json.dumps(state.reset(asked)).encode()
        delay_s = state.delay_s(operation)
        try:
            body = json.dumps(canned.answer(operation, asked)).encode()
        except KeyError:
            return 400, b'{"__type":"UnknownOperationException"}'
        time.sleep(delay_s)
        return 200, body


class _Server(socketserver.ThreadingTCPServer):
    """One port."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, state: _State, tls: ssl.SSLContext | None) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.state, self.tls = state, tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that ended in the middle: functions are stopped at will."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def main() -> None:
    """Serve until the standard input ends, or for ever."""
    folder = Path(sys.argv[1])
    certificate = make_authority(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    state = _State()
    servers = [_Server(state, None), _Server(state, tls)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps([server.server_address[1] for server in servers]), flush=True)
    # It ends with who started it, however that ended.
    sys.stdin.read()


if __name__ == "__main__":
    main()
