"""The report of a run, in a browser: it loads nothing, and shows what failed."""

from pathlib import Path

from playwright.sync_api import Page

from certify import report
from certify.dialects import Access
from certify.play import Rules
from certify.settings import Settings
from testing.broken_wallet.trial import try_out


def test_the_page_opens_on_a_phone_shows_a_failure_and_asks_nobody(
    page: Page, tmp_path: Path
) -> None:
    settings = Settings(Access("https://casino.example", "key", "secret"), (), Rules(), 1, 1)
    report.write(report.build(try_out(["refunds again"]), "igsp", settings, ""), tmp_path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("h1").inner_text() == "Not certified"
    assert page.locator("article").first.inner_text().startswith("REF-01")
    assert page.locator("details[open]").count() >= 2
    assert page.locator("svg").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert len(asked) == 1
