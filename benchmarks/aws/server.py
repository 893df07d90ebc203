"""HTTP as AWS's clients speak it: POSTs on kept-alive connections, answered by one function.

A connection has a thread: there are never more than a few, and a sleeping thread wakes within a
tenth of a millisecond, which an event loop does not promise.
"""

import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.processes import LOOPBACK

type Headers = Mapping[str, str]
type Answer = Callable[[Headers, bytes], tuple[int, Headers, bytes]]
"""From a request's headers, by their names in lower case, and body to status, headers and body."""


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer on a free port until the context ends; give the URL."""
    server = _Server(answer, tls)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Connection(socketserver.StreamRequestHandler):
    """Answers the requests of one connection."""

    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_Server"

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        while self.rfile.readline():  # the request line: always a POST of /
            asked: dict[str, str] = {}
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                asked[name.lower()] = value.strip()
            body = self.rfile.read(int(asked.get("content-length", 0)))
            status, headers, content = self.server.answer(asked, body)
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            head = f"HTTP/1.1 {status} OK\r\n{lines}Content-Length: {len(content)}\r\n\r\n"
            self.wfile.write(head.encode("latin-1") + content)
            self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    """One port."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.answer, self.tls = answer, tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that ended in the middle: functions are stopped at will."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
