"""The programs of the composer run in their languages, and sign as the composer does."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sandbox.console.composer import Counterpart
from sandbox.console.snippets import curl, program
from tests.functional.console.test_compose import NOW, STACK

BODY = '{"id":"it\'s \\"quoted\\" \\\\ $x €","amount":2.50}'
COMMANDS = {"py": "python3", "mjs": "node", "php": "php"}


class Far(BaseHTTPRequestHandler):
    """Notes each request, and refuses it as a wallet does."""

    seen: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(409)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b'{"a":1}')

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def far() -> Iterator[str]:
    Far.seen = []
    with HTTPServer(("127.0.0.1", 0), Far) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/wallet"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["igsp", "flexsoft", "winupgo"])
@pytest.mark.parametrize("language", ["curl", *COMMANDS])
def test_a_program_sends_the_bytes_with_the_signature_of_the_composer(
    far: str, tmp_path: Path, language: str, name: str
) -> None:
    tool = shutil.which(COMMANDS.get(language, language))
    if tool is None:
        pytest.skip(f"{language} is not installed")
    there = Counterpart(name, STACK)
    verb = "authorize" if name == "winupgo" else "bet"
    made = replace(there.seal(verb, BODY, "tx-1", "", NOW), url=far)
    more = {"X-Trace-Id": 'it\'s "a" $trace'}
    file = tmp_path / f"request.{language}"
    file.write_text(curl(made, more) if language == "curl" else program(made, more, language))
    command = ["sh", str(file)] if language == "curl" else [tool, str(file)]
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": there.pair.secret_key}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    headers, body = Far.seen[-1]
    assert body == made.body
    assert '{"a":1}' in ran.stdout
    for header, value in {**made.headers, **more}.items():
        assert headers[header.lower()] == value
