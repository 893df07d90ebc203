"""Flexsoft's end of the calls that we make: it answers in order, and keeps what it was sent."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3

OK = b'{"code":200,"message":"Success","data":{}}'


@dataclass
class Far(urllib3.PoolManager):
    """Flexsoft's end: answers in order, and keeps what it was sent."""

    answers: list[Any] = field(default_factory=list)
    sent: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    answered: Callable[[], object] = list
    """What happens before an answer."""

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        headers = {name.lower(): value for name, value in options["headers"].items()}
        self.sent.append((url, options["body"], headers))
        self.answered()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return urllib3.HTTPResponse(io.BytesIO(body), status=status, preload_content=False)
