"""The game in a real browser, headless: what a player sees is what the wallet has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from ops.context import Operations
from ops.verbs import ledger, player
from sandbox import ministack
from sandbox.loop import Launched, Loop, close_loop
from sandbox.ministack import free_port
from sandbox.provider.config import Credential
from sandbox.provider.process import ProviderProcess, start
from sandbox.provider.signatures import seal
from sandbox.up import Casino, open_casino

KEY = Credential("gp_test", "top-secret", "http://127.0.0.1:9/hooks")


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


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    """The deployed stack with its roles enforced, and a provider whose catalogue is synced."""
    folder: Path = tmp_path_factory.mktemp("loop")
    local = ministack.start(folder, free_port(), enforce_iam=True)
    try:
        casino: Casino = open_casino(local)
        closed = close_loop(
            casino.stack, casino.operations, casino.credentials, free_port(), folder, games=200
        )
        try:
            closed.sync()
            yield closed
        finally:
            closed.provider.stop()
    finally:
        local.stop()


def shown_balance(operations: Operations, player_id: str, currency: str) -> Decimal:
    """What `ops player show` says that a player has."""
    data = player.show(operations, player_id).data
    assert isinstance(data, dict)
    [balance] = [w["balance"] for w in data["wallets"] if w["currency"] == currency]
    assert isinstance(balance, Decimal)
    return balance


def test_a_game_from_the_catalogue_is_launched_and_ten_spins_move_the_wallets_money(
    page: Page, loop: Loop
) -> None:
    before = shown_balance(loop.operations, "p_demo_1", "EUR")
    launched: Launched = loop.launch("p_demo_1", "EUR")
    page.goto(launched.url)
    expect(page.locator("#game")).to_have_text(launched.game)
    expect(page.locator("#player")).to_have_text("Lucky Fox")
    expect(page.locator("#balance")).to_have_text(f"{before:f}")

    log = spin(page, 10)

    after = shown_balance(loop.operations, "p_demo_1", "EUR")
    assert page.locator("#balance").inner_text() == f"{after:f}"
    assert after == before + sum(Decimal(win) - Decimal(bet) for _, bet, win, _ in log)
    assert len({round_id for round_id, *_ in log}) == 10
    proof = ledger.verify(loop.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_a_game_of_a_closed_session_takes_no_more_bets(page: Page, loop: Loop) -> None:
    launched = loop.launch("p_demo_2", "USD")
    page.goto(launched.url)
    expect(page.locator("#spin")).to_be_enabled()
    before = shown_balance(loop.operations, "p_demo_2", "USD")
    assert loop.operations.api is not None
    loop.operations.api.ask("DELETE", f"/sessions/{launched.session_id}")
    with page.expect_response("**/spin") as answered:
        page.locator("#spin").click()
    assert answered.value.status == 409
    expect(page.locator("#message")).to_contain_text("session_closed")
    assert shown_balance(loop.operations, "p_demo_2", "USD") == before
