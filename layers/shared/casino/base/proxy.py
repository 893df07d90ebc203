"""API Gateway's REST proxy events, read the same way by every route."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from casino.base.errors import RequestRefusedError
from casino.base.headers import Headers, headers_of

type Event = Mapping[str, Any]
type Response = dict[str, Any]

_LONGEST_PARAMETER: Final = 2_048
_TRACE_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)


def exact_body(event: Event, most: int) -> bytes:
    """Return the exact bytes that were sent, at most `most` of them.

    Raises `RequestRefusedError` with `payload_too_large` or `malformed_json`.
    """
    body = event.get("body") or ""
    if len(body) > most * 4 // 3 + 4:
        raise RequestRefusedError("payload_too_large")
    if event.get("isBase64Encoded"):
        try:
            raw = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise RequestRefusedError("malformed_json", "not base64") from None
    else:
        raw = body.encode("utf-8", "surrogatepass")
    if len(raw) > most:
        raise RequestRefusedError("payload_too_large")
    return raw


def query_of(event: Event) -> dict[str, str]:
    """Return the parameters of the URL.

    Raises `RequestRefusedError` with `invalid_request` for one that is empty, too long, or given
    twice.
    """
    many = event.get("multiValueQueryStringParameters") or {}
    single = event.get("queryStringParameters") or {}
    values = {name: list(given) for name, given in many.items()} or {
        name: [value] for name, value in single.items()
    }
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise RequestRefusedError("invalid_request", "a parameter is no text") from None
    for name, given in values.items():
        if len(given) != 1 or not given[0] or len(given[0]) > _LONGEST_PARAMETER:
            raise RequestRefusedError("invalid_request", f"{name[:40]} needs one value")
    return {name: str(given[0]) for name, given in values.items()}


def all_headers(event: Event) -> dict[str, list[str]]:
    """Return every value of every header, by its name in lower case."""
    many = event.get("multiValueHeaders")
    if many:
        return headers_of((name, value) for name, values in many.items() for value in values)
    return headers_of((event.get("headers") or {}).items())


def trace_id_of(event: Event, headers: Headers) -> str:
    """Return `X-Trace-Id` where it is one, else the request's own id."""
    given = headers.get("x-trace-id", ())
    if given and _TRACE_ID.fullmatch(given[0]):
        return given[0]
    return str((event.get("requestContext") or {}).get("requestId", ""))


def source_ip(event: Event) -> str:
    """Return the address that called; empty when the event names none."""
    return str(_identity(event).get("sourceIp", ""))


def client_certificate(event: Event) -> str:
    """Return the client's certificate in PEM; empty where the domain asks for none."""
    certificate = _identity(event).get("clientCert") or {}
    return str(certificate.get("clientCertPem", ""))


def caller_of(event: Event) -> str:
    """Return the ARN of the principal whom IAM let in; empty where it named none."""
    return str(_identity(event).get("userArn") or "")


def claims_of(event: Event) -> Mapping[str, str]:
    """Return what a token's authorizer verified; empty on a route without one."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims: Mapping[str, str] = authorizer.get("claims") or {}
    return claims


def _identity(event: Event) -> Mapping[str, Any]:
    return (event.get("requestContext") or {}).get("identity") or {}
