"""The page of the certification starts a run, says how far it is, and gives its report."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sandbox.console.house import House
from sandbox.console.pages import certification
from sandbox.console.pages.certification import Runs
from sandbox.processes import poll
from tests.functional.console.conftest import ORIGIN

HEADERS = {"Origin": ORIGIN}


@pytest.fixture
def folder(stack_file: Path) -> Path:
    """Where the reports are."""
    return stack_file.parent / "certify"


def program(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let a run be this program instead of the kit."""
    monkeypatch.setattr(certification, "COMMAND", (sys.executable, "-c", text))


def start(site: httpx.Client, protocol: str = "igsp") -> httpx.Response:
    return site.post("/certification", data={"protocol": protocol}, headers=HEADERS)


def test_a_run_is_followed_to_its_end(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    program(
        monkeypatch,
        "import sys; print('<b>last</b> words'); sys.exit(1)",
    )
    answer = start(site)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/certification")
    assert poll(lambda: "ended" in site.get("/parts/certification").text, 20)
    page = site.get("/certification").text
    assert "something failed" in page
    assert "&lt;b&gt;last&lt;/b&gt; words" in page


def test_one_run_goes_on_at_a_time_and_ends_with_the_console(
    open_site: Callable[[House], httpx.Client],
    stack_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program(
        monkeypatch,
        "import threading; print('certify: 10 of 160 scenarios', flush=True);"
        "threading.Event().wait()",
    )
    house = House(stack_file)
    site = open_site(house)
    assert start(site).status_code == 303
    assert poll(lambda: "10 of 160 scenarios played" in site.get("/parts/certification").text, 20)
    again = start(site, "flexsoft")
    assert again.status_code == 400
    assert "One run at a time" in again.text
    house.close()
    assert not house.keep(Runs).is_running


class Asked(Runs):
    """Another tab asks at each moment of a start."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "protocol" or (name == "_process" and value is not None):
            self.told()


def test_a_second_tab_may_ask_while_a_run_starts(
    stack_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(monkeypatch, "")
    runs = Asked(House(stack_file))
    for protocol in ("igsp", "flexsoft"):
        runs.start(protocol)
        assert poll(lambda: not runs.is_running, 20)
        assert runs.told()["protocol"] == protocol


@pytest.mark.parametrize("protocol", ["", "invo", "../igsp"])
def test_no_other_protocol_is_run(site: httpx.Client, folder: Path, protocol: str) -> None:
    assert start(site, protocol).status_code == 400
    assert not folder.exists()


def test_the_report_is_the_kits_own_and_no_other_file_is_given(
    site: httpx.Client, folder: Path
) -> None:
    assert "There is no report yet." in site.get("/certification").text
    (folder / "igsp").mkdir(parents=True)
    counts = {"must": {"passed": 90, "failed": 0}, "should": {"passed": 10, "failed": 2}}
    said = {"certified": True, "counts": counts, "ended": "2026-11-22T08:00:00Z"}
    (folder / "igsp" / "report.json").write_text(json.dumps(said))
    (folder / "igsp" / "report.html").write_text("<style>b{}</style><b>report</b>")
    (folder / "igsp-settings.toml").write_text("secret")
    page = site.get("/certification").text
    assert "<td>certified</td>" in page
    assert '<td class="number">100</td>' in page
    assert '<td class="number">2</td>' in page
    report = site.get("/certification/igsp/report.html")
    assert report.text == "<style>b{}</style><b>report</b>"
    policy = report.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src")
    assert "form-action 'none'; base-uri 'none'" in policy  # no default covers these two
    for place in (
        "igsp/report.xml",
        "igsp/igsp.log",
        "igsp/..%2Figsp-settings.toml",
        "x/report.json",
    ):
        assert site.get(f"/certification/{place}").status_code == 404
