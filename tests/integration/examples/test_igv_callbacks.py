"""The senders of `examples/igv` are answered by the receiver as iGV would be."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from testing.igv import SECRET
from testing.template import PROJECT
from tests.functional.igv.shop import Shop, open_shop

SENDERS = [
    pytest.param("php", "callback.php", id="PHP"),
    pytest.param("node", "callback.mjs", id="Node"),
    pytest.param(sys.executable, "callback.py", id="Python"),
]


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """Serve the receiver on the loopback interface; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(shop.send(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("runtime", "sender"), SENDERS)
def test_a_sender_is_taken_once_and_refused_with_a_wrong_key(runtime: str, sender: str) -> None:
    if shutil.which(runtime) is None:
        pytest.skip(f"no {runtime} on this machine, see examples/README.md")
    with open_shop() as shop:
        shop.partner.clock.start = time.time()
        order_id = shop.partner.platform.pay(buyer_id="4711", lost=True)
        with served(shop) as url:
            sent = subprocess.run(
                [runtime, str(PROJECT / "examples" / "igv" / sender)],
                env={
                    "PATH": os.environ["PATH"],
                    "WALLET_URL": url,
                    "SECRET_KEY": SECRET,
                    "ORDER_ID": str(order_id),
                    "ORDER_NUM": f"SO{order_id}",
                    "BUYER_ID": "4711",
                },
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
        assert (sent.returncode, sent.stderr) == (0, "")
        assert sent.stdout.splitlines() == ["callback 200", "copy 200", "wrong key 401"]
        shop.work()
        assert shop.waiting == [order_id]
        assert len(shop.deliveries) == 1
