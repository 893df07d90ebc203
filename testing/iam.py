"""Requests as the casino's own services sign them: AWS's Signature Version 4."""

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed_for_iam(method: str, url: str, body: str) -> dict[str, str]:
    """Return the headers of a request to the local stack, which knows one pair of credentials."""
    request = AWSRequest(method, url, {"Content-Type": "application/json"}, body.encode())
    SigV4Auth(Credentials("test", "test"), "execute-api", "eu-central-1").add_auth(request)
    return dict(request.headers)
