"""The line to a platform: exact bytes out, exact bytes in, and connections that break off."""

import http.client
import ssl
import time
from typing import Protocol
from urllib.parse import urlsplit

import urllib3

from certify.model import Reply, Request

#: A reply above this is no wallet's; reading stops there.
_MOST: int = 1_000_000


class Line(Protocol):
    """Carries requests to a platform."""

    def send(self, request: Request) -> Reply:
        """Send a request, and return what came back; status 0 when nothing did."""


class HttpLine:
    """HTTP/1.1 with kept connections; it follows no redirect and repeats nothing by itself."""

    def __init__(self, url: str, timeout_s: float, connections: int) -> None:
        self._url, self._timeout_s = url, timeout_s
        self._pool = urllib3.PoolManager(maxsize=connections, block=False)

    def send(self, request: Request) -> Reply:
        """Send a request, and return what came back; status 0 when nothing did."""
        if request.cut:
            return self._cut(request)
        started = time.perf_counter()
        headers = urllib3.HTTPHeaderDict()
        for name, value in request.headers:
            headers.add(name, value)  # type: ignore[arg-type]
        try:
            answer = self._pool.urlopen(
                request.method, self._url + request.path, body=request.body, headers=headers,
                timeout=self._timeout_s, retries=False, redirect=False, preload_content=False,
            )  # fmt: skip
            body = answer.read(_MOST)
            answer.close() if len(body) == _MOST else answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Reply(0, {}, b"", (time.perf_counter() - started) * 1000, _why(error))
        ms = (time.perf_counter() - started) * 1000
        return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, body, ms)

    def _cut(self, request: Request) -> Reply:
        """Send the request, or half of its body, and hang up."""
        target = urlsplit(self._url + request.path)
        kind = http.client.HTTPSConnection if target.scheme == "https" else None
        open_line = kind or http.client.HTTPConnection
        line = open_line(target.hostname or "", target.port, timeout=self._timeout_s)
        body = request.body[: len(request.body) // 2] if request.cut == "body" else request.body
        try:
            line.putrequest(request.method, target.path or "/")
            for name, value in request.headers:
                line.putheader(name, value)
            line.putheader("Content-Length", str(len(request.body)))
            line.endheaders(body)
        except (OSError, ValueError, http.client.HTTPException):
            pass  # a platform that hangs up first is as good
        finally:
            line.close()
        return Reply(0, {}, b"")

    def tls(self) -> str:
        """Return the version of TLS that the platform speaks; empty without TLS."""
        target = urlsplit(self._url)
        if target.scheme != "https":
            return ""
        line = http.client.HTTPSConnection(
            target.hostname or "", target.port, timeout=self._timeout_s
        )
        try:
            line.connect()
            return str(line.sock.version()) if isinstance(line.sock, ssl.SSLSocket) else ""
        except OSError:
            return ""
        finally:
            line.close()


def _why(error: Exception) -> str:
    """Return in a few words why nothing came back."""
    words = {
        urllib3.exceptions.SSLError: f"TLS fails: {_reason(error)}",
        urllib3.exceptions.NameResolutionError: "nobody knows the host's name",
        urllib3.exceptions.NewConnectionError: "no connection",
        urllib3.exceptions.TimeoutError: "no answer in time",
        urllib3.exceptions.LocationValueError: "the URL is none",
        ValueError: "a header cannot be sent",
    }
    return next((said for kind, said in words.items() if isinstance(error, kind)), "it hangs up")


def _reason(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or cause)
