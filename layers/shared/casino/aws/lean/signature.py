"""Signs calls of AWS's JSON protocol: this module writes the canonical form, botocore signs it.

Every call is a POST to `/` with the same few headers, so the canonical form of Signature Version 4
(AWS, "Create a signed AWS API request") takes a few lines. botocore's signer finds this form for
any request of any service, which costs as much as the rest of a call; here botocore only makes the
string to sign, the key and the signature.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth

USER_AGENT: Final = "seamless-wallet"
_TRACE: Final = "_X_AMZN_TRACE_ID"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials in the form of botocore's signer; no repr shows a secret."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class SignedRequest(NamedTuple):
    """The POST that leaves; names of headers are lower case."""

    headers: dict[str, str]
    body: bytes


class Signer:
    """Signs for one service, region and endpoint (a URL without a path)."""

    def __init__(self, service: str, endpoint: str, region: str, credentials: Credentials) -> None:
        self._host = urlsplit(endpoint).netloc
        self._token = credentials.token
        # It reads the three fields; botocore's own class would load half of botocore.
        self._signer: Any = SigV4Auth(credentials, service, region)  # type: ignore[arg-type]

    def sign(self, content_type: str, target: str, body: bytes) -> SignedRequest:
        """Return the request for one operation, signed now."""
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {"content-type": content_type, "host": self._host, "x-amz-date": time}
        if self._token:
            headers["x-amz-security-token"] = self._token
        headers["x-amz-target"] = target
        names = ";".join(headers)
        lines = [f"{name}:{value}" for name, value in headers.items()]
        digest = sha256(body).hexdigest()
        canonical = "\n".join(["POST", "/", "", *lines, "", names, digest])
        moment = SimpleNamespace(context={"timestamp": time})
        signature = self._signer.signature(self._signer.string_to_sign(moment, canonical), moment)
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._signer.scope(moment)}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        headers["user-agent"] = USER_AGENT
        # Lambda sets it anew for each request; like botocore's, it is sent and not signed.
        if trace := os.environ.get(_TRACE):
            headers["x-amzn-trace-id"] = trace
        return SignedRequest(headers, body)
