"""What integration tests share: a MiniStack, the deployed template, a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from builder import deploy
from builder.build import BUILD, build
from sandbox import ministack as driver
from sandbox.flexsoft import part as flexsoft_part
from sandbox.flexsoft.part import FlexsoftPart
from sandbox.igv import part as igv_part
from sandbox.igv.part import IgvPart
from sandbox.invo import part as invo_part
from sandbox.invo.part import InvoPart
from sandbox.loop import Loop, close_loop
from sandbox.ministack import free_port
from sandbox.part import Stage
from sandbox.up import Casino, open_casino
from sandbox.winupgo import part as winupgo_part
from sandbox.winupgo.part import WinupgoPart
from tests.integration import shares
from tests.integration.shares import Shares


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares | None:
    return Shares(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    shares.check(items)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driver.MiniStack]:
    folder: Path = tmp_path_factory.mktemp("ministack")
    stack = driver.start(folder, free_port())
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def aws_environment(ministack: driver.MiniStack) -> dict[str, str]:
    """What a process needs to reach this MiniStack, and nothing of the developer's own."""
    return {
        "AWS_ENDPOINT_URL": ministack.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": driver.REGION,
        "AWS_REGION": driver.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@pytest.fixture(autouse=True, scope="session")
def build_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Whatever is deployed in this run is built once, by the worker that comes first.

    `make check` has built before: so this is also a build over an earlier one.
    """
    base = tmp_path_factory.getbasetemp()
    file = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built"

    def once(architecture: str) -> Path:
        with file.open("a+") as done:
            flock(done, LOCK_EX)
            done.seek(0)
            if architecture not in done.read():
                build(architecture)
                done.write(architecture)
        return BUILD

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deploy, "build", once)
        yield once


@pytest.fixture(scope="session")
def built(build_once: Callable[[str], Path]) -> Path:
    """The folder of what would be deployed."""
    return build_once("x86_64")


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driver.MiniStack]:
    """A MiniStack that enforces roles, for the real template."""
    folder: Path = tmp_path_factory.mktemp("deployed")
    stack = driver.start(folder, free_port(), enforce_iam=True)
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def casino(local: driver.MiniStack) -> Casino:
    """The template built and deployed there, with an integration and players."""
    return open_casino(local)


@pytest.fixture(scope="session")
def stage(casino: Casino, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The same, for the counterparts beside iGSP."""
    return casino.stage(tmp_path_factory.mktemp("counterparts"), free_port(5))


@pytest.fixture(scope="session")
def loop(casino: Casino, stage: Stage) -> Iterator[Loop]:
    """The same with a simulated provider of iGSP, whose catalogue is synchronised."""
    keys, folder = casino.credentials, stage.folder
    closed = close_loop(casino.stack, casino.operations, keys, free_port(), folder, games=50)
    try:
        closed.sync()
        yield closed
    finally:
        closed.provider.stop()


@pytest.fixture(scope="session")
def invo(stage: Stage) -> Iterator[InvoPart]:
    """A simulated Invo, connected there, with a player whom it names."""
    part = invo_part.open_part(stage)
    yield part
    part.process.stop()


@pytest.fixture(scope="session")
def flexsoft(stage: Stage) -> Iterator[FlexsoftPart]:
    """A simulated Flexsoft, connected there, with its games in the catalogue."""
    part = flexsoft_part.open_part(stage)
    yield part
    part.process.stop()


@pytest.fixture(scope="session")
def winupgo(stage: Stage) -> Iterator[WinupgoPart]:
    """A simulated WinUpGo, connected there."""
    part = winupgo_part.open_part(stage)
    yield part
    part.process.stop()


@pytest.fixture(scope="session")
def igv(stage: Stage) -> Iterator[IgvPart]:
    """A simulated iGV, connected there."""
    part = igv_part.open_part(stage)
    yield part
    part.process.stop()


@pytest.fixture
def aws(aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, set for this test: every client of AWS talks to MiniStack."""
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    return aws_environment


# For a module, not for the session: while it is open, its event loop is the thread's own, and a
# test of another module could run none.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    # Chromium's own sandbox does not work for root, which is what CI is.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which an error of its script, or a refused resource, fails the test."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if _is_fault(said) else None)
    yield page
    page.close()
    assert errors == []


def _is_fault(said: ConsoleMessage) -> bool:
    # A refused bet is an answer that the page handles; the browser notes it all the same.
    return said.type == "error" and "status of 409" not in said.text
