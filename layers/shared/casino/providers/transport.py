"""One signed call to a provider: its tries, their time-outs, and the meaning of their failures.

urllib3 does the HTTP without its own retries and redirects: a retry must be signed anew, a redirect
would carry our signature elsewhere, and only this module knows how much time is left.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final
from uuid import uuid4

import urllib3

from casino.base.clock import Clock
from casino.base.errors import UnavailableError
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.providers.caps import CAPS
from casino.providers.circuit import Circuits
from casino.providers.moments import Moments
from casino.providers.ports import ProviderCall, ProviderError, ProviderObserver
from casino.providers.sender import Bounds, Reply, Sender, SendFailedError
from casino.signing.scheme import Family, Particulars, UnsignableError

#: How much of an answer an error tells, in bytes.
_TOLD: Final = 16 * 1024
_CONFLICT: Final = 409
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


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
class Manner:
    """What is particular to a call: the statuses of 400 and above that are an answer, the headers
    that admit it in place of a signature, and which answer below 400 asks for another try."""

    final: frozenset[int] = frozenset()
    admitted: Mapping[str, str] | None = None
    passes: Callable[[Reply], bool] = lambda reply: False


_PLAIN: Final = Manner()


class _TryFailedError(Exception):
    """A try failed in a way that passes; `after_s` is what the provider asked to wait."""

    def __init__(self, error: ProviderError, after_s: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_s = after_s


class Transport:
    """Sends calls in the integration's signature family; every failure is a `ProviderError`.

    A secret that cannot be read, or cannot sign, is our own trouble: `UnavailableError`.
    """

    def __init__(
        self,
        keyring: Keyring,
        family: Callable[[str], Family],
        clock: Clock,
        observer: ProviderObserver,
        circuits: Circuits,
        limits: Limits | None = None,
        pool: urllib3.PoolManager | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._keyring = keyring
        self._family = family
        self._clock = clock
        self._observer = observer
        self._circuits = circuits
        self._limits = limits or Limits()
        bounds = Bounds(self._limits.connect_s, self._limits.read_s, CAPS.answer_bytes)
        self._sender = Sender(clock, bounds, pool)
        self._jitter = jitter
        self._moments = Moments()

    def send(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str = "",
        manner: Manner = _PLAIN,
    ) -> Reply:
        """Return the answer below 400, or one whose status is in `manner.final`."""
        asked = body.decode("utf-8", "replace") or f"{call.path}{query}"
        started = self._clock.monotonic()
        try:
            reply = replace(self._tried(integration, call, body, query, manner), asked=asked)
        except ProviderError as error:
            error.request = asked
            self._observer.call_ended(call, self._clock.monotonic() - started, error.code)
            raise
        self._observer.call_ended(call, self._clock.monotonic() - started, "")
        return reply

    def _tried(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str,
        manner: Manner,
    ) -> Reply:
        deadline = self._clock.monotonic() + self._limits.deadline_s
        for attempt in range(1, self._limits.attempts + 1):
            if not self._circuits.admits(integration.name):
                raise self._given_up(call, ProviderError("provider_circuit_open"))
            try:
                reply = self._once(integration, call, body, query, deadline, manner)
            except _TryFailedError as failed:
                self._circuits.failed(integration.name)
                self._pause(call, failed, attempt, deadline)
                continue
            except ProviderError as error:
                self._circuits.undecided(integration.name)
                raise self._given_up(call, error) from None
            except UnavailableError:
                self._circuits.undecided(integration.name)
                raise
            self._circuits.succeeded(integration.name)
            if reply.status >= 400 and reply.status not in manner.final:
                raise self._given_up(call, _refused(reply))
            return reply
        raise AssertionError("the last failed try raises")

    def unexpected(
        self,
        call: ProviderCall,
        reply: Reply,
        detail: str,
        code: str = "provider_invalid_answer",
    ) -> ProviderError:
        """Return (and report) the error for an answer that the standard does not know."""
        error = _error(code, detail, reply)
        error.request = reply.asked
        return self._given_up(call, error)

    def _given_up(self, call: ProviderCall, error: ProviderError) -> ProviderError:
        self._observer.call_failed(call, error)
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
        self._observer.attempt_failed(call, failed.error, wait_s)
        self._clock.sleep(wait_s)

    def _once(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str,
        deadline: float,
        manner: Manner,
    ) -> Reply:
        """Return an answer below 500 that is not 429."""
        url = f"{integration.base_url}{call.path}{query}"
        headers = self._headers(integration, call, body, query, manner)
        try:
            reply = self._sender.send(call.method, url, headers, body, deadline, _is_read)
        except SendFailedError as error:
            raise _failed(error) from None
        if not _is_read(reply.status):
            raise _TryFailedError(
                _error("provider_unavailable", f"status {reply.status}", reply),
                _retry_after(reply.headers.get("Retry-After"), self._clock.now()),
            )
        if not reply.whole:
            detail = f"larger than {CAPS.answer_bytes} bytes"
            raise _error("provider_invalid_answer", detail, reply)
        if manner.passes(reply):
            raise _TryFailedError(_error("provider_unavailable", "it asks to try again", reply))
        return reply

    def _headers(
        self,
        integration: Integration,
        call: ProviderCall,
        body: bytes,
        query: str,
        manner: Manner,
    ) -> dict[str, str]:
        if manner.admitted is None:
            signed = self._signed(integration, body, query.removeprefix("?"))
        else:
            signed = dict(manner.admitted)
        signed["Accept"] = "application/json"
        signed["Accept-Encoding"] = "gzip"
        signed["User-Agent"] = call.user_agent
        signed["X-Request-Id"] = call.request_id
        if body:
            signed["Content-Type"] = "application/json"
        return signed

    def _signed(self, integration: Integration, body: bytes, query: str) -> dict[str, str]:
        """Sign one try, under an id of its own where the family signs one."""
        pair = self._keyring.live(integration)[0]
        moment = self._moments.next(pair.api_key, self._clock.now())
        particulars = Particulars(query=query, request_id=uuid4().hex)
        try:
            return self._family(integration.family).sign(body, pair, moment, particulars)
        except UnsignableError as error:
            raise UnavailableError(str(error)) from None


def _is_read(status: int) -> bool:
    """Tell whether the body of an answer is of use: that of a failure which may pass is none."""
    return status < _SERVER_ERROR and status != _TOO_MANY


def _failed(failed: SendFailedError) -> ProviderError | _TryFailedError:
    """Return what it means that no answer came, and whether another try may find one."""
    match failed.failure:
        case "no_url":
            return ProviderError("provider_unavailable", "provider_url is no URL")
        case "undecodable":
            return ProviderError("provider_invalid_answer", "the body cannot be decoded")
        case "no_connection":
            return _TryFailedError(ProviderError("provider_unavailable", "no connection"))
        case "timeout":
            return _TryFailedError(_error("provider_timeout", failed.detail, failed.reply))
        case "broken":
            return _TryFailedError(ProviderError("provider_unavailable", failed.detail))


def _error(code: str, detail: str, reply: Reply | None) -> ProviderError:
    if reply is None:
        return ProviderError(code, detail)
    error = ProviderError(code, detail, reply.status, reply.correlation)
    error.answer = reply.body[:_TOLD].decode("utf-8", "replace")
    return error


def _refused(reply: Reply) -> ProviderError:
    code = "provider_conflict" if reply.status == _CONFLICT else "provider_refused"
    return _error(code, f"status {reply.status}", reply)


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
