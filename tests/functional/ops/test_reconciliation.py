"""Operators compare a provider's report with the ledger."""

import json
from pathlib import Path

from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console

PERIOD = ("--integration", "sandbox", "--from", "2020-01-01", "--to", "2999-01-01")


def report_of(play: Play, file: Path) -> list[dict[str, str]]:
    """Write what the player's provider would report; return its rows."""
    rows = [
        {
            "id": str(sent["transaction_id"]),
            "type": str(sent["action"]),
            "amount": str(sent["amount"]),
            "time": "2026-03-01T12:00:00Z",
        }
        for sent in play.sent
    ]
    file.write_text(json.dumps(rows), "utf-8")
    return rows


def test_a_report_that_fits_ends_with_0_and_one_that_does_not_with_1(
    world: World, play: Play, tmp_path: Path
) -> None:
    ops, file = Console(world), tmp_path / "report.json"
    bet = play.bet("2.50", round_id="r1")
    assert bet.status == 200
    play.refund("2.50", play.sent[0]["transaction_id"])
    play.win("5.00", round_id="r2")
    play.refund("1.00", "a bet that never came")
    rows = report_of(play, file)
    refused = ops("reconcile", str(file), *PERIOD, "--json")
    assert refused.code == 1
    (only,) = refused.json["differences"]
    assert (only["code"], only["transaction_id"]) == ("state_differs", rows[3]["id"])
    file.write_text(json.dumps(rows[:3]), "utf-8")
    assert ops.json("reconcile", str(file), *PERIOD)["matched"] == 3
    rows[0]["amount"] = "2.51"
    file.write_text(json.dumps(rows[:2]), "utf-8")
    said = ops("reconcile", str(file), *PERIOD, "--format", "csv")
    assert said.code == 1
    assert said.out.splitlines() == [
        "difference,line,transaction,ours,theirs",
        f"amount_differs,1,{rows[0]['id']},bet 2.50 EUR,bet 2.51",
        f"missing_there,,{rows[2]['id']},win 5.00 EUR,",
    ]
    assert "2 lines, 1 match, 0 outside, 2 differences" in ops("reconcile", str(file), *PERIOD).out


def test_an_id_of_another_day_is_found_all_the_same(
    world: World, play: Play, tmp_path: Path
) -> None:
    ops, file = Console(world), tmp_path / "report.json"
    play.bet("2.50", round_id="r1")
    report_of(play, file)
    other = ("--integration", "sandbox", "--from", "2026-03-01", "--to", "2026-03-02")
    assert ops.json("reconcile", str(file), *other)["matched"] == 1


def test_the_cashiers_own_list_is_compared_as_the_platforms(
    world: World, play: Play, tmp_path: Path
) -> None:
    ops, file = Console(world), tmp_path / "report.csv"
    ops.json("player", "fund", play.player_id, "EUR", "10.00", "--transaction-id", "pay-1")
    file.write_text("no;what;money;when\npay-1;topup;1000;2026-03-01\n", "utf-8")
    words = ("--integration", "platform", *PERIOD[2:], "--delimiter", ";", "--minor")
    names = ("id=no", "type=what", "amount=money", "time=when")
    columns = [word for name in names for word in ("--column", name)]
    said = ops("reconcile", str(file), *words, *columns, "--type", "topup=deposit", "--json")
    assert [each["code"] for each in said.json["differences"]] == ["missing_there"]
    assert said.json["matched"] == 1  # the other one is the deposit that the player came with


def test_what_is_typed_wrongly_is_said(world: World, tmp_path: Path) -> None:
    ops, file = Console(world), tmp_path / "report.csv"
    file.write_text("id,type,amount,time\n", "utf-8")
    nobody = ("--integration", "nobody", *PERIOD[2:])
    assert ops.error("reconcile", str(file), *nobody) == "integration_not_found"
    assert ops.error("reconcile", str(file), *PERIOD, "--column", "x=y") == "invalid_request"
    assert ops.error("reconcile", str(file), *PERIOD, "--state", "x=y") == "invalid_request"
    assert ops("reconcile", str(file), *PERIOD, "--time-zone", "Mars/Base").code == 2
    assert ops("reconcile", str(file), *PERIOD, "--format", "xml").code == 2


def test_a_period_that_ends_before_it_begins_is_refused(
    world: World, play: Play, tmp_path: Path
) -> None:
    """Else every line were of another time, and nothing would differ."""
    file = tmp_path / "report.json"
    play.bet("2.50", round_id="r1")
    report_of(play, file)
    period = ("--integration", "sandbox", "--from", "2026-03-02", "--to", "2026-03-01")
    assert Console(world).error("reconcile", str(file), *period) == "invalid_request"
