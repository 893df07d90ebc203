"""What Schemathesis gets from us, in its own environment: signatures, and ids that exist.

`CALLER` holds JSON: the `family` that signs (`iam` for AWS's own), `api_key`, `secret_key`,
`known`, by the name of a field the values that stand for something, and for WinUpGo the headers
that say who it is (`named`) and `path_base`, which stands first in a signed path.
"""

import json
import os
import time
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import strategies as st

from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars, SignatureRefusedError, UnsignableError

CALLER: Final[dict[str, Any]] = json.loads(os.environ["CALLER"])
KNOWN: Final[dict[str, list[Any]]] = CALLER["known"]
PAIR: Final = Pair(CALLER["api_key"], CALLER["secret_key"])


#: The eighth of the bodies that WinUpGo sends without its access token.
WITHOUT_TOKEN: Final = 2


def sign(request: Any) -> Any:
    """Sign the exact bytes of a prepared request: of eight, one wrongly and one not at all."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    kind = crc32(body) % 8
    unnamed = {"Authorization"} if kind == WITHOUT_TOKEN else set()
    request.headers.update({n: v for n, v in CALLER["named"].items() if n not in unnamed})
    if CALLER["family"] == "iam":
        # API Gateway judges these signatures: what it refuses does not reach us.
        signed = AWSRequest(request.method, request.url, data=body)
        keys = Credentials(PAIR.api_key, PAIR.secret_key)
        SigV4Auth(keys, "execute-api", "us-east-1").add_auth(signed)
        request.headers.update(dict(signed.headers))
    elif kind > 0:
        signed_body = body + b" " if kind == 1 else body
        said = particulars(request)
        # What WinUpGo and iGV sign beside the body may be drawn so that nobody could sign it.
        with suppress(SignatureRefusedError, UnsignableError):
            made = family(CALLER["family"]).sign(signed_body, PAIR, time.time(), said)
            request.headers.update(made)
    return request


def particulars(request: Any) -> Particulars:
    """Return what WinUpGo signs beside the body, and what Invo and iGV call the request."""
    _, base, resource = request.path_url.partition(CALLER["path_base"])
    request_id = request.headers.get("X-Request-Id", "") or key_of(request.body)
    return Particulars(path=base + resource, headers=request.headers, request_id=request_id)


def key_of(body: bytes | str | None) -> str:
    """Return the key by which Invo names a delivery in its body; empty without one."""
    try:
        event = json.loads(body or "null")
    except ValueError:
        return ""
    key = event.get("idempotency_key") if isinstance(event, dict) else None
    return key if isinstance(key, str) else ""


def known_or_drawn(_: object, drawn: Any) -> st.SearchStrategy[Any]:
    """Let most requests name what exists, but for a field or two: else all end at an unknown id.

    Of one such field half of the requests name what exists.
    """
    if not isinstance(drawn, dict):
        return st.just(drawn)
    known = sorted(name for name, value in drawn.items() if value and name in KNOWN)

    def without(strange: set[str]) -> st.SearchStrategy[Any]:
        values = {n: st.sampled_from(KNOWN[n]) for n in known if n not in strange}
        return st.fixed_dictionaries({n: st.just(v) for n, v in drawn.items()} | values)

    most = min(2, len(known) - 1)
    few = st.sets(st.sampled_from(known), max_size=most) if known else st.just(set[str]())
    return st.just(drawn) | few.flatmap(without)


def documented_code(_: object, response: Any, case: Any) -> None:
    """Where the description has examples of an error, it has one of each code."""
    described = case.operation.definition.raw["responses"].get(str(response.status_code), {})
    examples = described.get("content", {}).get("application/json", {}).get("examples")
    if response.status_code >= 400 and examples:
        assert response.json()["error"] in examples, response.text


def said_by_the_gateway(_: object, case: Any, response: Any) -> None:
    """Put the template's words in the place of the emulator's own, which drops them.

    So the description is held against what the template says; that API Gateway says so, AWS alone
    could show.
    """
    if json.loads(response.content or b"0") == {"message": "Unauthorized"}:
        response.content = CALLER["unauthorized"].encode()
        response.headers["content-length"] = [str(len(response.content))]


def nobody_without_a_token(_: object, response: Any, case: Any) -> None:
    """Whoever shows no token where one is demanded is refused, whatever else the request holds."""
    if "Authorization" in CALLER["named"] and "Authorization" not in response.request.headers:
        assert response.status_code == 401, response.text


schemathesis.auth.set_from_requests(sign)
schemathesis.hook("after_call")(said_by_the_gateway)
schemathesis.check(nobody_without_a_token)
schemathesis.check(documented_code)
for part in ("body", "path_parameters", "query"):
    schemathesis.hook(f"flatmap_{part}")(known_or_drawn)
