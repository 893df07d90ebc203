"""The way of every delivery: who → verify → what → store → answer.

The endpoint stores the bytes that it verified and answers at once; the worker acts on them. Two
things cost a round trip: the delivery is put if its key is free, and nothing else while the
credentials in the memory are fresh. An error of ours is answered so that the counterpart sends the
delivery again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.deadline import deadline, time_for
from casino.base.errors import RequestRefusedError, RetryableError
from casino.base.proxy import (
    Event,
    Response,
    all_headers,
    exact_body,
    source_ip,
    trace_id_of,
)
from casino.deliveries.dialect import Webhook
from casino.deliveries.model import KEY, Delivery
from casino.deliveries.ports import Inbox
from casino.integrations.door import allowed, verified
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.observability.telemetry import Telemetry
from casino.signing.pair import PREVIOUS, Pair
from casino.signing.scheme import SignatureRefusedError
from casino.wallet.dialect import Call

#: The longest that a request may take, in seconds: as the wallet's.
REQUEST_S: Final = 2.5

#: What a counterpart that is known and behaves does not cause: the alarm counts it.
ANOMALIES: Final = frozenset(
    {
        "conflict",
        "invalid_signature",
        "key_mismatch",
        "malformed_body",
        "payload_too_large",
        "timestamp_out_of_range",
        "wrong_tenant",
    }
)


@dataclass(slots=True)
class _Seen:
    """What is known of a request so far, for the log line."""

    trace_id: str
    integration: str = ""
    kind: str = ""
    key: str = ""
    secret_version: str = ""
    secret_id: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryEndpoint:
    """Answers the REST proxy events of one counterpart's receiver.

    `integration` returns the enabled integration of a name, as `CachedRegistry.named` does.
    """

    webhook: Webhook
    integration: Callable[[str], Integration | None]
    keyring: Keyring
    inbox: Inbox
    clock: Clock
    observer: Telemetry

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        headers = all_headers(event)
        seen = _Seen(trace_id_of(event, headers))
        with deadline(self.clock, time_for(context, REQUEST_S)):
            code = self._code(event, seen)
        answer = self.webhook.answer(code, seen.trace_id)
        self._tell(code, seen, answer.status, (self.clock.monotonic() - started) * 1000)
        reply = {**self.webhook.headers, "X-Trace-Id": seen.trace_id}
        return {"statusCode": answer.status, "headers": reply, "body": answer.body}

    def _code(self, event: Event, seen: _Seen) -> str:
        try:
            call = self._call(event, seen.trace_id)
            integration = self._authenticate(call, event, seen)
            return self._receive(call, integration, seen)
        except RequestRefusedError as error:
            # API Gateway's event is read with the words of the wallet.
            return "malformed_body" if error.code == "malformed_json" else error.code
        except SignatureRefusedError as error:
            return error.reason
        except RetryableError:
            return "unavailable"
        except Exception as error:  # noqa: BLE001 - the edge: the counterpart must get an answer
            self.observer.crash(error, trace_id=seen.trace_id)
            return "internal_error"

    def _call(self, event: Event, trace_id: str) -> Call:
        return Call(
            method=str(event.get("httpMethod", "")),
            path=str(event.get("path", "")),
            headers=all_headers(event),
            body=exact_body(event, self.webhook.most_bytes),
            trace_id=trace_id,
            source_ip=source_ip(event),
        )

    def _authenticate(self, call: Call, event: Event, seen: _Seen) -> Integration:
        """Return whose path this is, if it may call; raises a refusal when that is not certain."""
        name = str((event.get("pathParameters") or {}).get("integration", ""))
        integration = self.integration(name)
        if integration is None or integration.family != self.webhook.name:
            raise SignatureRefusedError("unauthorized")
        seen.integration = integration.name
        if not allowed(call.source_ip, integration.allowed_cidrs):
            raise RequestRefusedError("ip_not_allowed")
        return integration

    def _receive(self, call: Call, integration: Integration, seen: _Seen) -> str:
        """Verify, then store; return what became of it."""
        call = self.webhook.unpack(call)

        def verify(versions: tuple[Pair, ...]) -> str:
            return self.webhook.verify(call, versions, self.clock.now())

        secret = verified(self.keyring, integration, verify)
        seen.secret_version, seen.secret_id = secret.label, secret.version_id
        named = self.webhook.read(call, integration)
        if not KEY.fullmatch(named.key):
            raise RequestRefusedError("malformed_body", "what names the delivery is not printable")
        seen.key, seen.kind = named.key, named.kind
        now = int(self.clock.now())
        delivery = Delivery(
            integration=integration.name,
            dialect=self.webhook.name,
            key=named.key,
            kind=named.kind,
            body=call.body,
            received_at=now,
            next_at=now,
            headers=named.headers,
            trace_id=seen.trace_id,
        )
        there = self.inbox.put_if_absent(delivery)
        if there is None:
            return "stored"
        if there.digest == delivery.digest:
            return "duplicate"
        doubted = self.webhook.doubted(delivery)
        if doubted is not None:
            self.inbox.put_if_absent(doubted)
        return "conflict"

    def _tell(self, code: str, seen: _Seen, status: int, latency_ms: float) -> None:
        """Log the request and count it; nothing of its body."""
        facts: dict[str, Any] = {
            "integration": seen.integration,
            "kind": seen.kind,
            "outcome": code,
        }
        line = facts | {
            "key": seen.key,
            "trace_id": seen.trace_id,
            "status": status,
            "secret_version": seen.secret_version,
            "secret_id": seen.secret_id,
            "latency_ms": round(latency_ms, 2),
        }
        self.observer.event("delivery", error=status >= 500, **line)
        if code == "stored":
            self.observer.count("DeliveriesReceived", 1, **facts)
        elif code == "duplicate":
            self.observer.count("DeliveryDuplicates", 1, **facts)
        else:
            self.observer.count("DeliveriesRefused", 1, **facts)
        if code in ANOMALIES and seen.integration:
            self.observer.count("CallbackAnomalies", 1, **facts)
        if seen.secret_version == PREVIOUS:
            self.observer.count_by("PreviousSecretUses", integration=seen.integration)
