"""Outside the local stack no call reaches a private address, whatever name leads there."""

import socket

import pytest

from casino.base.clock import SystemClock
from casino.providers.connection import pool_manager
from casino.providers.sender import Bounds, Sender, SendFailedError

BOUNDS = Bounds(connect_s=1.0, read_s=1.0, most_bytes=1_000)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
def test_a14_no_call_reaches_an_address_that_is_not_public(scheme: str, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"{scheme}://{host}:{listener.getsockname()[1]}/providers"
        sender = Sender(SystemClock(), BOUNDS, pool_manager(public_only=True))
        with pytest.raises(SendFailedError) as failed:
            sender.send("GET", url, {})
        assert failed.value.failure == ("no_url" if scheme == "http" else "no_connection")
        with pytest.raises(BlockingIOError):
            listener.accept()
