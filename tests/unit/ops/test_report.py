"""`ops report` adds the lake up: each event once, exactly, and from nothing but the lake."""

import gzip
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from casino.wiring.stack import Stack
from ops.context import Operations
from ops.errors import OpsError
from ops.verbs import report
from testing.clock import FakeClock
from testing.template import PROJECT

SINCE, UNTIL = "2025-10-20", "2025-10-27"
_NUMBERS: Final = count()


def no_tables() -> Operations:
    """Return what the verbs get, of a stack that has no table and no client of any."""
    nothing: Any = None
    return Operations(Stack("test", nothing, ""), nothing, nothing, nothing, nothing)


def moved(kind: str, minor: int, currency: str = "EUR", **changes: Any) -> dict[str, Any]:
    """Return the event of what a wallet's entry moved."""
    way = "debit" if kind in ("bet", "hold") else "credit"
    money = {"amount": minor / 100, "currency": currency, "minor": str(minor)}
    names = {"integration": "acme", "kind": kind, "game_id": "wheel", "round_id": "r1"}
    more = changes.pop("payload", {})
    return {
        "event_type": f"wallet.{way}.completed",
        "schema_version": "1.0.0",
        "event_id": str(uuid4()),
        "occurred_at": "2025-10-23T16:21:05.000Z",
        "player_id": "ann",
        "payload": names | {"amount": money} | more,
    } | changes


def store(folder: Path, *events: dict[str, Any]) -> None:
    """Write events into one object for each type and day, as the lake has them."""
    for event in events:
        place = f"type={event['event_type']}/date={event['occurred_at'][:10]}"
        file = folder / "lake/tenant=b/region=EU" / place / f"{next(_NUMBERS):032x}.jsonl.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(json.dumps(event).encode() + b"\n"))


def rows(lake: Path, verb: Callable[..., Any] = report.revenue, **said: Any) -> list[Any]:
    answer = verb(no_tables(), SINCE, UNTIL, lake=lake, **said).data
    found: list[Any] = answer["rows"]
    return found


def test_revenue_is_stakes_less_refunds_and_wins_by_currency(tmp_path: Path) -> None:
    store(
        tmp_path,
        moved("bet", 250),
        moved("hold", 1000),
        moved("win", 100),
        moved("settle", 60),
        moved("refund", 250),
        moved("rollback", 40),
        moved("bet", 7, "JPY"),
        moved("deposit", 100_000),
        moved("withdrawal", 5, event_type="wallet.debit.completed"),
        moved("bet", 10_000_000, occurred_at="2025-10-27T00:00:00.000Z"),
        moved("bet", 10_000_000, occurred_at="2025-10-19T23:59:59.999Z"),
    )
    assert rows(tmp_path) == [
        {
            "currency": "EUR",
            "bets": 2,
            "stakes": Decimal("12.50"),
            "refunds": Decimal("2.90"),
            "wins": Decimal("1.60"),
            "ggr": Decimal("8.00"),
        },
        {"currency": "JPY", "bets": 1, "stakes": 7, "refunds": 0, "wins": 0, "ggr": 7},
    ]


def test_an_event_counts_once_however_often_and_in_however_many_versions_it_came(
    tmp_path: Path,
) -> None:
    bet = moved("bet", 250)
    store(tmp_path, bet, bet, bet | {"schema_version": "2.0.0", "payload": {}}, moved("win", 100))
    (row,) = rows(tmp_path)
    assert (row["bets"], row["ggr"]) == (1, Decimal("1.50"))


def test_amounts_are_exact_to_eighteen_decimals_and_thirty_digits(tmp_path: Path) -> None:
    minor = 999_999_999_999_999_999_999_999_999_999
    store(tmp_path, moved("bet", minor, "ETH"), moved("bet", 1, "ETH"), moved("win", 3, "ETH"))
    (row,) = rows(tmp_path)
    assert row["stakes"] == Decimal("1000000000000.000000000000000000")
    assert row["ggr"] == Decimal("999999999999.999999999999999997")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (moved("bet", 1, schema_version="2.0.0"), "unknown_version"),
        (moved("bet", 1, payload={"amount": {"amount": 1, "currency": "EUR"}}), "unreadable_lake"),
        (moved("bet", 1, payload={"amount": {"minor": "1.5"}}), "unreadable_lake"),
        (moved("bet", 1, payload={"amount": {"minor": "1"}}), "unreadable_lake"),
        (moved("bet", 1, "XXX"), "unreadable_lake"),
    ],
)
def test_what_cannot_be_counted_ends_the_report_instead_of_being_left_out(
    tmp_path: Path, event: dict[str, Any], code: str
) -> None:
    store(tmp_path, moved("bet", 250), event)
    with pytest.raises(OpsError) as caught:
        rows(tmp_path)
    assert caught.value.code == code


def test_revenue_by_game_and_by_provider_never_adds_currencies(tmp_path: Path) -> None:
    store(
        tmp_path,
        moved("bet", 250),
        moved("bet", 250, "USD"),
        moved("bet", 100, payload={"game_id": "cards", "integration": "other"}),
        moved("refund", 100, payload={"game_id": None}),
    )
    by_game = [(row["game"], row["currency"], row["ggr"]) for row in rows(tmp_path, by="game")]
    assert by_game == [
        (None, "EUR", Decimal("-1.00")),
        ("cards", "EUR", Decimal("1.00")),
        ("wheel", "EUR", Decimal("2.50")),
        ("wheel", "USD", Decimal("2.50")),
    ]
    by_provider = [(row["provider"], row["currency"]) for row in rows(tmp_path, by="provider")]
    assert by_provider == [("acme", "EUR"), ("acme", "USD"), ("other", "EUR")]


