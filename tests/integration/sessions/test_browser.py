"""The game in a real browser, headless: what a player sees is what the wallet has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from ops.context import Operations
from ops.verbs import ledger, player
from sandbox.loop import Launched, Loop
from sandbox.ministack import free_port
from sandbox.provider.config import Credential
from sandbox.provider.process import ProviderProcess, start
from sandbox.provider.signatures import seal

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
    page.goto(launch_demo(provider, session_id=f"sess-{uuid4()}"))
    expect(page.locator("#player")).to_have_text("Lucky <b>Fox</b>")
    expect(page.locator("#mode")).to_be_visible()
    expect(page.locator("#balance")).not_to_have_text("…")
    before = Decimal(page.locator("#balance").inner_text())
    log = spin(page, 3)
    moved = sum(Decimal(win) - Decimal(bet) for _, bet, win, _ in log)
    assert Decimal(page.locator("#balance").inner_text()) == before + moved
    page.reload()
    expect(page.locator("#rounds tr")).to_have_count(3)


def size(page: Page, selector: str) -> tuple[float, float]:
    """Return width and height of the first such element, in pixels."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["width"], box["height"]


def test_n10_on_a_phone_a_round_is_one_line_and_the_button_is_large_enough(
    page: Page, provider: ProviderProcess
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(launch_demo(provider, session_id=f"sess-{uuid4()}"))
    log = spin(page, 2)

    for shown, row in zip(log, page.locator("#rounds tr").all(), strict=True):
        full = row.locator("td").first.get_attribute("title") or ""
        assert len(shown[0]) == 8
        assert full.startswith(f"demo-{shown[0]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for name in ("#spin", "#stake"):
        assert min(size(page, name)) >= 44
    assert size(page, "#rounds tr")[1] < 44  # one line of text


def test_n10_a_line_tells_the_result_of_a_round(page: Page, provider: ProviderProcess) -> None:
    page.goto(launch_demo(provider, session_id=f"sess-{uuid4()}"))
    for _ in range(3):
        [[_, bet, win, _], *_] = spin(page, 1)
        told = f"You won {win}" if Decimal(win) else "No win this time"
        expect(page.locator("#result")).to_contain_text(told)
        expect(page.locator("#result")).to_contain_text(bet)


@pytest.mark.parametrize(
    ("code", "words", "cell"),
    [
        ("insufficient_funds", "You have not enough money for this stake.", "refused"),
        ("player_blocked", "You cannot play at the moment.", "refused"),
        ("bet_unanswered", "The casino did not answer. Your stake is given back.", "given back"),
        ("win_unanswered", "You will get your win as soon as the casino answers.", "on its way"),
        ("something_new", "The casino refused the round.", "refused"),
    ],
)
def test_n10_errors_are_words_and_no_codes(
    page: Page, provider: ProviderProcess, code: str, words: str, cell: str
) -> None:
    refused = {"round_id": "round-0123456789ab", "bet": "1.00", "win": None, "error": code}
    page.route("**/spin", lambda route: route.fulfill(status=409, json=refused))
    page.goto(launch_demo(provider, session_id=f"sess-{uuid4()}"))

    [row] = spin(page, 1)

    assert row == ["01234567", "1.00", cell, ""]
    expect(page.locator("#message")).to_have_text(words)
    assert code not in page.locator("body").inner_text()


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
    expect(page.locator("#message")).to_have_text("This session is over. Open the game again.")
    assert shown_balance(loop.operations, "p_demo_2", "USD") == before
