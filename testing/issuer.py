"""A provider as a rotation sees it: it issues pairs, and takes calls signed with them."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.integrations.credentials import read_pair
from casino.signing.pair import Pair
from casino.signing.scheme import Message, SignatureRefusedError


class Issuer:
    """Knows the pairs; `checked` counts the signed calls that it took."""

    def __init__(self) -> None:
        self.pairs: dict[str, set[str]] = {}
        self.by_token: dict[str, str] = {}
        self.checked = 0
        self.url = ""

    def pair(self, api_key: str | None = None) -> Pair:
        """Issue a pair; with `api_key`, a new secret for that key."""
        api_key = api_key or f"gp_live_{secrets.token_hex(8)}"
        pair = read_pair(json.dumps({"api_key": api_key, "secret_key": secrets.token_hex(16)}))
        self.pairs.setdefault(api_key, set()).add(pair.secret_key)
        return pair

    def takes(self, body: bytes, pairs: list[tuple[str, str]]) -> bool:
        headers = headers_of(pairs)
        try:
            api_key = family("igsp").credential(headers)
            live = [Pair(api_key, secret) for secret in self.pairs.get(api_key, ())]
            family("igsp").verify(Message(body, headers), live, time())
        except SignatureRefusedError:
            return False
        return True


class _Handler(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        taken = self.path == "/igsp/v1/providers?limit=1" and self._is_signed(b"")
        self.issuer.checked += taken
        self._answer(200 if taken else 403, {"providers": []})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/issue" or not self._is_signed(body):
            return self._answer(403, {})
        token = self.headers["Idempotency-Key"]
        text = self.issuer.by_token.setdefault(token, self.issuer.pair().text)
        return self._answer(201, json.loads(text))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _is_signed(self, body: bytes) -> bool:
        return self.issuer.takes(body, list(self.headers.items()))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Issuer]:
    """Serve an issuer on the loopback interface."""
    issuer = Issuer()
    handler = type("Handler", (_Handler,), {"issuer": issuer})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
