"""Connections that one deadline holds to, whatever the counterpart drips.

urllib3's read time-out begins anew with each piece that comes, so a counterpart that sends a byte
now and then holds a call for ever: in the status line, in headers, in 1xx answers, in the
extensions of a chunk, in the body. Here every connect, handshake, send and read gets only the time
that its call has left. No thread has to watch, so none stays behind. The look-up of a name has the
limits of the machine's resolver.
"""

import io
import math
import socket
from collections.abc import Buffer, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import CONTINUE, HTTPResponse
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

from casino.base.checks import is_public

#: Returns the seconds that the call of this thread has left.
_LEFT_S: Final[ContextVar[Callable[[], float]]] = ContextVar("left_s")


@contextmanager
def ends_when(left_s: Callable[[], float]) -> Iterator[None]:
    """Let every connection that this thread uses meanwhile fail when `left_s` returns 0 or less."""
    token = _LEFT_S.set(left_s)
    try:
        yield
    finally:
        _LEFT_S.reset(token)


def pool_manager(*, public_only: bool = False) -> urllib3.PoolManager:
    """Return a pool of such connections, to be used within `ends_when`.

    With `public_only` there is no plain HTTP, and no connection to an address that is private,
    link-local or the machine's own, whatever name leads there.
    """
    pool = urllib3.PoolManager(retries=False, maxsize=4)
    pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    if public_only:
        pool.pool_classes_by_scheme = {"https": _PublicPool}
        pool.key_fn_by_scheme = {"https": pool.key_fn_by_scheme["https"]}
    return pool


def _left_s() -> float:
    left_s = _LEFT_S.get()()
    if left_s <= 0:
        raise TimeoutError("the deadline passed")
    return left_s


class _Incoming(io.RawIOBase):
    """What comes from a socket, TLS or not; `file` is the socket's own unbuffered reader."""

    def __init__(self, sock: socket.socket, file: io.RawIOBase) -> None:
        self._socket = sock
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        self._socket.settimeout(min(_left_s(), self._socket.gettimeout() or math.inf))
        read: int | None = self._file.readinto(buffer)
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Incoming(sock, sock.makefile("rb", buffering=0)))

    def _read_status(self) -> tuple[str, int, str]:
        """Show every interim answer as 100, the only one that the library skips.

        Were 103 taken for the last one, the connection's next request would get what comes after.
        """
        version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, CONTINUE if 101 < status < 200 else status, reason


class _Connection(HTTPConnection):
    response_class = _Response
    public_only = False

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers before the deadline."""
        failure: OSError = OSError("no address")
        try:
            for *_, address in socket.getaddrinfo(
                self._dns_host, self.port, allowed_gai_family(), socket.SOCK_STREAM
            ):
                if self.public_only and not is_public(str(address[0])):
                    failure = OSError("not a public address")
                    continue
                try:
                    made = create_connection(
                        (str(address[0]), self.port),
                        self._clipped_s(),
                        socket_options=self.socket_options,
                    )
                except OSError as error:
                    failure = error
                    continue
                # The handshake of TLS comes next, and gets what is left.
                made.settimeout(self._clipped_s())
                return made
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "no address answers in time") from failure
        raise NewConnectionError(self, "no address answers") from failure

    def send(self, data: Any) -> None:
        """Send a part of the request: a counterpart that does not read holds nobody either."""
        if self.sock is not None:
            self.sock.settimeout(_left_s())
        super().send(data)

    def _clipped_s(self) -> float:
        own_s = self.timeout if isinstance(self.timeout, float | int) else math.inf
        return min(own_s, _left_s())


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _PublicConnection(_TlsConnection):
    public_only = True


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
