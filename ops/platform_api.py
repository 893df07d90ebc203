"""Calls the API's routes for the platform's own services, signed for IAM as a service signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from ops.errors import OpsError

#: API Gateway gives up after 29 seconds.
_TIMEOUT_S: Final = 35


@dataclass(frozen=True)
class PlatformApi:
    """Where the API answers, and who asks."""

    url: str
    credentials: Credentials
    region: str

    def __repr__(self) -> str:
        return f"PlatformApi({self.url!r})"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer of a request; raises `OpsError` with the API's own code."""
        request = AWSRequest(
            method,
            f"{self.url}{path}",
            headers={"Content-Type": "application/json"},
            data=b"" if body is None else json.dumps(body).encode(),
        )
        SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
        response = URLLib3Session(timeout=_TIMEOUT_S).send(request.prepare())
        try:
            answer = json.loads(response.content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise OpsError("api_error", f"{method} {path} answered {response.status_code}")
        if response.status_code >= 400:
            code = str(answer.get("error", "api_error"))
            raise OpsError(code, str(answer.get("message", response.status_code)))
        return answer
