"""The console as a program of its own, as `make run` starts it and `make down` stops it."""

import json
import sys
from pathlib import Path

import httpx

from sandbox.part import ConsoleProcess
from sandbox.processes import LOOPBACK, free_port, is_free
from testing.template import PROJECT


def test_it_runs_without_a_stack_says_so_and_ends(tmp_path: Path) -> None:
    port = free_port()
    given = json.dumps({"stack_file": str(tmp_path / "stack.json")})
    console = ConsoleProcess.launch(
        [sys.executable, "-m", "sandbox.serve", "console", str(port)],
        {"SANDBOX_CALLER": given}, tmp_path, port, cwd=PROJECT,
    )  # fmt: skip
    try:
        with httpx.Client(base_url=console.base_url, trust_env=False) as client:
            page = client.get("/")
            assert (page.status_code, "make run" in page.text) == (503, True)
            assert client.get("/", headers={"Host": "evil.example"}).status_code == 403
            assert client.get("/static/vendor/pico-2.1.1.min.css").status_code == 200
            assert ConsoleProcess.running(tmp_path) == console
    finally:
        console.stop()
    assert is_free(port, LOOPBACK)
    assert ConsoleProcess.running(tmp_path) is None
