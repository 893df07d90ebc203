"""What a WinUpGo request must show beside its signature: headers, brand, scope, certificate."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Final

from casino.base.errors import RequestRefusedError
from casino.integrations.model import Integration
from casino.wallet.dialect import Call
from casino.wallet.hold import RELEASE

#: What stands before a resource in the path that is signed.
PATH_BASE: Final = "/winupgo/v1"
#: Resource → the scope that it takes.
SCOPES: Final[Mapping[str, str]] = {
    "/sessions": "sessions:write",
    "/bets/authorize": "bets:write",
    "/bets/settle": "settlements:write",
    "/bets/rollback": "bets:write",
    "/events": "events:publish",
}
REQUIRED: Final = ("X-Trace-Id", "X-Idempotency-Key", "X-Brand-Id", "X-Region", "X-Provider-Id")

#: The refusals of this door: code → what it means.
REFUSED: Final[Mapping[str, str]] = {
    "missing_header": "A header that every request carries is missing.",
    "invalid_header": "A header is not valid.",
    "forbidden_brand": "The key belongs to another brand, region or provider.",
    "forbidden_scope": "The access token lacks the scope of this resource.",
    "forbidden_client": "The access token belongs to another client.",
    "forbidden_certificate": "The client certificate is not the one that is pinned.",
    "token_required": "The request carries no access token.",
}

#: What the transaction id of an event begins with.
EVENT: Final = "event:"
_APART: Final = "key:"

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_MOST_KEY: Final = 256
#: Whose scopes these are: the same word of another resource server means something else.
_RESOURCE_SERVER: Final = "winupgo"


def resource_of(call: Call) -> str:
    """Return the resource; raises `RequestRefusedError` with `not_found`."""
    resource = call.path.removeprefix(PATH_BASE)
    if call.method != "POST" or resource not in SCOPES or not call.path.startswith(PATH_BASE):
        raise RequestRefusedError("not_found")
    return resource


def check_headers(call: Call) -> None:
    """Raise `RequestRefusedError` with the first header that is missing."""
    for name in REQUIRED:
        if not any(call.headers.get(name.lower(), ())):
            raise RequestRefusedError("missing_header", name)
    key = call.headers["x-idempotency-key"][0]
    if len(key) > _MOST_KEY or key.startswith(RELEASE):
        detail = f"X-Idempotency-Key: at most {_MOST_KEY}, not beginning with {RELEASE}"
        raise RequestRefusedError("invalid_header", detail)


def transaction_id(call: Call) -> str:
    """Return the id under which a call with an idempotency key stands in the ledger.

    That is the key itself, unless it could be taken for an event's id or for one made here.
    """
    key = call.headers["x-idempotency-key"][0]
    return f"{_APART}{key}" if key.startswith((EVENT, _APART)) else key


def check_access(call: Call, integration: Integration) -> None:
    """Raise `RequestRefusedError` unless a verified call may do what it asks for."""
    terms = integration.access
    if told(call) != (terms.brand_id, terms.region, terms.provider_id):
        raise RequestRefusedError("forbidden_brand")
    if terms.certificate_sha256 and fingerprint(call.certificate) != terms.certificate_sha256:
        raise RequestRefusedError("forbidden_certificate")
    if not call.claims:
        raise RequestRefusedError("token_required")
    # Without a client of its own nobody's token counts: the issuer has other clients, too.
    if not terms.client_id or call.claims.get("client_id") != terms.client_id:
        raise RequestRefusedError("forbidden_client")
    scope = SCOPES[resource_of(call)]
    if f"{_RESOURCE_SERVER}/{scope}" not in call.claims.get("scope", "").split():
        raise RequestRefusedError("forbidden_scope", scope)


def told(call: Call) -> tuple[str, ...]:
    """Return brand, region and provider as a call names them."""
    return tuple(call.headers[name][0] for name in ("x-brand-id", "x-region", "x-provider-id"))


def fingerprint(certificate: str) -> str:
    """Return the SHA-256 of a certificate in PEM, in hex; empty when there is none."""
    _, begin, rest = certificate.partition(_BEGIN)
    try:
        der = base64.b64decode("".join(rest.partition(_END)[0].split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return hashlib.sha256(der).hexdigest() if begin and der else ""
