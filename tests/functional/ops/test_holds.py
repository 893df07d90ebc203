"""Operators connect WinUpGo, list what is held, and release what was forgotten."""

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from testing.clock import FakeClock
from testing.hooks import Caller
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console
from tests.functional.wallet.interrupted import Wire
from tests.functional.winupgo.partner import INTEGRATION, Partner, connect
from tests.functional.winupgo.test_cases import said


@pytest.fixture
def partner(world: World) -> Partner:
    return connect(world)


def test_open_holds_are_listed_and_ended_ones_are_not(world: World, partner: Partner) -> None:
    ops = Console(world)
    assert ops.json("hold", "list")["holds"] == []
    partner.authorize("k1")
    partner.authorize("k2", "1.00", bet_id="b2")
    partner.settle("k3")
    (held,) = ops.json("hold", "list")["holds"]
    assert (held["bet_id"], held["integration"]) == ("b2", INTEGRATION)
    assert ops.json("hold", "list", "--older-than", "1")["holds"] == []


def test_rounds_that_nobody_ended_stand_beside_the_holds(
    world: World, partner: Partner, hook: Caller
) -> None:
    play = Play(world, hook, player_id="ann", session_id=world.player("ann"))
    later = Console(world, clock=FakeClock(time.time() + 90_000))
    partner.authorize("k1")
    play.bet("1.00", round_id="open")
    play.bet("1.00", round_id="open")
    play.bet("1.00", round_id="finished")
    play.win("0.00", round_id="finished", finished=True)
    play.bet("1.00", round_id="paid")
    play.win("2.00", round_id="paid")
    play.bet("1.00", round_id="refunded")
    play.refund("1.00", play.sent[-1]["transaction_id"])
    play.win("2.00", round_id="without a bet")
    assert Console(world).json("ledger", "open", "--older-than", "24h")["open"] == []
    found = later.json("ledger", "open", "--older-than", "1d")["open"]
    assert [(each["what"], each["id"], each["stands"]) for each in found] == [
        ("hold", "b1", "2.50 held"),
        ("round", "open", "2 bets"),
    ]
    assert all(each["age_s"] >= 86_400 for each in found)
    alone = ("ledger", "open", "--older-than", "90m", "--integration", "sandbox")
    assert [each["what"] for each in later.json(*alone)["open"]] == ["round"]
    assert Console(world)("ledger", "open", "--older-than", "a while").code == 2


def test_a_released_hold_is_the_players_and_never_settled(world: World, partner: Partner) -> None:
    ops = Console(world)
    partner.authorize("k1")
    words = ("hold", "release", INTEGRATION, "b1", "--reason", "the studio forgot it")
    assert ops.json(*words)["bet_id"] == "b1"
    assert partner.money == (100_000, 0)
    assert said(partner.settle("k2")) == (409, "BET_ROLLED_BACK")
    assert said(partner.roll_back("k3")) == (200, "rolled_back")
    assert ops.json(*words)["bet_id"] == "b1"
    records = ops.json("audit", "--player", "player-912")["records"]
    assert [each["reason"] for each in records if each["what"] == "rollback"] == [
        "the studio forgot it"
    ]
    assert partner.faults == set()


def test_a_release_that_a_settlement_overtakes_gives_nothing_back(
    world: World, partner: Partner
) -> None:
    partner.authorize("k1")
    wire = Wire(world.client)
    wire.before["transact_write_items"] = lambda: partner.settle("k2")
    words = ("hold", "release", INTEGRATION, "b1", "--reason", "the studio died")
    assert "bet_already_settled" in Console(replace(world, client=wire))(*words, "--json").out
    assert partner.money == (100_250, 0)
    assert said(partner.settle("k2")) == (200, "credited")
    records = Console(world).json("audit", "--player", "player-912")["records"]
    (asked,) = [each for each in records if each["what"] == "rollback"]
    assert asked["detail"].endswith("refused: bet_already_settled")
    assert partner.faults == set()


def test_what_a_dead_studio_left_is_listed_released_and_proven(
    world: World, partner: Partner
) -> None:
    """Whatever it sends when it is back, once more and in any order, moves nothing."""
    ops = Console(world, clock=FakeClock(time.time() + 90_000))
    partner.authorize("k1")
    partner.authorize("k2", "1.00", bet_id="b2")
    held = ops.json("hold", "list", "--older-than", "24")["holds"]
    assert [(each["bet_id"], each["amount"]) for each in held] == [
        ("b1", Decimal("2.50")),
        ("b2", Decimal("1.00")),
    ]
    assert held[0]["age_s"] >= 86_400
    ops.json("hold", "release", INTEGRATION, "b1", "--reason", "the studio died")
    assert [each["bet_id"] for each in ops.json("hold", "list")["holds"]] == ["b2"]
    late = partner.settle("k3")
    assert (said(late), partner.settle("k3").text) == ((409, "BET_ROLLED_BACK"), late.text)
    assert said(partner.authorize("k1")) == (200, "authorized")
    assert said(partner.authorize("k4")) == (409, "DUPLICATE")
    assert said(partner.settle("k5", bet_id="b2")) == (200, "credited")
    assert partner.money == (100_000 - 100 + 500, 0)
    assert ops.json("hold", "list")["holds"] == []
    assert ops("ledger", "verify", "--all").code == 0


def test_what_is_not_held_is_not_released(world: World, partner: Partner) -> None:
    ops = Console(world)
    assert ops("hold", "release", INTEGRATION, "b9", "--reason", "x").code == 1
    partner.authorize("k1")
    partner.settle("k2")
    assert ops("hold", "release", INTEGRATION, "b1", "--reason", "x").code == 1
    assert partner.money == (100_250, 0)


def test_an_operator_says_whose_an_integration_is(world: World, partner: Partner) -> None:
    words = ("integration", "access", INTEGRATION, "--brand", "brand-8", "--area", "EU")
    verb = (*words, "--provider", "studio", "--client", "client-2")
    Console(world)(*verb, "--opens-sessions")
    found = world.registry.get(INTEGRATION)
    assert found is not None
    assert (found.access.brand_id, found.access.opens_sessions) == ("brand-8", True)
    console = Console(world)
    assert console.error(*verb, "--certificate", "abc") == "invalid_request"
    assert console.error(*verb, "--client", "") == "invalid_request"
    console(*verb, "--certificate", "AB" * 32)
    records = console.json("audit", "--integration", INTEGRATION)["records"]
    told = f"studio of brand-8 in EU, client client-2, certificate {'ab' * 32}"
    assert told in [record["new"] for record in records]


def test_an_operator_can_check_its_signatures(
    world: World, partner: Partner, tmp_path: Path
) -> None:
    body = b'{"bet_id":"b1"}'
    file = tmp_path / "body"
    file.write_bytes(body)
    path = "/winupgo/v1/bets/rollback"
    sent = partner.sign(path, "k1", body)
    given = [item for pair in sent.items() for item in ("-H", ": ".join(pair))]
    ops = Console(world, clock=FakeClock(time.time()))
    words = ("verify-signature", str(file), "--integration", INTEGRATION, *given)
    assert ops(*words, "--path", path, "--json").json["verdict"] == "accepted"
    assert ops(*words, "--path", "/other", "--json").json["verdict"] == "invalid_signature"
