"""A server on the loopback interface that does with each connection what a test says."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from typing import IO, Final

LOOPBACK: Final = "127.0.0.1"
PATIENCE_S: Final = 30.0


@dataclass
class Connection:
    """One connection, seen from the server."""

    server: "Server"
    socket: socket.socket
    stream: IO[bytes]

    def read(self) -> None:
        """Read a request, and keep it."""
        self.stream.readline()
        head = b"".join(iter(self.stream.readline, b"\r\n"))
        headers = BytesHeaderParser().parsebytes(head)
        self.server.requests.append((headers, self.stream.read(int(headers["Content-Length"]))))

    def answer(self, body: bytes = b"{}", status: int = 200, *more: str, length: int = -1) -> None:
        """Answer; a `length` other than the body's is a lie about it."""
        length = len(body) if length < 0 else length
        lines = (f"HTTP/1.1 {status} Status", f"Content-Length: {length}", *more, "", "")
        self.socket.sendall("\r\n".join(lines).encode() + body)

    def reset(self) -> None:
        """Close so that the other side finds the connection broken, not ended."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.server.over.wait(PATIENCE_S)


type Script = Callable[[Connection], None]


@dataclass
class Server:
    """What came in so far."""

    listener: socket.socket
    requests: list[tuple[Message, bytes]] = field(default_factory=list)
    connections: int = 0
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Is released for each connection that the server has closed."""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        number: int = self.listener.getsockname()[1]
        return number

    def serve(self, scripts: tuple[Script, ...], tls: ssl.SSLContext | None) -> None:
        for script in scripts:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return  # the test is over
            self.connections += 1
            # A client that does not trust us, or that gave up, breaks the connection.
            with suppress(OSError), accepted:
                secured = tls.wrap_socket(accepted, server_side=True) if tls else accepted
                with secured, secured.makefile("rb") as stream:
                    script(Connection(self, secured, stream))
            self.closed.release()


@contextmanager
def scripted(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve one connection after the other, each by the next of `scripts`."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        server = Server(listener)
        thread = threading.Thread(target=server.serve, args=(scripts, tls))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(times: int) -> Script:
    """Return a script that reads and answers so often."""

    def script(connection: Connection) -> None:
        for _ in range(times):
            connection.read()
            connection.answer()

    return script
