"""The console in a real browser: what one sees and does there, on the deployed stack."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from casino.dialects.flexsoft.client import game_id
from certify import report
from certify.dialects import Access
from certify.play import Rules
from certify.settings import Settings
from ops.verbs import ledger
from sandbox import up
from sandbox.console.app import PAGES
from sandbox.console.emulation import TROUBLES
from sandbox.flexsoft.part import GAMES, INTEGRATION, FlexsoftPart
from sandbox.loop import Loop
from sandbox.ministack import free_port
from sandbox.part import ConsoleProcess, Given, Stage
from sandbox.up import Casino, with_test_players
from sandbox.winupgo.part import WinupgoPart
from testing.broken_wallet.trial import try_out

#: Studio → the buttons that are pressed there; the line is the same for all three.
PRESSED = {"igsp": list(TROUBLES), "flexsoft": ["drop-answer"], "winupgo": ["reorder"]}


@pytest.fixture(scope="module")
def console(
    casino: Casino, loop: Loop, flexsoft: FlexsoftPart, winupgo: WinupgoPart, stage: Stage
) -> Iterator[str]:
    """The console of the deployed stack with its three studios; returns its address."""
    folder = stage.folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(up, "STACK_FILE", folder / "stack.json")
        up._write_stack_file(
            with_test_players(casino), loop, {"flexsoft": flexsoft, "winupgo": winupgo}
        )
    settings = Settings(Access("https://casino.example", "key", "secret"), (), Rules(), 1, 1)
    run = try_out(only=["FUN-01", "IDE-01"])
    report.write(report.build(run, "igsp", settings, ""), folder / "certify" / "igsp")
    given = Given(str(folder / "stack.json"))
    process = replace(stage, port=free_port()).start(ConsoleProcess, 0, given)
    try:
        yield process.base_url
    finally:
        process.stop()


@pytest.fixture
def visit(page: Page, console: str) -> Iterator[Page]:
    """A page at the console, which asks no other host for anything."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_default_timeout(15_000)
    page.goto(console)
    yield page
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith("data:")}
    assert hosts == {"127.0.0.1"}


def faults(page: Page) -> list[str]:
    """What axe finds on a page that is serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {each['id']}: {node['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def press(page: Page, studio: str, kind: str, *, keyboard: bool = False) -> None:
    """Press a button of trouble at a studio, and read that the money held."""
    page.get_by_role("combobox", name="Studio").select_option(studio)
    page.get_by_label("Requests that meet it").fill("2" if kind == "double" else "1")
    page.get_by_label("Rounds to play").fill("1")
    button = page.locator(f"button[value={kind}]")
    if keyboard:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()
    page.wait_for_url(f"**/emulate?studio={studio}**")
    expect(page.locator("h2#outcome")).to_contain_text(TROUBLES[kind][0])
    expect(page.locator("#verdict")).to_have_text("the money held")


def test_a_game_is_played_the_ledger_grows_and_an_entry_tells_its_story(
    visit: Page, casino: Casino
) -> None:
    page = visit
    page.get_by_role("link", name="Play", exact=True).click()
    page.get_by_role("combobox", name="Player").select_option("p_demo_1|EUR")
    page.get_by_role("combobox", name="Game").select_option(game_id(INTEGRATION, GAMES[0]))
    page.get_by_role("button", name="Launch").focus()
    page.keyboard.press("Enter")
    game = page.frame_locator("iframe")
    expect(game.locator("#spin")).to_be_enabled()
    newest = page.locator("tbody tr").first
    known = newest.get_by_role("link").inner_text()
    game.locator("#stake").select_option("5.00")
    game.locator("#spin").focus()
    page.keyboard.press("Space")
    expect(game.locator("#rounds tr")).to_have_count(1)
    after = Decimal(game.locator("#balance").inner_text())
    expect(page.locator("#balance")).to_have_text(f"{after}")
    expect(newest.locator("td.balance")).to_have_text(f"{after}")
    expect(newest.get_by_role("link")).not_to_have_text(known)
    page.get_by_role("link", name="p_demo_1", exact=True).click()
    bet = page.locator("tbody tr", has_text="bet").first
    amount = bet.locator("td.number").nth(1).inner_text()
    bet.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("bet_debit")
    expect(page.locator("main")).to_contain_text(amount)
    assert faults(page) == []


def test_a_bet_is_composed_sent_copied_and_tampered_with(visit: Page, casino: Casino) -> None:
    page = visit
    page.get_by_role("link", name="Compose").click()
    page.get_by_role("textbox", name="Amount").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("2.50")
    page.keyboard.press("Enter")
    body = page.get_by_role("textbox", name="Body of")
    expect(body).to_have_value(re.compile('"amount":2.50'))
    send = page.get_by_role("button", name="Sign and send")
    send.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("200")
    expect(page.locator("#verdict")).to_have_text("accepted")
    first = page.get_by_label("Body of the answer").inner_text()
    send.click()
    expect(page.locator("dl").first).to_contain_text("idempotent-replayed")
    expect(page.get_by_label("Body of the answer")).to_have_text(first)
    for tamper, status in (("byte", "403"), ("secret", "403"), ("old", "403")):
        page.get_by_label("Tamper with it").select_option(tamper)
        send.click()
        expect(page.locator("#status")).to_have_text(status)
        expect(page.locator("#verdict")).not_to_have_text("accepted")
    assert faults(page) == []


def test_each_protocol_takes_what_is_composed(visit: Page) -> None:
    page = visit
    page.goto(f"{page.url}compose?protocol=flexsoft")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator("#status")).to_have_text("200")
    page.get_by_role("link", name="WinUpGo").click()
    for verb, status in (("open", "201"), ("authorize", "200")):
        page.get_by_role("combobox", name="Request").select_option(verb)
        page.get_by_role("button", name="Write the request").click()
        page.get_by_role("button", name="Sign and send").click()
        expect(page.locator("#status")).to_have_text(status)


def test_the_money_holds_whichever_button_is_pressed(visit: Page, casino: Casino) -> None:
    page = visit
    page.get_by_role("link", name="Emulate").click()
    keyboard = True
    for studio, kinds in PRESSED.items():
        for kind in kinds:
            press(page, studio, kind, keyboard=keyboard)
            keyboard = False
    assert faults(page) == []
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_a_trouble_can_wait_for_whoever_plays_next(visit: Page) -> None:
    page = visit
    page.get_by_role("link", name="Emulate").click()
    page.get_by_role("combobox", name="Studio").select_option("winupgo")
    page.get_by_label("Rounds to play").fill("0")
    page.locator("button[value=drop]").click()
    expect(page.locator("section", has=page.locator("#lines"))).to_contain_text("drop: 1 more")
    page.get_by_role("button", name="Forget the troubles of WinUpGo").click()
    expect(page.locator("section", has=page.locator("#lines"))).not_to_contain_text("drop: 1")


def test_the_certification_report_is_read(visit: Page) -> None:
    page = visit
    page.get_by_role("link", name="Certification").click()
    page.get_by_role("link", name="report of igsp").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Certified")
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_every_page_is_accessible_and_fits_the_screen(
    visit: Page, scheme: Literal["light", "dark"], width: int
) -> None:
    page = visit
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    start, found = page.url.rstrip("/"), []
    for each in PAGES:
        path = each.path or "/wallet?player=p_demo_1&currency=EUR"
        page.goto(start + path)
        found += faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert found == []
