"""Whatever happens to a request, no secret, signature or body of it is printed or logged.

The plugin `testing.leaks` asks the same of everything that the whole suite prints; here are
the cases that try to make it happen, and the proof that the plugin can fail.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from casino.base.clock import SystemClock
from casino.base.deadline import deadline
from casino.base.errors import BusyError, OutcomeUnknownError, UnavailableError
from casino.wallet.store.ledger import DynamoDbLedger
from testing.hooks import (
    API_KEY,
    SECRET_KEY,
    Caller,
    Reply,
    encode,
    load_function,
    proxy_event,
    signed_headers,
)
from testing.leaks import leaks_in
from testing.template import PROJECT
from testing.world import GAME, World

NOTE = "private-note-8c1f"
AMOUNT = Decimal("73.19")


class Provider:
    """Sends hooks to a handler whose output goes nowhere but here."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.printed = io.StringIO()
        self.codes: set[str] = set()
        with redirect_stdout(self.printed):
            self.session_id = world.player("player-912")
            self.hook = Caller(load_function("hooks"))

    def send(self, event: dict[str, Any]) -> Reply:
        with redirect_stdout(self.printed):
            reply = self.hook.send(event)
        self.codes.add(reply.json.get("error", "ok"))
        return reply

    def fields(self, **changes: Any) -> dict[str, Any]:
        return {
            "action": "bet",
            "player_id": "player-912",
            "currency": "EUR",
            "amount": AMOUNT,
            "game_id": GAME,
            "transaction_id": "bet-1",
            "session_id": self.session_id,
            "type": "bet",
            "comment": NOTE,
        } | changes

    def hooked(self, **changes: Any) -> Reply:
        body = encode(self.fields(**changes))
        return self.signed(body)

    def signed(self, body: bytes, **headers: str) -> Reply:
        return self.send(proxy_event(body, {**signed_headers(body), **headers}))


