"""Fails the run when a secret, a signature or a body stands in a test's output or log.

This pytest plugin notes every signature that this process computes, and searches the captured
output of each test, also of those that pass.
"""

import re
from collections.abc import Callable, Generator
from typing import Final

import pytest

from casino.dialects.igsp import signature as igsp
from testing.hooks import SECRET_KEY

_DIGEST: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
_SIGNATURE_HEADER: Final = re.compile(r"x-signature\W{1,8}[0-9a-f]{16,}", re.IGNORECASE)
#: A body has an amount or a balance as a JSON number; a log line never has. Quotes may be escaped.
_QUOTE: Final = r'\\*"'
_REQUEST: Final = re.compile(
    rf"{_QUOTE}amount{_QUOTE}\s*:\s*-?\d.*{_QUOTE}\w*transaction_id{_QUOTE}\s*:"
    rf"|{_QUOTE}\w*transaction_id{_QUOTE}\s*:.*{_QUOTE}amount{_QUOTE}\s*:\s*-?\d"
)
_RESPONSE: Final = re.compile(rf"\{{\s*{_QUOTE}balance{_QUOTE}\s*:\s*-?\d")
_SIGNATURES: Final[set[str]] = set()

#: What was found, in order and each once.
_FOUND: Final[dict[str, None]] = {}
_LEAK: Final = "leak"


def leaks_in(text: str) -> list[str]:
    """Name each kind of leak in `text`, without repeating it."""
    leaks = []
    if SECRET_KEY in text:
        leaks.append("the sandbox secret")
    if _SIGNATURE_HEADER.search(text) or _SIGNATURES.intersection(
        digest.lower() for digest in _DIGEST.findall(text)
    ):
        leaks.append("a signature")
    if _REQUEST.search(text):
        leaks.append("a request body")
    if _RESPONSE.search(text):
        leaks.append("a response body")
    return leaks


def _noting(sign: Callable[[bytes, str, str], str]) -> Callable[[bytes, str, str], str]:
    def signature(body: bytes, timestamp: str, secret_key: str) -> str:
        value = sign(body, timestamp, secret_key)
        _SIGNATURES.add(value)
        return value

    return signature


def pytest_configure() -> None:
    setattr(igsp, "signature", _noting(igsp.signature))  # noqa: B010 - replaced on purpose


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look where the signatures are known: in the process that ran the test."""
    report = yield
    for title, text in report.sections:
        for leak in leaks_in(text):
            report.user_properties.append((_LEAK, f"{report.nodeid}: {leak} in {title.lower()}"))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect where the run ends, whichever process a report comes from."""
    _FOUND.update({str(value): None for name, value in report.user_properties if name == _LEAK})


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _FOUND and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FOUND:
        terminalreporter.section("secrets, signatures or bodies in captured output", red=True)
        for finding in _FOUND:
            terminalreporter.write_line(finding)
