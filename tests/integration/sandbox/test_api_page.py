"""The API's page in a real browser: every operation is there, and the page calls no host."""

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from sandbox import api_page

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page is: a file, opened without any server."""
    file: Path = tmp_path_factory.mktemp("page") / "api.html"
    file.write_text(api_page.page(), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("name", api_page.DESCRIPTIONS)
def test_every_operation_of_a_description_is_shown_without_a_request_to_any_host(
    page: Page, address: str, name: str
) -> None:
    described = yaml.safe_load(api_page.DESCRIPTIONS[name].read_text("utf-8"))
    operations = [
        (method.upper(), path)
        for path, item in described["paths"].items()
        for method in item
        if method in METHODS
    ]
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("websocket", lambda socket: requested.append(socket.url))

    page.goto(address)
    page.locator("nav").get_by_text(name, exact=True).click()

    expect(page.locator(".title").first).to_contain_text(described["info"]["title"])
    shown = page.locator(".opblock")
    expect(shown).to_have_count(len(operations))
    found = shown.evaluate_all(
        """blocks => blocks.map(block => [
            block.querySelector(".opblock-summary-method").innerText,
            block.querySelector(".opblock-summary-path").dataset.path,
        ])"""
    )
    assert sorted(map(tuple, found)) == sorted(operations)
    shown.evaluate_all(
        "blocks => blocks.map(block => block.querySelector('.opblock-summary-control').click())"
    )
    answers = page.locator(".opblock:has(.responses-table:visible)")
    expect(answers).to_have_count(len(operations), timeout=60_000)  # drawn all at once
    expect(page.locator(".errors-wrapper")).to_have_count(0)  # a reference that leads nowhere
    assert set(requested) == {address}


def test_amounts_of_examples_keep_their_zeros(page: Page, address: str) -> None:
    page.goto(f"{address}#hooks")
    page.locator("#operations-Single_hooks-getBalance .opblock-summary-control").click()
    expect(page.locator(".highlight-code").nth(1)).to_contain_text('{\n  "balance": 97.50\n}')
