"""What the hooks' own client really sends to AWS, and how it takes what comes back, or does not."""

import re
import socket
from contextlib import ExitStack

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from casino.aws.lean.http import IDLE_S
from casino.aws.lean.signature import Credentials
from casino.base.deadline import deadline
from testing.aws_answers import CREDENTIALS, REGION
from testing.clock import FakeClock
from tests.integration.aws.lean_client import PUT, client_at, client_of
from tests.integration.aws.scripted_server import (
    LOOPBACK,
    Connection,
    Script,
    answering,
    scripted,
)


def read_then_reset(connection: Connection) -> None:
    connection.read()
    connection.reset()


def read_then_close(connection: Connection) -> None:
    connection.read()


def half_an_answer(connection: Connection) -> None:
    connection.read()
    connection.answer(b'{"It', length=100)


def no_http(connection: Connection) -> None:
    connection.read()
    connection.socket.sendall(b"what?\r\n\r\n")


def silence(connection: Connection) -> None:
    connection.read()
    connection.wait()


def silence_in_the_middle(connection: Connection) -> None:
    connection.read()
    connection.answer(b'{"It', length=100)
    connection.wait()


def test_what_is_sent_is_signed_as_botocore_signs() -> None:
    with scripted(answering(1)) as server:
        client_of(server).transact_write_items(**PUT)
    ((headers, body),) = server.requests
    authorization = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/dynamodb/aws4_request, "
        r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
        headers["Authorization"],
    )
    assert authorization is not None
    names, signature = authorization[1].split(";"), authorization[2]
    expected = {
        "content-type",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-target",
    }
    assert names == sorted(expected)
    received = AWSRequest(
        "POST", f"http://{headers['Host']}/", {name: headers[name] for name in names}, body
    )
    received.context["timestamp"] = headers["X-Amz-Date"]
    signer = SigV4Auth(CREDENTIALS, "dynamodb", REGION)  # type: ignore[arg-type]
    canonical = signer.canonical_request(received)
    assert signer.signature(signer.string_to_sign(received, canonical), received) == signature
    # What is compressed would not match its checksum.
    assert headers["Accept-Encoding"] == "identity"


def test_calls_share_a_connection() -> None:
    with scripted(answering(3)) as server:
        client = client_of(server)
        for _ in range(3):
            assert client.transact_write_items(**PUT) == {}
    assert (server.connections, len(server.requests)) == (1, 3)


def test_m5_a_connection_that_was_idle_too_long_is_not_asked_again() -> None:
    clock = FakeClock()
    heard: list[bytes] = []

    def one_answer_alone(connection: Connection) -> None:
        connection.read()
        connection.answer()
        heard.append(connection.stream.readline())

    with scripted(one_answer_alone, answering(2)) as server:
        client = client_of(server, clock=clock)
        client.transact_write_items(**PUT)
        clock.advance(IDLE_S + 1)
        client.transact_write_items(**PUT)
        clock.advance(IDLE_S - 1)
        client.transact_write_items(**PUT)
    assert (server.connections, len(server.requests)) == (2, 3)
    assert heard == [b""], "the client closed the first connection"


def test_m4_a_call_takes_no_longer_than_the_request_has_left() -> None:
    clock = FakeClock()
    with scripted(silence) as server, deadline(clock, 0.05):
        with pytest.raises(ReadTimeoutError):
            client_of(server).transact_write_items(**PUT)
        clock.advance(0.05)
        with pytest.raises(ConnectTimeoutError):
            client_of(server).transact_write_items(**PUT)
    assert (server.connections, len(server.requests)) == (1, 1)


def test_a_connection_that_was_closed_while_idle_is_replaced() -> None:
    with scripted(answering(1), answering(1)) as server:
        client = client_of(server)
        client.transact_write_items(**PUT)
        assert server.closed.acquire(timeout=30)
        client.transact_write_items(**PUT)
    assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize(
    "fate", [read_then_reset, read_then_close, half_an_answer, no_http], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("kept", [0, 2])
def test_a_request_whose_connection_breaks_is_not_sent_again(fate: Script, kept: int) -> None:
    def script(connection: Connection) -> None:
        answering(kept)(connection)
        fate(connection)

    with scripted(script, answering(1)) as server:
        client = client_of(server)
        for _ in range(kept):
            client.transact_write_items(**PUT)
        with pytest.raises(ConnectionClosedError):
            client.transact_write_items(**PUT)
        assert (server.connections, len(server.requests)) == (1, kept + 1)
        # … and the next one goes out on a new connection.
        client.transact_write_items(**PUT)
    assert server.connections == 2


@pytest.mark.parametrize("fate", [silence, silence_in_the_middle], ids=lambda f: f.__name__)
def test_an_answer_that_does_not_come_in_time_is_a_time_out(fate: Script) -> None:
    with scripted(fate, answering(1)) as server:
        with pytest.raises(ReadTimeoutError):
            client_of(server, read_s=0.05).transact_write_items(**PUT)
        assert len(server.requests) == 1


def test_what_does_not_listen_was_not_reached() -> None:
    with scripted() as server:
        port = server.port
    with pytest.raises(EndpointConnectionError):
        client_at(f"http://{LOOPBACK}:{port}").transact_write_items(**PUT)


def test_what_does_not_take_the_connection_in_time_was_not_reached() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((LOOPBACK, 0), backlog=0))
        for _ in range(4):
            # Nobody accepts: the queue is full after the first, and the rest knocks in vain.
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        endpoint = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        with pytest.raises(ConnectTimeoutError):
            client_at(endpoint, connect_s=0.05).transact_write_items(**PUT)


def test_what_cannot_be_sent_is_an_error_of_the_client() -> None:
    broken = Credentials("AKIDEXAMPLE", "secret", "to\nken")
    with scripted(answering(1)) as server:
        with pytest.raises(HTTPClientError):
            client_of(server, credentials=broken).transact_write_items(**PUT)
        assert server.requests == []


def test_a_redirect_is_refused() -> None:
    def redirect(connection: Connection) -> None:
        connection.read()
        connection.answer(b"", 307, f"Location: http://{LOOPBACK}:1/")

    with scripted(redirect) as server, pytest.raises(ClientError) as raised:
        client_of(server).transact_write_items(**PUT)
    assert raised.value.response["Error"]["Code"] == "307"


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as nobody, scripted(answering(1)) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{LOOPBACK}:{nobody.port}")
        client_of(server).transact_write_items(**PUT)
        assert len(server.requests) == 1
