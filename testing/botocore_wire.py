"""Puts the wire of the hooks' own client below a client of botocore as well."""

import io
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from casino.aws.lean.protocol import Send
from casino.aws.lean.signature import SignedRequest


def carry_with(client: Any, send: Send) -> None:
    """Let `send` carry every request of a botocore client, in the place of its own HTTP."""

    def carry(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent: dict[str, Any] = dict(request.headers)  # signed headers may be bytes there
        headers = {
            name.lower(): str(value, "ascii") if isinstance(value, bytes) else value
            for name, value in sent.items()
        }
        body = cast("bytes", request.body)
        answer = send(SignedRequest(headers, body))
        received: Any = answer.headers
        raw: Any = _Raw(answer.data)
        return AWSResponse(request.url, answer.status, received, raw)

    client.meta.events.register_first("before-send", carry)


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self) -> list[bytes]:
        return [self.read()]
