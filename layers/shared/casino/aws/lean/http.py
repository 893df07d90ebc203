"""HTTP to one AWS endpoint: urllib3 carries, and failures become botocore's exceptions.

Connections are kept alive. A connection that the other side closed while it was idle is replaced
before a request goes out on it. A connection that dies later is an error, as no request is sent
twice. The client follows neither redirects nor the proxies of the environment.
"""

import ssl
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import urllib3
from botocore import exceptions
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.ssl_ import create_urllib3_context

from casino.aws.lean.signature import SignedRequest
from casino.base.clock import Clock, SystemClock
from casino.base.deadline import left_s

#: How long a connection may be idle, in seconds of wall time: a dead one costs a read time-out.
IDLE_S: Final = 20.0

#: With less time than this nothing is sent, in seconds.
_LEAST_S: Final = 0.005
_NEVER_AGAIN: Final = urllib3.Retry(False)


class Connections:
    """`Send` over a pool of keep-alive connections to one endpoint.

    `connect_s` and `read_s` are seconds; the second is for each read of the socket. `bundle` is the
    PEM file of the authorities to trust; raises `OSError` when it is none.
    """

    def __init__(
        self,
        endpoint: str,
        connect_s: float,
        read_s: float,
        bundle: str,
        clock: Clock | None = None,
    ) -> None:
        self._endpoint = endpoint
        secure = urlsplit(endpoint).scheme == "https"
        self._options = {"ssl_context": _trusting(bundle)} if secure else {}
        self._connect_s, self._read_s = connect_s, read_s
        self._clock = clock or SystemClock()
        self._used_at = self._clock.monotonic()
        self._pool = self._new_pool()

    def __call__(self, request: SignedRequest) -> urllib3.BaseHTTPResponse:
        """Send once, and return the whole answer, whatever its status."""
        url = self._endpoint
        if (left := left_s()) < _LEAST_S:
            late = TimeoutError("the request's time is over")
            raise exceptions.ConnectTimeoutError(endpoint_url=url, error=late)
        self._drop_idle()
        try:
            return self._pool.urlopen(
                "POST",
                "/",
                request.body,
                request.headers,
                retries=_NEVER_AGAIN,
                redirect=False,
                decode_content=False,
                timeout=urllib3.Timeout(
                    connect=min(self._connect_s, left), read=min(self._read_s, left)
                ),
            )
        # The order counts: to urllib3, a refused connection is one that timed out.
        except SSLError as error:
            raise exceptions.SSLError(endpoint_url=url, error=error) from error
        except NewConnectionError as error:
            raise exceptions.EndpointConnectionError(endpoint_url=url, error=error) from error
        except ConnectTimeoutError as error:
            raise exceptions.ConnectTimeoutError(endpoint_url=url, error=error) from error
        except ReadTimeoutError as error:
            raise exceptions.ReadTimeoutError(endpoint_url=url, error=error) from error
        except ProtocolError as error:
            raise exceptions.ConnectionClosedError(endpoint_url=url, error=error) from error
        except (HTTPError, OSError, ValueError) as error:
            raise exceptions.HTTPClientError(error=error) from error

    def _drop_idle(self) -> None:
        """Close what may have died unnoticed while nothing was sent, or the function was frozen."""
        now = self._clock.monotonic()
        if now - self._used_at > IDLE_S:
            self._pool.close()
            self._pool = self._new_pool()
        self._used_at = now

    def _new_pool(self) -> urllib3.HTTPConnectionPool:
        return urllib3.connection_from_url(self._endpoint, maxsize=10, **self._options)


@cache
def _trusting(bundle: str) -> ssl.SSLContext:
    """Return what verifies a server's certificate and name; a bundle is parsed once."""
    context = create_urllib3_context()
    # As botocore: a private authority's certificates often lack what the strict reading asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.load_verify_locations(bundle)
    return context
