"""The simulated provider as a program of its own: started, reached over HTTP, stopped."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sandbox.ministack import LocalServerError, free_port
from sandbox.provider.config import Credential
from sandbox.provider.process import ProviderProcess, start
from sandbox.provider.signatures import seal

KEY = Credential("gp_test", "top-secret", "http://127.0.0.1:9/hooks")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    folder = tmp_path_factory.mktemp("provider")
    started = start(
        free_port(), KEY.hooks_url, KEY.api_key, KEY.secret_key, folder=folder, games=100
    )
    yield started
    started.stop()


def ask(process: ProviderProcess, timeout_s: float = 10) -> httpx.Response:
    headers = seal(KEY, b"", datetime.now(UTC))
    return httpx.get(f"{process.provider_url}/games", headers=headers, timeout=timeout_s)


def test_a_signed_request_is_answered(process: ProviderProcess) -> None:
    answer = ask(process)
    assert answer.json()["meta"] == {"limit": 50, "returned": 50, "has_more": True}
    assert answer.headers["X-Request-Id"].startswith("sim-")


def test_a_time_out_ends_when_the_caller_hangs_up(process: ProviderProcess) -> None:
    process.control.add_fault("timeout", "games")
    with pytest.raises(httpx.ReadTimeout):
        ask(process, timeout_s=0.2)
    assert ask(process).status_code == 200


def test_a_truncated_answer_is_an_error_of_the_connection(process: ProviderProcess) -> None:
    process.control.add_fault("truncated", "games")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(process)


def test_the_secret_is_not_on_the_command_line(process: ProviderProcess) -> None:
    words = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert KEY.secret_key.encode() not in words
    assert b"sandbox.provider" in words


def test_a_taken_port_is_refused(process: ProviderProcess, tmp_path: Path) -> None:
    with pytest.raises(LocalServerError, match="taken"):
        start(process.port, KEY.hooks_url, "k", "s", folder=tmp_path)


def test_a_provider_is_found_and_stopped_by_its_record(tmp_path: Path) -> None:
    port = free_port()
    started = start(port, KEY.hooks_url, "k", "s", folder=tmp_path, games=1, providers=1)
    found = ProviderProcess.running(tmp_path)
    assert found is not None
    assert found == started
    assert started.child is not None
    found.stop()
    started.child.wait(timeout=10)
    assert ProviderProcess.running(tmp_path) is None
