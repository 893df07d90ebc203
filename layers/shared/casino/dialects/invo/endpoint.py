"""The casino's own API for calls to Invo: tokens for its players' browsers, items bought for them.

API Gateway has authorised the caller by IAM before. A token stands in the answer alone, and names
and e-mail addresses in the call to Invo: neither goes into a log.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.audit.model import Who
from casino.base.api import error_body
from casino.base.clock import Clock
from casino.base.errors import AdminError, RequestRefusedError, RetryableError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.proxy import Event, Response, all_headers, caller_of, exact_body, trace_id_of
from casino.dialects.invo.buying import ItemDesk
from casino.dialects.invo.client import ACCOUNT, InvoClient, ItemPurchase
from casino.dialects.invo.refusals import CALL_ERRORS
from casino.integrations.model import Integration, stopped
from casino.observability.telemetry import Telemetry
from casino.providers.ports import ProviderError
from casino.providers.token import NOBODY, TokenError, TokenRefusedError

MAX_BODY: Final = 16 * 1024

_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,256}")
_EMAIL: Final = re.compile(r"[^\x00-\x20\x7f-\x9f@]{1,64}@[^\x00-\x20\x7f-\x9f@]{1,189}")
_REFUSED: Final = re.compile(r"[!-~]{1,8192}", re.ASCII)
_ACCOUNT: Final = {"integration": _TEXT, "player_email": _EMAIL}
_ITEM: Final = (
    *("player_id", "player_name", "client_request_id", "item_id", "item_name", "unit_price"),
)

type Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class InvoCallEndpoint:
    """Answers the REST proxy events of `POST /player-tokens` and `POST /item-purchases`."""

    integration: Callable[[str], Integration | None]
    client: Callable[[Integration], InvoClient]
    desk: ItemDesk
    clock: Clock
    observer: Telemetry
    local: bool = False
    """Whether this is the local stack, whose emulator names no caller."""

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        trace_id = trace_id_of(event, all_headers(event))
        route, caller = str(event.get("resource", "")), caller_of(event)
        log: dict[str, object] = {"trace_id": trace_id, "caller": caller, "route": route}
        try:
            status, answer = self._route(event, caller, log)
            log["outcome"] = "ok"
        except Exception as error:  # noqa: BLE001 - the edge: the caller must get an answer
            code, detail = _meaning(error)
            if code == "internal_error":
                self.observer.crash(error, trace_id=trace_id)
            log |= {"outcome": code, "detail": detail}
            status, answer = (
                CALL_ERRORS[code].status,
                error_body(CALL_ERRORS[code], trace_id, detail),
            )
        log["latency_ms"] = round((self.clock.monotonic() - started) * 1000, 2)
        self.observer.event("partner call", error=status >= 500, status=status, **log)
        return {
            "statusCode": status,
            "headers": {
                "Content-Type": "application/json",
                "Cache-Control": "no-store",
                "X-Trace-Id": trace_id,
            },
            "body": json.dumps(answer, separators=(",", ":")),
        }

    def _route(self, event: Event, caller: str, log: dict[str, object]) -> Answer:
        if not caller and not self.local:
            # API Gateway names a caller, and answers whom it cannot name like this.
            raise RequestRefusedError("not_found")
        match event.get("httpMethod"), event.get("resource"):
            case "POST", "/player-tokens":
                return self._token(event, log)
            case "POST", "/item-purchases":
                return self._purchase(event, Who(caller or "local"), log)
            case _:
                raise RequestRefusedError("not_found")

    def _token(self, event: Event, log: dict[str, object]) -> Answer:
        given = read_player(event)
        token = self.client(self._account(given, log)).token(given["player_email"])
        value = token.renewed(given["refused"]) if "refused" in given else token.get()
        if not token.expires_in_s:
            value = token.get()  # the one that was kept is over as well
        return 200, {"token": value, "expires_in": int(token.expires_in_s)}

    def _purchase(self, event: Event, who: Who, log: dict[str, object]) -> Answer:
        given, wanted = read_purchase(event)
        log |= {name: given[name] for name in ("player_id", "client_request_id", "item_id")}
        account = self._account(given, log)
        order = self.desk.buy(self.client(account), account, given["player_id"], wanted, who)
        log["order_id"] = order.order_id
        told = {"client_request_id": wanted.client_request_id}
        if order.waits_for:
            return 202, told | {"status": order.waits_for}
        return 200, told | {
            "status": "success",
            "order_id": order.order_id,
            "transaction_id": order.transaction_id,
            "new_balance": order.new_balance,
            "currency_name": order.currency_name,
            "recovered": order.recovered,
        }

    def _account(self, given: Mapping[str, Any], log: dict[str, object]) -> Integration:
        log["integration"] = given["integration"]
        found = self.integration(given["integration"])
        if found is None or found.family != ACCOUNT or not found.enabled or not found.base_url:
            raise RequestRefusedError("integration_not_found")
        if stopped(found.partner.partners_off, self.clock.now()):
            raise RequestRefusedError("partners_disabled")
        return found


def read_player(event: Event) -> dict[str, Any]:
    """Return whose token is asked for; raises `RequestRefusedError`."""
    return _read(event, _ACCOUNT, {"refused": _REFUSED})


def read_purchase(event: Event) -> tuple[dict[str, Any], ItemPurchase]:
    """Return the fields and what is to be bought; raises `RequestRefusedError`."""
    given = _read(event, _ACCOUNT | dict.fromkeys(_ITEM, _TEXT), {"quantity": None})
    bought = {name: given[name] for name in given if name not in ("integration", "player_id")}
    return given, ItemPurchase(**{"quantity": 1} | bought)


def _read(
    event: Event,
    needed: Mapping[str, re.Pattern[str]],
    optional: Mapping[str, re.Pattern[str] | None],
) -> dict[str, Any]:
    """Return the fields of the body: texts that fit, or whole numbers where there is no pattern.

    Raises `RequestRefusedError`, with the name of what does not fit and never its value.
    """
    try:
        given = parse_object(exact_body(event, MAX_BODY))
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_json", str(error)) from None
    if unknown := given.keys() - needed.keys() - optional.keys():
        raise RequestRefusedError("invalid_request", f"{len(unknown)} fields are not known")
    for name, pattern in {**needed, **optional}.items():
        value = given.get(name)
        fits = (
            type(value) is int
            if pattern is None
            else isinstance(value, str) and pattern.fullmatch(value) is not None
        )
        if not fits and (name in given or name in needed):
            raise RequestRefusedError("invalid_request", f"{name} is missing or not valid")
    return given


def _meaning(error: Exception) -> tuple[str, str]:
    """Return the code and the detail of what went wrong; both may be shown."""
    match error:
        case RequestRefusedError() | ProviderError():
            code, detail = error.code, error.detail
        case AdminError():
            code, detail = error.code, str(error)
        case TokenRefusedError():
            code, detail = "credentials_refused", ""
        case TokenError():
            code = "player_not_found" if error.reason == NOBODY else "provider_unavailable"
            detail = error.reason
        case RetryableError():
            code, detail = error.code, ""
        case _:
            code, detail = "internal_error", ""
    return (code, detail) if code in CALL_ERRORS else ("internal_error", "")
