"""The games of Flexsoft and WinUpGo in a real browser, played against the deployed stack."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from ops.verbs import gift, hold, ledger
from sandbox.flexsoft.part import GAMES, INTEGRATION, FlexsoftPart
from sandbox.up import Casino, open_seat
from sandbox.winupgo.part import INTEGRATION as WINUPGO
from sandbox.winupgo.part import WinupgoPart


@pytest.fixture
def player(casino: Casino) -> str:
    """A new player with EUR 100.00."""
    return open_seat(casino.operations, f"p_{uuid4().hex}", "EUR", "100.00").player_id


def money(casino: Casino, player: str) -> list[Decimal]:
    """What the wallet has, and what it holds."""
    wallet = casino.operations.accounts.wallet(player, "EUR")
    assert wallet is not None
    return [Decimal(minor) / 100 for minor in (wallet.balance_minor, wallet.held_minor)]


def play(page: Page, way: str, stake: str = "1.00") -> list[str]:
    """Play a round in a way; returns stake, win and balance as the log shows them."""
    rows = page.locator("#rounds tr")
    before = rows.count()
    page.locator("#stake").select_option(stake)
    page.locator("#way").select_option(way)
    page.locator("#spin").click()
    expect(rows).to_have_count(before + 1)
    expect(page.locator("#spin")).to_be_enabled()
    return rows.first.locator("td").all_inner_texts()[1:]


def play_until_a_win(page: Page) -> Decimal:
    """Play rounds of 1.00 until one wins; returns what all of them moved."""
    moved = Decimal(0)
    for _ in range(40):
        _, win, _ = play(page, "spin")
        moved += Decimal(win) - 1
        if Decimal(win):
            return moved
    raise AssertionError("no round wins")


def said(page: Page) -> list[str]:
    """Every request in view with its answer, the newest first."""
    page.locator("#wire").evaluate("element => { element.open = true }")
    return page.locator("#calls li").all_inner_texts()


def test_flexsofts_game_plays_every_action_and_shows_what_the_wallet_has(
    page: Page, casino: Casino, flexsoft: FlexsoftPart, player: str
) -> None:
    page.goto(flexsoft.game(player, "EUR"))
    expect(page.locator("#game")).to_have_text(GAMES[0])
    expect(page.locator("#balance")).to_have_text("100.00")
    expect(page.locator("#player")).to_have_text(player)

    left = 100 + play_until_a_win(page)
    assert money(casino, player) == [left, 0]
    expect(page.locator("#balance")).to_have_text(f"{left}")
    rounds = page.locator("#rounds tr").count()

    assert play(page, "rollback", "5.00") == ["5.00", "given back", f"{left}"]
    expect(page.locator("#result")).to_contain_text("your stake was given back")

    grant = gift.grant(
        casino.operations, f"g-{player}", player, "EUR", integration=INTEGRATION, game=GAMES[0],
        rounds=1, stake="0.20", begins="2026-01-01T00:00:00", ends="2099-01-01T00:00:00",
        who=casino.operations.who("a test"),
    )  # fmt: skip
    assert grant.exit_code == 0
    page.reload()
    expect(page.locator("#rounds tr")).to_have_count(rounds + 1)
    stake, free, balance = play(page, "free")
    assert (stake, Decimal(balance)) == ("0.20", left + Decimal(free))
    expect(page.locator("#way option[value=free]")).to_have_count(0)

    actions = {"BET", "WIN", "ROLL_BACK", "CLOSE_ROUND", "FREE_BET"}
    shown = said(page)
    assert {action for action in actions if any(f'"{action}"' in call for call in shown)} == actions
    assert all("x-signature: " in call and '{"code":200,' in call for call in shown)
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_winupgos_game_holds_settles_and_gives_back_and_a_studio_that_dies_loses_no_stake(
    page: Page, casino: Casino, winupgo: WinupgoPart, player: str
) -> None:
    page.goto(winupgo.game(player, "EUR"))
    expect(page.locator("#game")).to_have_text(winupgo.caller.game_id)
    expect(page.locator("#balance")).to_have_text("100.00")

    left = 100 + play_until_a_win(page)
    assert money(casino, player) == [left, 0]
    expect(page.locator("#balance")).to_have_text(f"{left}")
    assert play(page, "rollback", "5.00") == ["5.00", "given back", f"{left}"]

    assert play(page, "die", "5.00") == ["5.00", "held", f"{left - 5}"]
    assert money(casino, player) == [left - 5, 5]
    shown = page.locator("#rounds tr").count()
    page.reload()
    expect(page.locator("#rounds tr")).to_have_count(shown)
    stake, win, balance = play(page, "return")
    assert (stake, balance) == ("5.00", f"{left - 5 + Decimal(win)}")
    assert money(casino, player) == [left - 5 + Decimal(win), 0]
    expect(page.locator("#way option[value=return]")).to_have_count(0)

    wallet = money(casino, player)
    assert play(page, "die", "2.00")[1] == "held"
    listed = hold.list_(casino.operations).data
    assert isinstance(listed, dict)
    (bet,) = (each["bet_id"] for each in listed["holds"] if each["player_id"] == player)
    hold.release(casino.operations, WINUPGO, bet, who=casino.operations.who("a test"))
    assert play(page, "return")[1] == "given back"
    assert money(casino, player) == wallet

    calls = said(page)
    for resource in ("authorize", "settle", "rollback"):
        assert any(f"/winupgo/v1/bets/{resource}\n" in call for call in calls)
    assert all("signature-input: sig1=(" in call and "Bearer" not in call for call in calls)
    assert json.loads(calls[0].rpartition("409 ")[2])["code"] == "BET_ROLLED_BACK"
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_a_stake_above_the_balance_is_refused_in_words(
    page: Page, casino: Casino, flexsoft: FlexsoftPart, winupgo: WinupgoPart
) -> None:
    poor = open_seat(casino.operations, f"p_{uuid4().hex}", "EUR", "0.10").player_id
    for url in (flexsoft.game(poor, "EUR"), winupgo.game(poor, "EUR")):
        page.goto(url)
        assert play(page, "spin") == ["1.00", "refused", "0.10"]
        expect(page.locator("#message")).to_have_text("You have not enough money for this stake.")
