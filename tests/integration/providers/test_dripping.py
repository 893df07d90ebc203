"""A counterpart that drips its answer a byte at a time is cut at the call's deadline."""

import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3

from benchmarks.aws.authority import make_authority
from casino.base.clock import SystemClock
from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.registry import family
from casino.providers.circuit import Circuits
from casino.providers.connection import pool_manager
from casino.providers.ports import ProviderError
from casino.providers.post import JsonPost, ServiceUnreachableError
from casino.providers.sender import Bounds, Sender
from casino.providers.transport import Limits, Transport
from testing.integrations import an_integration
from testing.provider import Notes, provider_keyring

DEADLINE_S = 1.0
PACE_S = 0.05
#: The deadline and a tenth, in drops.
MOST_DROPS = int(1.1 * DEADLINE_S / PACE_S)

#: What is sent at once, and what then drips again and again.
DRIPS = {
    "status line": (b"HTTP/1.1 200 ", b"O"),
    "headers": (b"HTTP/1.1 200 OK\r\nX-Name: ", b"a"),
    "1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
    "chunk size": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "gzip's own header": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + bytes(6),
        b"n",
    ),
    "chunk extensions": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"a"),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Name: ", b"a"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
    "body without length": (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "body to be closed": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n",
        b" ",
    ),
}
#: The head of a record of 16 KB: the handshake waits for the rest.
HANDSHAKE = (b"\x16\x03\x03\x40\x00", b"\x00")


@dataclass
class Dripping:
    """A server for one connection after another."""

    listener: socket.socket
    first: bytes
    again: bytes
    tls: ssl.SSLContext | None = None
    drops: list[int] = field(default_factory=list)
    """How much each connection got, one drop at a time, before its other side closed it."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self._drip(connection)

    def _drip(self, connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(self.first)
        connection.settimeout(PACE_S)
        for count, drop in enumerate(itertools.cycle(self.again)):
            try:
                # The pause between two drops ends early when the other side closes.
                if connection.recv(65_536) == b"":
                    break
            except TimeoutError:
                pass
            except OSError:
                break
            if count > 5 * MOST_DROPS:
                return
            try:
                connection.sendall(bytes([drop]))
            except OSError:
                break
        self.drops.append(count)


@contextmanager
def dripping(first: bytes, again: bytes, tls: ssl.SSLContext | None = None) -> Iterator[Dripping]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Dripping(listener, first, again, tls)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def a_client(notes: Notes, pool: urllib3.PoolManager | None = None) -> HttpProviderClient:
    clock = SystemClock()
    limits = Limits(connect_s=DEADLINE_S, read_s=0.5, deadline_s=DEADLINE_S, attempts=1)
    circuits = Circuits(clock, notes, threshold=1)
    transport = Transport(provider_keyring(), family, clock, notes, circuits, limits, pool)
    return HttpProviderClient(transport)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ProviderError) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize("part", [*DRIPS, "handshake"])
def test_a1_a_provider_that_drips_is_cut_at_the_deadline_and_counted(part: str) -> None:
    first, again = DRIPS.get(part, HANDSHAKE)
    scheme = "https" if part == "handshake" else "http"
    threads, notes = threading.active_count(), Notes()
    client = a_client(notes)
    with dripping(first, again) as server:
        hub = an_integration("hub", url=f"{scheme}://{server.address}", close_sessions=True)
        assert code_of(lambda: client.close_session(hub, "sess-1")) == "provider_timeout"
        assert code_of(lambda: client.close_session(hub, "sess-1")) == "provider_circuit_open"

    (drops,) = server.drops
    assert 1 < drops <= MOST_DROPS
    assert notes.metrics["ProviderCircuitOpened"] == 1
    assert threading.active_count() == threads


def test_a1_an_interim_answer_is_not_taken_for_the_answer() -> None:
    """Else the next request on the connection would get the answer of the one before."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                for body in (b"first", b"again"):
                    connection.recv(65_536)
                    for interim in (b"100 Continue", b"103 Early Hints"):
                        connection.sendall(b"HTTP/1.1 %s\r\nLink: </a>\r\n\r\n" % interim)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%s" % body)

        thread = threading.Thread(target=serve)
        thread.start()
        sender = Sender(SystemClock(), Bounds(DEADLINE_S, DEADLINE_S, 1024))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        answers = [sender.send("GET", url, {}) for _ in range(2)]
        thread.join()

    assert [(answer.status, answer.body) for answer in answers] == [
        (200, b"first"),
        (200, b"again"),
    ]


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a1_a_provider_that_drips_over_tls_is_cut_too(part: str, tmp_path: Path) -> None:
    make_authority(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "server.pem")
    pool = pool_manager()
    pool.connection_pool_kw["ca_certs"] = str(tmp_path / "ca.pem")
    client = a_client(Notes(), pool)
    with dripping(*DRIPS[part], tls) as server:
        hub = an_integration("hub", url=f"https://{server.address}", close_sessions=True)
        assert code_of(lambda: client.close_session(hub, "sess-1")) == "provider_timeout"

    (drops,) = server.drops
    assert 1 < drops <= MOST_DROPS


def test_a1_a_service_that_drips_is_cut_too() -> None:
    bounds = Bounds(connect_s=DEADLINE_S / 2, read_s=DEADLINE_S / 2, most_bytes=1024)
    with dripping(*DRIPS["headers"]) as server:
        asked = JsonPost(f"http://{server.address}", SystemClock(), bounds)
        with pytest.raises(ServiceUnreachableError):
            asked("/api", {}, {})

    (drops,) = server.drops
    assert 1 < drops <= MOST_DROPS