def test_activity_counts_players_sessions_rounds_and_bets(tmp_path: Path) -> None:
    session = {"integration": "acme", "currency": "EUR", "game_id": "wheel", "session_id": "s"}
    store(
        tmp_path,
        moved("bet", 1),
        moved("bet", 1),
        moved("bet", 1, player_id="bob"),
        moved("win", 1, player_id="cid"),
        moved("bet", 1, event_type="wallet.debit.refused", player_id="dan"),
        moved("deposit", 1),
        {**moved("x", 0), "event_type": "session.started", "payload": session},
    )
    assert rows(tmp_path, report.activity, by="provider") == [
        {
            "provider": "acme",
            "currency": "EUR",
            "players": 2,
            "sessions": 1,
            "rounds": 2,
            "bets": 3,
            "refused": 1,
        }
    ]


def test_an_empty_lake_is_said_in_words(tmp_path: Path) -> None:
    assert report.revenue(no_tables(), SINCE, lake=tmp_path).lines == [
        "nothing was played in this time"
    ]


def test_the_table_and_the_csv_have_the_same_cells(tmp_path: Path) -> None:
    store(tmp_path, moved("bet", 250), moved("win", 1000))
    shown = report.revenue(no_tables(), SINCE, UNTIL, lake=tmp_path).as_text()
    lines = report.revenue(no_tables(), SINCE, UNTIL, as_csv=True, lake=tmp_path).lines
    assert list(lines) == ["currency,bets,stakes,refunds,wins,ggr", "EUR,1,2.50,0.00,10.00,-7.50"]
    assert shown.split() == " ".join(lines).replace(",", " ").split()


def test_the_plot_has_a_panel_for_each_currency_and_a_bar_for_each_day(tmp_path: Path) -> None:
    store(tmp_path, moved("bet", 250), moved("win", 1000, "USD"))
    file = tmp_path / "plot.svg"
    report.revenue(no_tables(), SINCE, UNTIL, plot=file, lake=tmp_path)
    drawn = ET.parse(file).getroot()
    titles = [str(each.text) for each in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == "Gross gaming revenue by day"
    assert len(titles) == 1 + 2 * 7
    assert {"2025-10-23: 2.50 EUR", "2025-10-23: -10.00 USD", "2025-10-20: 0 USD"} <= set(titles)
    assert not any("2025-10-27" in title for title in titles)


def test_a_name_in_a_plot_is_text_and_no_markup(tmp_path: Path) -> None:
    store(tmp_path, moved("bet", 1, payload={"amount": {"minor": "1", "currency": "<b>&"}}))
    file = tmp_path / "plot.svg"
    report.activity(no_tables(), SINCE, UNTIL, plot=file, lake=tmp_path)
    assert "bets in <b>&" in [str(each.text) for each in ET.parse(file).iter()]


def test_nothing_is_read_of_days_and_types_that_are_not_asked_for(tmp_path: Path) -> None:
    store(tmp_path, moved("bet", 250))
    for place in ("type=wallet.debit.completed/date=2025-10-28", "type=other/date=2025-10-23"):
        file = tmp_path / "lake/tenant=b/region=EU" / place / "broken.jsonl.gz"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"no gzip")
    assert len(rows(tmp_path)) == 1


def test_the_reports_engine_ships_to_no_function() -> None:
    locks = [*(PROJECT / "layers").glob("*/requirements.txt")]
    assert {lock.parent.name for lock in locks} == {"shared", "cryptography", "proof"}
    assert [lock for lock in locks if "duckdb" in lock.read_text("utf-8")] == []


def test_a_stack_without_a_lake_says_so() -> None:
    with pytest.raises(OpsError, match="no lake"):
        report.revenue(no_tables(), SINCE, UNTIL)


def test_now_is_the_end_where_none_is_given(tmp_path: Path) -> None:
    store(tmp_path, moved("bet", 250))
    operations = no_tables()
    object.__setattr__(operations, "clock", FakeClock(1_761_300_000))
    assert report.revenue(operations, SINCE, lake=tmp_path).lines[0].startswith("currency")


def test_who_met_which_limit_is_counted_once_for_each_bet(tmp_path: Path) -> None:
    def hit(rule: str, at: str, player: str = "ann") -> dict[str, Any]:
        more: dict[str, Any] = {
            "event_type": "rg.limit.hit",
            "player_id": player,
            "payload": {"rule": rule},
        }
        return moved("bet", 500, occurred_at=f"2025-10-23T{at}:00.000Z", **more)

    twice = hit("rg_loss_limit", "10:00")
    store(tmp_path, twice, twice, hit("rg_loss_limit", "11:00"), hit("rg_cool_off", "09:00", "bea"))
    found = [tuple(row.values()) for row in rows(tmp_path, report.limits)]
    assert found == [
        ("ann", "EUR", "rg_loss_limit", 2, "2025-10-23T11:00:00.000Z"),
        ("bea", "EUR", "rg_cool_off", 1, "2025-10-23T09:00:00.000Z"),
    ]
    assert rows(tmp_path / "empty", report.limits) == []