@pytest.fixture
def provider(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    # A logger of its own writes to where stdout points when it is made.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"wallet-{uuid4()}")
    provider = Provider(world)
    yield provider
    printed = provider.printed.getvalue()
    assert '"message":"re' in printed, "the log was looked at"
    assert leaks_in(printed) == []
    for private in (NOTE, str(AMOUNT), SECRET_KEY, API_KEY, "Bearer", "comment"):
        assert private not in printed, private


def test_an_accepted_a_repeated_and_a_refused_hook_leave_no_trace_of_their_bodies(
    provider: Provider,
) -> None:
    provider.hooked()
    provider.hooked()
    provider.hooked(amount=AMOUNT + 1)
    provider.hooked(transaction_id="bet-2", amount=Decimal("99999.99"))
    provider.hooked(transaction_id="bet-3", session_id="nowhere")
    provider.hooked(transaction_id="win-1", action="win", type="win", round_id="r1")
    refund = {"action": "refund", "bet_transaction_id": "bet-1"}
    provider.hooked(transaction_id="ref-1", **refund)
    provider.hooked(transaction_id="ref-2", **refund)
    provider.hooked(transaction_id="ref-3", action="refund", bet_transaction_id="unknown")
    provider.hooked(transaction_id="unknown")
    provider.signed(b'{"action":"balance","player_id":"player-912","currency":"EUR"}')
    assert provider.codes == {
        "ok",
        "transaction_mismatch",
        "insufficient_funds",
        "session_not_found",
        "bet_already_refunded",
        "bet_not_found",
        "bet_cancelled",
    }


def test_a_body_that_is_refused_before_a_decision_is_not_quoted(provider: Provider) -> None:
    body = encode(provider.fields())
    provider.signed(body[:-1])
    provider.signed(body.replace(b'"bet"', b"NaN"))
    provider.signed(body + b" " * 40_000)
    provider.hooked(amount=f"{AMOUNT}")
    provider.hooked(amount=AMOUNT + Decimal("0.001"))
    provider.hooked(type=NOTE)
    provider.hooked(action=NOTE)
    provider.hooked(currency=NOTE)
    provider.hooked(player_id=[SECRET_KEY])
    assert provider.codes == {
        "malformed_json",
        "payload_too_large",
        "invalid_request",
        "amount_precision",
        "unsupported_action",
        "unsupported_currency",
    }


def test_a_forged_request_leaves_neither_signature_nor_identifiers(provider: Provider) -> None:
    body = encode(provider.fields(player_id="forged-player", transaction_id="forged-bet"))
    provider.send(proxy_event(body, {}))
    provider.signed(body, Authorization=f"Bearer {SECRET_KEY}")
    provider.signed(body, **{"X-Signature": "f" * 64})
    provider.signed(body, **{"X-Signature": SECRET_KEY})
    provider.signed(body, **{"X-Timestamp": f"{NOTE}Z"})
    provider.send(proxy_event(body, signed_headers(body, at=1.0)))
    provider.signed(body, **{"X-Trace-Id": "trace-1", "X-Signature": "e" * 64})
    assert provider.codes == {"unauthorized", "invalid_signature", "timestamp_out_of_range"}
    printed = provider.printed.getvalue()
    assert "forged" not in printed
    assert "f" * 64 not in printed
    assert "e" * 64 not in printed


@pytest.mark.parametrize(
    "error",
    [BusyError, UnavailableError, OutcomeUnknownError, ValueError, KeyError, RuntimeError],
)
@pytest.mark.parametrize("method", ["load", "commit"])
def test_an_error_that_quotes_everything_is_logged_without_its_words(
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    method: str,
) -> None:
    body = encode(provider.fields())
    headers = signed_headers(body)
    failed: list[Exception] = []

    def fail(*_: Any) -> None:
        everything = f"{body.decode()} {json.dumps(headers)} {SECRET_KEY}"
        problem = error(everything)
        problem.add_note(everything)
        failed.append(problem)
        raise problem from ValueError(everything)

    monkeypatch.setattr(DynamoDbLedger, method, fail)
    with deadline(SystemClock(), 1.0):  # what can be tried again is, to the end
        reply = provider.send(proxy_event(body, headers))
    assert failed
    assert reply.status >= 500
    assert leaks_in(reply.text) == []
    assert NOTE not in reply.text
    printed = provider.printed.getvalue()
    if error in (ValueError, KeyError, RuntimeError):
        assert f'"error_type":"{error.__name__}"' in printed
        assert "test_no_secrets.py" in printed, "where it came from is logged"


LEAKS: dict[str, Callable[[], str]] = {
    "the sandbox secret": lambda: f"secret is {SECRET_KEY}!",
    "a signature": lambda: f"got {signed_headers(b'{}')['X-Signature']}",
    "a request body": lambda: encode({"amount": AMOUNT, "transaction_id": "b"}).decode(),
    "a response body": lambda: '{"balance":97.50,"transaction_id":"plt-1"}',
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_checker_sees_every_kind_of_leak(leak: str) -> None:
    text = LEAKS[leak]()
    assert leaks_in(text) == [leak]
    assert leaks_in(f"INFO\n{json.dumps({'message': text})}\nmore") == [leak]
    assert leaks_in(json.dumps(json.dumps({"event": {"body": text}}))) == [leak]
    assert leaks_in(text.upper() if leak == "a signature" else text) == [leak]


def test_the_checker_sees_a_signature_of_another_process_by_its_header() -> None:
    assert leaks_in(f"X-Signature: {'ab' * 32}") == ["a signature"]
    assert leaks_in(json.dumps({"headers": {"X-Signature": "ab" * 32}})) == ["a signature"]


def test_the_checker_lets_an_honest_log_line_pass() -> None:
    line = {"transaction_id": "b", "status": 200, "latency_ms": 1.5, "hash": "ab" * 32}
    assert leaks_in(json.dumps(line)) == []
    assert leaks_in("X-Signature is missing; the amount is not valid") == []


def _run(folder: Path, texts: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run tests that print or log these texts, and pass."""
    tests = [
        f"def test_{way}_{number}() -> None:\n    {call}({text!r})\n"
        for number, text in enumerate(texts)
        for way, call in (("print", "print"), ("log", "logging.error"))
    ]
    (folder / "test_run.py").write_text("\n".join(["import logging\n", *tests]))
    plugins = ["-p", "testing.leaks", "-p", "no:cacheprovider", "-p", "xdist"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["in one process", "in a worker"])
def test_a_run_that_prints_or_logs_a_leak_fails_though_its_tests_pass(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    # What another process signed is known there only by its header.
    texts = [LEAKS[leak]().replace("got ", "X-Signature: ") for leak in LEAKS]
    run = _run(tmp_path, texts, *options)
    assert f"{2 * len(LEAKS)} passed" in run.stdout, run.stdout + run.stderr
    assert run.returncode == 1
    for number, leak in enumerate(LEAKS):
        assert f"test_print_{number}: {leak} in captured stdout" in run.stdout
        assert f"test_log_{number}: {leak} in captured log" in run.stdout
    assert SECRET_KEY not in run.stdout, "the report does not repeat it"


def test_a_run_that_prints_nothing_private_passes(tmp_path: Path) -> None:
    run = _run(tmp_path, ["nothing to see"])
    assert (run.returncode, "2 passed" in run.stdout) == (0, True), run.stdout + run.stderr
