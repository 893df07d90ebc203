"""What is really sent to a service with credentials, and what is not followed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from casino.base.clock import SystemClock
from casino.providers.post import JsonPost, ServiceUnreachableError

CLOCK = SystemClock()

type Received = list[tuple[str, dict[str, str], bytes]]


@contextmanager
def service(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, Received]]:
    """Answer every POST in the same way; yield the URL and what was received."""
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, dict(self.headers), content))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_posts_json_with_the_given_headers() -> None:
    with service(201, b'{"token": "t"}') as (url, received):
        reply = JsonPost(url, CLOCK)(
            "/api", {"X-Game-Secret-Key": "ivsdk_1"}, {"player_email": "ü@x"}
        )

    (path, headers, body), *rest = received
    assert (reply.status, reply.fields(), rest) == (201, {"token": "t"}, [])
    assert (path, headers["X-Game-Secret-Key"]) == ("/api", "ivsdk_1")
    assert json.loads(body) == {"player_email": "ü@x"}


def test_a_redirect_is_not_followed_with_our_credentials() -> None:
    with (
        service(200, b"") as (elsewhere, stolen),
        service(307, b"", Location=elsewhere) as (url, received),
    ):
        assert JsonPost(url, CLOCK)("/api", {"X-Game-Secret-Key": "ivsdk_1"}, {}).status == 307

    assert (len(received), stolen) == (1, [])


def test_a_failing_service_is_asked_once() -> None:
    with service(503, b"") as (url, received):
        assert JsonPost(url, CLOCK)("/api", {}, {}).status == 503
    assert len(received) == 1


def test_an_answer_without_end_is_not_read() -> None:
    with service(200, b" " * 100_000 + b'{"token": "t"}') as (url, _):
        assert JsonPost(url, CLOCK)("/api", {}, {}).fields() == {}


def test_a_service_that_is_not_there_is_unreachable_without_a_word_of_what_was_sent() -> None:
    with service(200, b"") as (url, _):
        pass
    with pytest.raises(ServiceUnreachableError) as failed:
        JsonPost(url, CLOCK)("/api", {"X-Game-Secret-Key": "ivsdk_1"}, {})

    assert failed.value.__cause__ is None
    assert "ivsdk_1" not in repr(failed.value)


@pytest.mark.parametrize("url", ["http://example.com", "ftp://example.com", "example.com", ""])
def test_credentials_go_over_https_only(url: str) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        JsonPost(url, CLOCK)
