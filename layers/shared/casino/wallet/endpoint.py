"""The way of every hook: who → verify → read → one use case → answer.

The endpoint verifies the bytes exactly as received, before it understands any of them. This is the
one place where errors become responses. An unexpected error is answered as retryable, since its
outcome is unknown: the same request settles it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from casino.base.clock import Clock
from casino.base.deadline import deadline, time_for
from casino.base.errors import RequestRefusedError, RetryableError
from casino.base.headers import Headers
from casino.base.proxy import (
    Event,
    Response,
    all_headers,
    claims_of,
    client_certificate,
    exact_body,
    source_ip,
    trace_id_of,
)
from casino.integrations.door import allowed, verified
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring, Registry
from casino.observability.hooks import HookTelemetry, RequestRecord
from casino.signing.pair import Pair
from casino.signing.scheme import SignatureRefusedError
from casino.wallet.dialect import MAX_BODY, Call, Dialect, Request
from casino.wallet.ports import Tokens
from casino.wallet.queries import BalanceQuery, TokenExchange
from casino.wallet.service import Result, WalletService

if TYPE_CHECKING:  # only an environment with a table of ends loads it
    from casino.base.versions import Versions

#: The longest that a request may take, in seconds: providers give up after 1 to 3.
REQUEST_S: Final = 2.5


@dataclass(frozen=True, slots=True)
class HookEndpoint:
    """Answers the REST proxy events of one function, in the words of its dialect."""

    dialect: Dialect
    registry: Registry
    keyring: Keyring
    wallet: WalletService
    clock: Clock
    observer: HookTelemetry
    tokens: Tokens | None = None
    """Where the dialect has requests that exchange a token."""
    versions: "Versions | None" = None
    """Which routes end, where any does."""

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        headers = all_headers(event)
        record = RequestRecord(trace_id_of(event, headers), self.dialect.action)
        with deadline(self.clock, time_for(context, REQUEST_S)):
            result = self._result(event, headers, record)
        record.status, record.outcome, record.rule = result.status, result.code, result.rule
        record.replay, record.conflicts = result.replay, result.conflicts
        version = self.versions.of(event) if self.versions is not None else None
        if version is not None and record.integration:
            record.version_left_s = version.left_s(self.clock.now())
        record.latency_ms = (self.clock.monotonic() - started) * 1000
        self.observer.request(record, str(getattr(context, "aws_request_id", "")))
        reply = {**self.dialect.headers, "X-Trace-Id": record.trace_id}
        if result.replay:
            reply["Idempotent-Replayed"] = "true"
        if record.used_previous:
            reply["X-Secret-Version"] = record.secret_version
        if version is not None:
            reply |= version.headers
        return {"statusCode": result.status, "headers": reply, "body": result.body}

    def _result(self, event: Event, headers: Headers, record: RequestRecord) -> Result:
        try:
            call = _call(event, headers, record.trace_id)
            integration = self._authenticate(call, record)
            return self._respond(call, integration, record)
        except RequestRefusedError as error:
            return self.wallet.refused(error.code, record.trace_id, error.detail)
        except SignatureRefusedError as error:
            return self.wallet.refused(error.reason, record.trace_id)
        except RetryableError as error:
            return self.wallet.refused(error.code, record.trace_id, conflicts=error.conflicts)
        except Exception as error:  # noqa: BLE001 - the edge: the provider must get an answer
            self.observer.crash(error, trace_id=record.trace_id)
            return self.wallet.refused("internal_error", record.trace_id)

    def _respond(self, call: Call, integration: Integration, record: RequestRecord) -> Result:
        """Return the answer to a verified call."""
        request = self.dialect.read(call, integration.name)
        return self._serve(request, integration, record)

    def _authenticate(self, call: Call, record: RequestRecord) -> Integration:
        """Return who sent the call; raises a refusal when that is not certain."""
        api_key = self.dialect.who(call).api_key
        integration = self.registry.by_api_key(api_key)
        if integration is None or integration.family != self.dialect.name:
            raise SignatureRefusedError("unauthorized")
        record.integration = integration.name
        record.source_ip = call.source_ip
        if not allowed(call.source_ip, integration.allowed_cidrs):
            raise RequestRefusedError("ip_not_allowed")
        secret = self._verified(call, integration, api_key)
        record.secret_version, record.secret_id = secret.label, secret.version_id
        record.secret_left_s = secret.until - self.clock.now()
        record.secret_age_s = self.clock.now() - secret.created_at
        return integration

    def _verified(self, call: Call, integration: Integration, api_key: str) -> Pair:
        """Return the version of this very key that signed the call."""

        def verify(versions: tuple[Pair, ...]) -> str:
            return self.dialect.verify(call, versions, self.clock.now())

        return verified(self.keyring, integration, verify, api_key)

    def _serve(self, request: Request, integration: Integration, record: RequestRecord) -> Result:
        if isinstance(request, TokenExchange):
            record.action = "auth"
            if self.tokens is None:
                raise RequestRefusedError("unsupported_action")
            request = self.tokens.exchange(request, self.clock.now())
        record.player_id, record.session_id = request.player_id, request.session_id or ""
        if isinstance(request, BalanceQuery):
            record.action = "auth" if record.action == "auth" else "balance"
            return self.wallet.balance(request)
        record.action, record.by_bet = request.kind, request.by_bet
        record.transaction_id = request.transaction_id
        return self.wallet.transact(request, integration.wallet)


def _call(event: Event, headers: Headers, trace_id: str) -> Call:
    return Call(
        method=str(event.get("httpMethod", "")),
        path=str(event.get("path", "")),
        headers=headers,
        body=exact_body(event, MAX_BODY),
        trace_id=trace_id,
        source_ip=source_ip(event),
        certificate=client_certificate(event),
        claims=claims_of(event),
    )
