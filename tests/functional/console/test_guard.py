"""The console answers this machine's own browser, and its own pages alone."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ops.context import Operations
from sandbox.console.app import PAGES
from sandbox.console.house import House
from sandbox.console.shell import MOST_FORM
from tests.functional.console.conftest import ORIGIN


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", ""])
def test_a_request_under_a_name_of_somebody_elses_is_refused(site: httpx.Client, host: str) -> None:
    assert site.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8095", "localhost:8095"])
def test_a_request_under_this_machines_names_is_answered(site: httpx.Client, host: str) -> None:
    assert site.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:8090", "https://127.0.0.1:8095", "null", None],
)
def test_a_post_of_another_page_is_refused(site: httpx.Client, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    assert site.post("/", headers=headers).status_code == 403


def test_a_post_of_an_own_page_comes_through(site: httpx.Client) -> None:
    assert site.post("/", headers={"Origin": ORIGIN}).status_code == 405


def test_every_answer_forbids_other_hosts_inline_scripts_and_frames(site: httpx.Client) -> None:
    answers = [site.get("/"), site.get("/nothing"), site.get("/static/console.css")]
    answers.append(site.get("/", headers={"Host": "evil.example"}))
    assert [answer.status_code for answer in answers] == [200, 404, 200, 403]
    for answer in answers:
        rules = dict(
            rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; ")
        )
        assert rules["default-src"] == rules["frame-src"] == rules["frame-ancestors"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_of_no_page_is_said_on_one(site: httpx.Client) -> None:
    lost = site.get("/nothing/<script>")
    assert lost.status_code == 404
    assert "There is no such page" in lost.text
    assert "<nav" in lost.text
    assert "<script>" not in lost.text
    assert site.get("/static/nothing.css").status_code == 404
    assert site.post("/sessions", headers={"Origin": ORIGIN}).status_code == 405


def test_a_page_names_no_other_host_and_holds_no_inline_script(site: httpx.Client) -> None:
    page = site.get("/").text
    assert page.count("<script") == page.count('<script src="/static/vendor/') == 1
    assert "<style" not in page
    assert " style=" not in page
    assert 'src="http' not in page


#: Every address that is read, with all that any page wants to know.
ASKED = "?player=p&currency=EUR&transaction=x&id=x&session=x"
READ = [
    path.format(protocol="igsp", form="report.html") + ASKED for page in PAGES for path in page.gets
]


@pytest.mark.parametrize("path", READ)
def test_every_page_says_when_the_stack_is_down(
    open_site: Callable[[House], httpx.Client], tmp_path: Path, path: str
) -> None:
    site = open_site(House(tmp_path / "stack.json"))
    whole, part = site.get(path), site.get(path, headers={"HX-Request": "true"})
    if "certification" in path:  # a report is there without the stack that it is of
        assert whole.status_code in (200, 404)
        return
    assert (whole.status_code, part.status_code) == (503, 503)
    assert "Start it with make run." in whole.text
    assert "<nav" in whole.text
    assert part.text.startswith('<article class="problem" role="alert">')


def test_no_page_breaks_on_an_empty_stack(site: httpx.Client, operations: Operations) -> None:
    operations.aws("events").create_event_bus(Name="bus")
    answers = {path: site.get(path).status_code for path in READ}
    assert set(answers.values()) <= {200, 400, 404, 503}, answers


@pytest.mark.parametrize("path", [path for page in PAGES for path in page.posts])
def test_no_form_breaks_without_a_stack(
    open_site: Callable[[House], httpx.Client], tmp_path: Path, path: str
) -> None:
    site = open_site(House(tmp_path / "stack.json"))
    assert site.post(path, headers={"Origin": ORIGIN}).status_code in (400, 503)
    for body in (b"x" * (MOST_FORM + 1), b"\xff=1", b"no form"):
        assert site.post(path, content=body, headers={"Origin": ORIGIN}).status_code == 413


def test_a_page_says_when_the_stack_does_not_answer(
    open_site: Callable[[House], httpx.Client], stack_file: Path
) -> None:
    told = json.loads(stack_file.read_text())
    stack_file.write_text(json.dumps(told | {"endpoint": "http://127.0.0.1:1"}))
    answer = open_site(House(stack_file)).get("/")
    assert answer.status_code == 503
    assert "does not answer" in answer.text


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"players": 1}'])
def test_a_file_of_another_shape_is_no_crash(
    open_site: Callable[[House], httpx.Client], tmp_path: Path, content: str
) -> None:
    file = tmp_path / "stack.json"
    file.write_text(content)
    answer = open_site(House(file)).get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


def test_the_console_is_ready_without_a_stack(
    open_site: Callable[[House], httpx.Client], tmp_path: Path
) -> None:
    assert open_site(House(tmp_path / "stack.json")).get("/ready").text == "ready"
