"""The way of every hook: authenticate → parse → one service call → render.

The bytes are verified exactly as received before anything of them is understood. This is the one
place where errors become responses; an error that nobody expected is answered 500, retryable,
since its outcome is unknown, and the same request settles it.
"""

import ipaddress
from dataclasses import dataclass

from casino.base.clock import Clock
from casino.base.errors import RequestRefusedError, RetryableError
from casino.base.headers import Headers
from casino.base.proxy import Event, Response, all_headers, exact_body, trace_id_of
from casino.dialects.igsp.requests import MAX_BODY, Action, BalanceQuery, parse_hook
from casino.integrations.model import Integration, Secret
from casino.integrations.ports import Keyring, Registry
from casino.observability.requests import Observer, RequestRecord
from casino.signing.scheme import Family, SignatureRefusedError
from casino.wallet.model import Transaction
from casino.wallet.ports import Renderer
from casino.wallet.refusals import CATALOGUE
from casino.wallet.service import Answer, WalletService


@dataclass(frozen=True, slots=True)
class HookEndpoint:
    """Answers the REST proxy events of one route; `route` is `None` for the one URL of iGSP."""

    route: Action | None
    family: Family
    family_name: str
    registry: Registry
    keyring: Keyring
    wallet: WalletService
    renderer: Renderer
    clock: Clock
    observer: Observer

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        headers = all_headers(event)
        record = RequestRecord(trace_id_of(event, headers), self.route or "unknown")
        answer = self._answer(event, headers, record)
        record.status, record.outcome, record.rule = answer.status, answer.code, answer.rule
        record.replay, record.conflicts = answer.replay, answer.conflicts
        record.latency_ms = (self.clock.monotonic() - started) * 1000
        self.observer.request(record, str(getattr(context, "aws_request_id", "")))
        reply = {"Content-Type": "application/json", "X-Trace-Id": record.trace_id}
        if answer.replay:
            reply["Idempotent-Replayed"] = "true"
        if record.used_previous:
            reply["X-Secret-Version"] = record.secret_version
        return {"statusCode": answer.status, "headers": reply, "body": answer.body}

    def _answer(self, event: Event, headers: Headers, record: RequestRecord) -> Answer:
        try:
            body = exact_body(event, MAX_BODY)
            integration = self._authenticate(body, headers, event, record)
            request = parse_hook(body, self.route, integration, record.trace_id)
            return self._serve(request, integration, record)
        except RequestRefusedError as error:
            return self._refused(error.code, record, error.detail)
        except SignatureRefusedError as error:
            return self._refused(error.reason, record)
        except RetryableError as error:
            return self._refused(error.code, record)
        except Exception as error:  # noqa: BLE001 - the edge: the provider must get an answer
            self.observer.crash(error, record.trace_id)
            return self._refused("internal_error", record)

    def _refused(self, code: str, record: RequestRecord, detail: str = "") -> Answer:
        body = self.renderer.error(code, record.trace_id, detail=detail)
        return Answer(CATALOGUE[code].status, body, code, code)

    def _authenticate(
        self, body: bytes, headers: Headers, event: Event, record: RequestRecord
    ) -> Integration:
        """Return who sent the body; raises a refusal when that is not certain."""
        integration = self.registry.by_api_key(self.family.credential(headers))
        if integration is None or integration.family != self.family_name:
            raise SignatureRefusedError("unauthorized")
        record.integration = integration.name
        record.source_ip = _source_ip(event)
        if not _allowed(record.source_ip, integration.allowed_cidrs):
            raise RequestRefusedError("ip_not_allowed")
        secret = self._verified(body, headers, integration)
        record.secret_version, record.secret_id = secret.label, secret.version_id
        record.secret_left_s = secret.until - self.clock.now()
        return integration

    def _verified(self, body: bytes, headers: Headers, integration: Integration) -> Secret:
        """Return the version that signed the body; after a mismatch the keyring is read anew."""
        versions = self.keyring.live(integration)
        try:
            label = self.family.verify(body, headers, versions, self.clock.now())
        except SignatureRefusedError as error:
            if error.reason != "invalid_signature" or not self.keyring.refresh(integration):
                raise
            versions = self.keyring.live(integration)
            label = self.family.verify(body, headers, versions, self.clock.now())
        return next(secret for secret in versions if secret.label == label)

    def _serve(
        self, request: BalanceQuery | Transaction, integration: Integration, record: RequestRecord
    ) -> Answer:
        record.player_id, record.session_id = request.player_id, request.session_id or ""
        if isinstance(request, BalanceQuery):
            record.action = "balance"
            return self.wallet.balance(
                request.player_id, request.currency, request.session_id, integration
            )
        record.action, record.transaction_id = request.kind, request.transaction_id
        return self.wallet.transact(request, integration)


def _source_ip(event: Event) -> str:
    identity = (event.get("requestContext") or {}).get("identity") or {}
    return str(identity.get("sourceIp", ""))


def _allowed(source_ip: str, cidrs: tuple[str, ...]) -> bool:
    if not cidrs:
        return True
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(cidr) for cidr in cidrs)
