"""The game in a real browser, headless: what a player sees is what the wallet has."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox.ministack import free_port
from sandbox.provider.config import Credential
from sandbox.provider.process import ProviderProcess, start
from sandbox.provider.signatures import seal

KEY = Credential("gp_test", "top-secret", "http://127.0.0.1:9/hooks")


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
    """A page on which an error of a script, or a refused resource, fails the test."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield page
    page.close()
    assert errors == []


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    folder: Path = tmp_path_factory.mktemp("provider")
    started = start(
        free_port(), KEY.hooks_url, KEY.api_key, KEY.secret_key, folder=folder, games=100
    )
    yield started
    started.stop()


def launch_demo(provider: ProviderProcess, **changes: Any) -> str:
    game = next(
        game
        for game in provider.control.records("games")
        if game["status"] == "active" and not game["deleted_at"]
    )
    currencies = {p["id"]: p["currencies"] for p in provider.control.records("providers")}
    wanted = {
        "game_id": game["id"], "player_id": "p_1", "player_name": "Lucky <b>Fox</b>",
        "currency": currencies[game["provider_id"]][0], "session_id": "sess-demo", "balance": 0,
        "is_demo": True,
    }  # fmt: skip
    body = httpx.Request("POST", "http://unused", json=wanted | changes).content
    headers = seal(KEY, body, datetime.now(UTC))
    answer = httpx.post(f"{provider.provider_url}/sessions", content=body, headers=headers)
    assert answer.status_code == 201
    return str(answer.json()["url"])


def spin(page: Page, times: int) -> list[list[str]]:
    """Press the button, each time after the round before is in the log; returns the log."""
    rows = page.locator("#rounds tr")
    before = rows.count()
    for number in range(1, times + 1):
        page.locator("#spin").click()
        expect(rows).to_have_count(before + number)
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def test_a_demo_game_is_played_and_shows_texts_as_texts(
    page: Page, provider: ProviderProcess
) -> None:
    page.goto(launch_demo(provider))
    expect(page.locator("#player")).to_have_text("Lucky <b>Fox</b>")
    expect(page.locator("#mode")).to_be_visible()
    expect(page.locator("#balance")).not_to_have_text("…")
    before = Decimal(page.locator("#balance").inner_text())
    log = spin(page, 3)
    moved = sum(Decimal(win) - Decimal(bet) for _, bet, win, _ in log)
    assert Decimal(page.locator("#balance").inner_text()) == before + moved
    page.reload()
    expect(page.locator("#rounds tr")).to_have_count(3)
