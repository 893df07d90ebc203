"""The operators' levers on WinUpGo: the red button, allow lists, and what is counted of each."""

import json
from typing import Any

import pytest

from testing.hooks import load_function
from testing.world import World
from tests.functional.ops.console import Console
from tests.functional.winupgo.partner import INTEGRATION, Partner
from tests.functional.winupgo.test_cases import said


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("whose", [(), ("--integration", INTEGRATION)], ids=["all", "one"])
def test_the_red_button_stops_holds_and_sessions_and_no_end_of_a_bet(
    world: World, partner: Partner, whose: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    partner.configure(opens_sessions=True)
    for number in (1, 2):
        assert partner.authorize(f"k{number}", bet_id=f"b{number}").status == 200
    for what in ("bets", "sessions"):
        Console(world).json("switch", what, "off", "--reason", "a test", *whose)
    partner.handler = load_function("winupgo")
    capsys.readouterr()

    assert said(partner.authorize("k3", bet_id="b3")) == (409, "BETS_DISABLED")
    (line,) = lines(capsys)
    counted = [line[name] for name in ("action", "outcome", "integration", "Requests")]
    assert counted == ["authorize", "bets_disabled", INTEGRATION, 1]
    assert said(partner.open_session("k4")) == (503, "SESSIONS_DISABLED")
    assert said(partner.settle("k5", bet_id="b1")) == (200, "credited")
    assert said(partner.roll_back("k6", bet_id="b2")) == (200, "rolled_back")
    assert said(partner.tell("k7")) == (200, "accepted")
    assert partner.money == (100_250, 0)


def test_an_address_that_is_not_on_the_integrations_list_is_refused(
    world: World, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    Console(world).json("integration", "allow-ip", INTEGRATION, "203.0.113.0/24")
    partner.handler = load_function("winupgo")
    capsys.readouterr()
    assert said(partner.authorize("k1")) == (403, "IP_NOT_ALLOWED")
    (line,) = lines(capsys)
    assert (line["OtherRefusals"], line["integration"]) == (1, INTEGRATION)
    Console(world).json("integration", "allow-ip", INTEGRATION, "192.0.2.0/24")
    partner.handler = load_function("winupgo")
    assert said(partner.authorize("k1")) == (200, "authorized")


def test_forged_signatures_and_unknown_keys_are_counted_for_their_alarms(
    world: World, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.secret_key = "somebody-elses"
    assert partner.authorize("k1").status == 401
    (line,) = lines(capsys)
    assert (line["SignatureFailures"], line["integration"]) == (1, INTEGRATION)
    Console(world).json("integration", "disable", INTEGRATION)
    partner.handler = load_function("winupgo")
    capsys.readouterr()
    assert partner.authorize("k1").status == 401
    (line,) = lines(capsys)
    assert line["UnknownKeys"] == 1
