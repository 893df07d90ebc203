"""The operators' levers on Flexsoft: the red button, allow lists, and what is counted of each."""

import json
from typing import Any

import pytest

from testing.hooks import load_function
from tests.functional.flexsoft.partner import INTEGRATION, Partner
from tests.functional.ops.console import Console


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the one line of a request."""
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    found: dict[str, Any] = line
    return found


@pytest.mark.parametrize("whose", [(), ("--integration", INTEGRATION)], ids=["all", "one"])
def test_the_red_button_stops_bets_and_launches_and_nothing_that_is_owed(
    partner: Partner, whose: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        bet = {"provider_tx_id": f"b{number}", "round_id": f"r{number}"}
        assert partner.bet(1_000, **bet).status == 200
    for what in ("bets", "sessions"):
        Console(partner.world).json("switch", what, "off", "--reason", "a test", *whose)
    partner.handler = load_function("flexsoft")
    capsys.readouterr()

    assert partner.bet(1_000).json["message"].startswith("bets_disabled: ")
    line = counted(capsys)
    facts = [line[name] for name in ("action", "outcome", "integration", "Requests")]
    assert facts == ["bet", "bets_disabled", INTEGRATION, 1]
    assert partner.win(3_000, round_id="r1").status == 200
    assert partner.roll_back("b2").status == 200
    assert partner.close_round("r1").status == 200
    assert partner.balance().status == 200
    partner.desk.clock.sleep(61)  # what the launch knows of integrations is a minute old at most
    made = partner.desk.launch(session_id="another")
    assert (made.status, made.error) == (503, "sessions_disabled")


def test_an_address_that_is_not_on_the_integrations_list_is_refused(
    partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    ops = Console(partner.world)
    ops.json("integration", "allow-ip", INTEGRATION, "203.0.113.0/24")
    partner.handler = load_function("flexsoft")
    capsys.readouterr()
    assert partner.bet(1_000).json["message"].startswith("ip_not_allowed: ")
    line = counted(capsys)
    assert (line["OtherRefusals"], line["integration"]) == (1, INTEGRATION)
    ops.json("integration", "allow-ip", INTEGRATION, "192.0.2.0/24")
    partner.handler = load_function("flexsoft")
    assert partner.bet(1_000).status == 200


def test_a_disabled_integration_is_counted_as_an_unknown_key(
    partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    Console(partner.world).json("integration", "disable", INTEGRATION)
    partner.handler = load_function("flexsoft")
    capsys.readouterr()
    assert partner.bet(1_000).status == 401
    assert counted(capsys)["UnknownKeys"] == 1
