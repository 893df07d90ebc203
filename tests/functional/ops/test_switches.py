"""The red button: new sessions and bets stop; what is owed, and the balance, go on."""

from decimal import Decimal

import pytest

from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import GAME, World
from tests.functional.ops.console import Console
from tests.functional.ops.scenes import SOON

WHY = ("--reason", "a faulty game")


@pytest.fixture
def fresh(world: World, play: Play) -> Play:
    """The same player in an execution environment that has not read the switches yet."""
    play.bet("5.00", transaction_id="before")
    return Play(world, Caller(load_function("hooks")), session_id=play.session_id)


def open_session(ops: Console) -> tuple[str, ...]:
    return ("session", "open", "player-912", "EUR", "--game", GAME)


@pytest.mark.parametrize("whose", [(), ("--integration", "sandbox")], ids=["all", "one"])
def test_bets_stop_and_everything_else_goes_on(
    ops: Console, fresh: Play, whose: tuple[str, ...]
) -> None:
    assert "effective_at" in ops.json("switch", "bets", "off", *WHY, *whose)
    refused = fresh.bet("1.00")
    assert (refused.status, refused.error) == (409, "bets_disabled")
    assert fresh.win("2.00").balance == Decimal("997.00")
    assert fresh.refund("5.00", "before").balance == Decimal("1002.00")
    assert fresh.cash() == Decimal("1002.00")
    assert ops(*open_session(ops)).code == 0
    ops.json("switch", "bets", "on", *WHY, *whose)
    again = Play(fresh.world, Caller(load_function("hooks")), session_id=fresh.session_id)
    assert again.bet("1.00").status == 200


@pytest.mark.parametrize("whose", [(), ("--integration", "sandbox")], ids=["all", "one"])
def test_new_sessions_stop_and_play_in_open_ones_goes_on(
    ops: Console, fresh: Play, whose: tuple[str, ...]
) -> None:
    ops.json("switch", "sessions", "off", *WHY, *whose)
    assert ops.error(*open_session(ops)) == "sessions_disabled"
    assert fresh.bet("1.00").status == 200
    assert fresh.win("1.00").status == 200
    ops.json("switch", "sessions", "on", *WHY, *whose)
    assert ops(*open_session(ops)).code == 0


def test_a_switch_of_another_integration_stops_nobody_else(ops: Console, fresh: Play) -> None:
    ops.json("integration", "add", "acme")
    ops.json("switch", "bets", "off", *WHY, "--integration", "acme")
    assert fresh.bet("1.00").status == 200


def test_on_for_one_does_not_overrule_off_for_all(ops: Console, fresh: Play) -> None:
    ops.json("switch", "bets", "off", *WHY)
    said = ops.json("switch", "bets", "on", *WHY, "--integration", "sandbox")
    assert said["changed"] is False
    assert fresh.bet("1.00").error == "bets_disabled"
    assert ops.json("integration", "show", "sandbox")["bets_enabled"] is False
    assert "bets of all integrations are off" in ops("integration", "list").out


def test_a_switch_that_stands_so_already_leaves_no_record(ops: Console) -> None:
    for _ in range(2):
        ops.json("switch", "bets", "off", *WHY)
        ops.clock.sleep(1)  # the audit tells records of one moment in no order
        ops.json("switch", "sessions", "off", *WHY, "--integration", "sandbox")
    whats = [record["what"] for record in ops.json("audit")["records"]]
    assert whats == ["switch bets", "switch launches"]
    assert "already" in ops("switch", "bets", "off", *WHY).out


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_request", ("bets", "maybe", *WHY)),
        ("invalid_request", ("bets", "off", *WHY, "--until", "tomorrow")),
        ("integration_not_found", ("bets", "off", *WHY, "--integration", "nobody")),
        ("brand_not_found", ("bets", "off", *WHY, "--brand", "nobody")),
    ],
)
def test_what_cannot_be_switched_is_said(ops: Console, code: str, words: tuple[str, ...]) -> None:
    assert ops("switch", "wins", "off", *WHY).code == 2
    assert ops.error("switch", *words) == code
    assert ops.json("switch", "show") == {"off": []}


def test_o24_bets_of_a_brand_stop_until_their_end(ops: Console, fresh: Play) -> None:
    access = ("--brand", "acme", "--area", "eu", "--provider", "p", "--client", "c")
    ops.json("integration", "access", "sandbox", *access)
    said = ops.json("switch", "bets", "off", *WHY, "--brand", "acme", "--until", SOON)
    assert (said["brand"], said["until"]) == ("acme", SOON[:-4] + "000Z")
    refused = fresh.bet("1.00", transaction_id="refused")
    assert refused.error == "bets_disabled"
    assert fresh.win("2.00").status == 200
    assert ops.json("integration", "show", "sandbox")["bets_enabled"] is False
    [off] = ops.json("switch", "show")["off"]
    assert (off["switch"], off["of"], off["until"]) == ("bets", "brand acme", said["until"])
    assert (off["why"], off["who"]) == (WHY[1], ops.json("audit")["records"][-1]["who"])
    assert off["since"] in ops("switch", "show").out
    ops.json("switch", "bets", "on", *WHY, "--brand", "acme")
    assert "everything is on" in ops("switch", "show").out
    again = Play(fresh.world, Caller(load_function("hooks")), session_id=fresh.session_id)
    assert again.bet("1.00", transaction_id="refused").error == "bets_disabled", "it stays refused"
    assert again.bet("1.00").status == 200
