"""One signed call to a provider: its tries, their time-outs, and what their failures mean.

urllib3 does the HTTP; its own retries and redirects are off, since a retry must be signed anew, a
redirect would carry our signature elsewhere, and only here is it known how much time is left.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
)

from casino.base.clock import Clock
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.circuit import Circuits
from casino.providers.ports import ProviderCall, ProviderError, ProviderWatch

#: Response headers that let a provider find a request again; lower case.
CORRELATION: Final = (
    "x-request-id",
    "x-correlation-id",
    "x-trace-id",
    "request-id",
    "traceparent",
    "x-amzn-requestid",
    "cf-ray",
)

#: The most bytes of an answer that are read; a page of 200 records is about 150 KB.
MAX_ANSWER: Final = 16 * 1024 * 1024
_CHUNK: Final = 65_536
_CONFLICT: Final = 409
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_MAX_HEADER: Final = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call and each of its tries may take, in seconds, and how many tries it has."""

    connect_s: float = 2.0
    read_s: float = 8.0
    deadline_s: float = 25.0
    attempts: int = 4
    backoff_s: float = 0.25
    longest_backoff_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete response below 500 that is not 429."""

    status: int
    body: bytes
    correlation: Mapping[str, str]


class _TryFailedError(Exception):
    """A try failed in a way that passes; `after_s` is what the provider asked to wait."""

    def __init__(self, error: ProviderError, after_s: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_s = after_s


class Transport:
    """Sends signed calls; every failure of the provider is a `ProviderError`.

    A secret that cannot be read is our own trouble: `UnavailableError`.
    """

    def __init__(
        self,
        keyring: Keyring,
        clock: Clock,
        watch: ProviderWatch,
        circuits: Circuits,
        limits: Limits | None = None,
        pool: urllib3.PoolManager | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._keyring = keyring
        self._clock = clock
        self._watch = watch
        self._circuits = circuits
        self._limits = limits or Limits()
        self._pool = pool or urllib3.PoolManager(retries=False, maxsize=4)
        self._jitter = jitter

    def send(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str = "",
        final: frozenset[int] = frozenset(),
    ) -> Answer:
        """Return the answer below 400, or one whose status is in `final`."""
        deadline = self._clock.monotonic() + self._limits.deadline_s
        for attempt in range(1, self._limits.attempts + 1):
            if not self._circuits.admits(integration.name):
                raise self._given_up(call, ProviderError("provider_circuit_open"))
            try:
                answer = self._once(integration, call, body, query, deadline)
            except _TryFailedError as failed:
                self._circuits.failed(integration.name)
                self._pause(call, failed, attempt, deadline)
                continue
            except ProviderError as error:
                raise self._given_up(call, error) from None
            self._circuits.succeeded(integration.name)
            if answer.status >= 400 and answer.status not in final:
                raise self._given_up(call, _refused(answer))
            return answer
        raise AssertionError("the last failed try raises")

    def unexpected(self, call: ProviderCall, answer: Answer, detail: str) -> ProviderError:
        """Return (and report) the error for an answer that the standard does not know."""
        error = ProviderError("provider_invalid_answer", detail, answer.status, answer.correlation)
        return self._given_up(call, error)

    def _given_up(self, call: ProviderCall, error: ProviderError) -> ProviderError:
        self._watch.call_failed(call, error)
        return error

    def _pause(
        self, call: ProviderCall, failed: _TryFailedError, attempt: int, deadline: float
    ) -> None:
        """Wait before the next try, or raise when there is none or no time for it."""
        limits = self._limits
        ceiling = min(limits.longest_backoff_s, limits.backoff_s * 2**attempt)
        wait_s = max(self._jitter() * ceiling, failed.after_s)
        if attempt == limits.attempts or self._clock.monotonic() + wait_s >= deadline:
            raise self._given_up(call, failed.error) from None
        self._watch.attempt_failed(call, failed.error, wait_s)
        self._clock.sleep(wait_s)

    def _once(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str,
        deadline: float,
    ) -> Answer:
        url = f"{integration.provider.url.rstrip('/')}{call.path}{query}"
        headers = self._headers(integration, call, body)
        left_s = max(deadline - self._clock.monotonic(), 0.001)
        timeout = urllib3.Timeout(
            connect=min(self._limits.connect_s, left_s), read=min(self._limits.read_s, left_s)
        )
        try:
            response = self._pool.request(
                call.method,
                url,
                body=body or None,
                headers=headers,
                timeout=timeout,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                return self._received(response, deadline)
            finally:
                response.release_conn()
        except LocationParseError:
            raise ProviderError("provider_unavailable", "provider_url is no URL") from None
        except NewConnectionError:
            # urllib3 counts a refused connection among the time-outs.
            raise _TryFailedError(ProviderError("provider_unavailable", "no connection")) from None
        except (ReadTimeoutError, ConnectTimeoutError) as error:
            raise _TryFailedError(ProviderError("provider_timeout", type(error).__name__)) from None
        except DecodeError:
            raise ProviderError("provider_invalid_answer", "the body cannot be decoded") from None
        except HTTPError as error:
            raise _TryFailedError(
                ProviderError("provider_unavailable", type(error).__name__)
            ) from None

    def _headers(self, integration: Integration, call: ProviderCall, body: bytes) -> dict[str, str]:
        secret = self._keyring.live(integration)[0]
        signed = family(integration.family).sign(
            body, secret.api_key, secret.secret_key, self._clock.now()
        )
        signed["Accept"] = "application/json"
        signed["Accept-Encoding"] = "gzip"
        signed["User-Agent"] = "seamless-wallet"
        signed["X-Request-Id"] = call.request_id
        if body:
            signed["Content-Type"] = "application/json"
        return signed

    def _received(self, response: urllib3.BaseHTTPResponse, deadline: float) -> Answer:
        correlation = {
            name: response.headers[name][:_MAX_HEADER]
            for name in CORRELATION
            if name in response.headers
        }
        status = response.status
        if status >= _SERVER_ERROR or status == _TOO_MANY:
            # Its body is of no use, and the connection is not worth reading it for.
            response.close()
            raise _TryFailedError(
                ProviderError("provider_unavailable", f"status {status}", status, correlation),
                _retry_after(response.headers.get("Retry-After"), self._clock.now()),
            )
        return Answer(status, self._body(response, deadline, correlation), correlation)

    def _body(
        self, response: urllib3.BaseHTTPResponse, deadline: float, correlation: Mapping[str, str]
    ) -> bytes:
        """Read what comes until the deadline: the read time-out holds for each piece only."""
        body = bytearray()
        while piece := response.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > MAX_ANSWER:
                response.close()
                raise ProviderError(
                    "provider_invalid_answer", "too large", response.status, correlation
                )
            if self._clock.monotonic() >= deadline:
                response.close()
                late = "the deadline passed"
                raise _TryFailedError(
                    ProviderError("provider_timeout", late, response.status, correlation)
                )
        return bytes(body)


def _refused(answer: Answer) -> ProviderError:
    code = "provider_conflict" if answer.status == _CONFLICT else "provider_refused"
    return ProviderError(code, f"status {answer.status}", answer.status, answer.correlation)


def _retry_after(value: str | None, now: float) -> float:
    """Return the seconds that `Retry-After` asks for; 0 for none or one that cannot be read."""
    if value is None:
        return 0.0
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)
