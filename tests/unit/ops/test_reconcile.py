"""A provider's report against the ledger: exactly what differs is named, and nothing is skipped."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casino.base.money import to_major
from casino.wallet.model import Entry, Tombstone, Transaction
from ops.errors import OpsError
from ops.reconcile.compare import Booked, Books, Comparison, booked
from ops.reconcile.report import STATES, BadLine, Format, Line, read_report
from testing.casinos import furnish
from testing.fakes import FakeWorld
from testing.transactions import a_bet, a_refund, a_win, commit_of

FORM = Format({}, STATES)
AT = "2026-03-01T12:00:00Z"
DAY = (1_772_323_200.0, 1_772_409_600.0)

type Row = dict[str, Any]
type Write = Callable[[Path, list[Row]], None]


def as_csv(file: Path, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", "type", "amount", "time"])
        writer.writeheader()
        writer.writerows(rows)


def as_array(file: Path, rows: list[Row]) -> None:
    numbers = [row | {"amount": "@" + row["amount"] + "@"} for row in rows]
    text = json.dumps(numbers, indent=1).replace('"@', "").replace('@"', "")
    file.write_text(text, "utf-8")


def as_lines(file: Path, rows: list[Row]) -> None:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def compared(file: Path, period: dict[str, Booked], form: Format = FORM) -> Comparison:
    return Books(*DAY, period, lambda _: {}).compare(read_report(file, form))


def told(found: Comparison) -> list[tuple[str, str]]:
    return sorted((each.code, each.transaction_id) for each in found.differences)


IDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
BOOKED = st.builds(
    Booked,
    st.sampled_from(("bet", "win", "refund", "hold", "settle")),
    st.just("bet"),
    st.integers(0, 10**12),
    st.sampled_from(("EUR", "JPY", "BHD", "ETH")),
    st.just(True),
)
PLANTS = ("missing_here", "missing_there", "amount_differs", "type_differs", "duplicate", "state")


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(IDS, BOOKED, min_size=1, max_size=12),
    st.lists(st.sampled_from(PLANTS), max_size=6),
    st.sampled_from((as_csv, as_array, as_lines)),
    st.data(),
)
def test_a_report_with_planted_differences_is_told_exactly_these(
    tmp_path_factory: pytest.TempPathFactory,
    period: dict[str, Booked],
    plants: list[str],
    write: Write,
    data: st.DataObject,
) -> None:
    rows = {
        name: {
            "id": name,
            "type": each.kind,
            "amount": to_major(each.amount_minor, each.currency),
            "time": AT,
        }
        for name, each in period.items()
    }
    lines, expected, free = list(rows.values()), [], sorted(rows)
    for number, plant in enumerate(plants):
        if plant == "missing_here":
            name = f"new {number}"
            lines.append({"id": name, "type": "bet", "amount": "1.00", "time": AT})
            expected.append((plant, name))
        elif free:
            name = free.pop(data.draw(st.integers(0, len(free) - 1)))
            expected.append(_plant(plant, name, rows[name], lines, period))
    file = tmp_path_factory.mktemp("report") / "report"
    (write if lines else as_array)(file, data.draw(st.permutations(lines)))
    found = compared(file, period)
    assert told(found) == sorted(expected)
    assert found.lines == len(lines)


def _plant(
    plant: str, name: str, row: Row, lines: list[Row], period: dict[str, Booked]
) -> tuple[str, str]:
    match plant:
        case "missing_there":
            lines.remove(row)
        case "amount_differs":
            more = period[name].amount_minor + 1
            row["amount"] = to_major(more, period[name].currency)
        case "type_differs":
            row["type"] = "rollback"
        case "duplicate":
            lines.append(dict(row))
        case "state":
            period[name] = replace(period[name], moved=False)
            return "state_differs", name
    return plant, name


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("b2,bet,1.00", "not_readable"),
        ("b2,bet,1.00,2026-03-01,more", "not_readable"),
        ('b2,bet,"1.00,2026-03-01', "not_readable"),
        (",bet,1.00,2026-03-01", "missing_field"),
        ("b2,bet,,2026-03-01", "missing_field"),
        ('b2,bet,"1,00",2026-03-01', "bad_amount"),
        ("b2,bet,-1.00,2026-03-01", "bad_amount"),
        ("b2,bet,NaN,2026-03-01", "bad_amount"),
        ("b2,bet,1e3,2026-03-01", "bad_amount"),
        ("b2,bet,1.00,yesterday", "bad_time"),
    ],
)
def test_a_bad_line_of_csv_is_named_by_its_number(tmp_path: Path, line: str, code: str) -> None:
    file = tmp_path / "report.csv"
    file.write_text(f"id,type,amount,time\nb1,bet,1.00,{AT}\n{line}\n", "utf-8")
    good, bad = read_report(file, FORM)
    assert isinstance(good, Line)
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.code) == (3, code)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": "b2", "type": ', "not_readable"),
        ('{"id": "b2", "id": "b3"}', "not_readable"),
        ("7", "not_readable"),
        ('{"id": "b2", "type": "bet", "time": 1772323200}', "missing_field"),
        ('{"id": "b2", "type": "bet", "amount": 1E+999999999, "time": 1}', "bad_amount"),
        ('{"id": "b2", "type": "bet", "amount": NaN, "time": 1}', "bad_amount"),
        ('{"id": "b2", "type": "bet", "amount": true, "time": 1}', "bad_amount"),
        ('{"id": "b2", "type": "bet", "amount": 1, "time": 1, "state": "odd"}', "bad_state"),
    ],
)
def test_a_bad_line_of_json_is_named_and_the_next_one_is_read(
    tmp_path: Path, line: str, code: str
) -> None:
    file = tmp_path / "report.json"
    good = json.dumps({"id": "b1", "type": "bet", "amount": "1.00", "time": AT})
    file.write_text(f"{good}\n{line}\n{good}\n", "utf-8")
    first, bad, last = read_report(file, FORM)
    assert isinstance(first, Line)
    assert isinstance(bad, BadLine)
    assert isinstance(last, Line)
    assert (bad.number, bad.code, last.number) == (2, code, 3)


def test_bytes_that_are_no_text_and_nesting_without_end_are_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_bytes(b"id,type,amount,time\n\xff,bet,1.00,2026-03-01\n")
    (bad,) = read_report(file, FORM)
    assert isinstance(bad, BadLine)
    assert bad.detail == "not UTF-8"
    file.write_text('{"id": ' * 100_000, "utf-8")
    (bad,) = read_report(file, FORM)
    assert isinstance(bad, BadLine)


def test_small_and_large_amounts_stay_exact(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text('[{"id":"a","type":"bet","amount":0.000000000000000001,"time":1}]', "utf-8")
    period = {"a": Booked("bet", "bet", 1, "ETH", moved=True)}
    assert told(compared(file, period)) == []


def test_a_head_without_a_column_ends_the_reading(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("number,type,amount,time\n", "utf-8")
    with pytest.raises(OpsError) as refused:
        list(read_report(file, FORM))
    assert refused.value.code == "bad_report"
    named = replace(FORM, columns={"id": "number"})
    assert list(read_report(file, named)) == []


def test_bare_times_are_of_the_zone_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("id,type,amount,time\na,bet,1,2026-03-01T00:30:00\n", "utf-8")
    assert [line.at for line in lines_of(file, FORM)] == [(DAY[0] + 1800,)]
    berlin = replace(FORM, zone="Europe/Berlin")
    assert [line.at for line in lines_of(file, berlin)] == [(DAY[0] - 1800,)]
    assert compared(file, {}, berlin).outside == 1
    assert told(compared(file, {})) == [("missing_here", "a")]


def test_a_time_at_which_clocks_are_set_back_is_of_the_period_if_either_moment_is(
    tmp_path: Path,
) -> None:
    file, second = tmp_path / "report", 1_792_890_000.0
    file.write_text("id,type,amount,time\na,bet,1,2026-10-25T02:30:00\n", "utf-8")
    lines = list(lines_of(file, replace(FORM, zone="Europe/Berlin")))
    for since in (second - 3600, second):
        found = Books(since, since + 3600, {}, lambda _: {}).compare(lines)
        assert told(found) == [("missing_here", "a")]
    assert Books(second + 3600, second + 7200, {}, lambda _: {}).compare(lines).outside == 1


def lines_of(file: Path, form: Format) -> Iterator[Line]:
    yield from (line for line in read_report(file, form) if isinstance(line, Line))


def test_what_the_period_lacks_is_looked_up_before_it_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "report"
    as_csv(file, [{"id": "a", "type": "bet", "amount": "2.50", "time": AT}])
    asked: list[str] = []

    def find(ids: Iterable[str]) -> dict[str, Booked]:
        asked.extend(ids)
        return {"a": Booked("bet", "bet", 250, "EUR", moved=True)}

    assert Books(*DAY, {}, find).compare(read_report(file, FORM)).differences == []
    assert asked == ["a"]


def test_what_was_refused_on_both_sides_is_no_difference(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text(f"id,type,amount,time,state\na,bet,2.50,{AT},Rejected\n", "utf-8")
    refused = Booked("bet", "bet", 250, "EUR", moved=False)
    assert told(compared(file, {"a": refused, "b": refused})) == []
    assert told(compared(file, {})) == []


def applied(*requests: Transaction) -> Iterator[Entry]:
    casino = FakeWorld()
    furnish(casino)
    for request in requests:
        snapshot = casino.ledger.load(request)
        commit = commit_of(snapshot, request)
        assert casino.ledger.commit(commit, snapshot) is None
        yield commit.entry


def test_a_refund_counts_with_what_it_gave_back() -> None:
    entries = list(applied(a_bet(), a_refund(), a_win(type="jackpot")))
    found = [booked(entry) for entry in entries]
    assert [(each.kind, each.amount_minor) for each in found if each] == [
        ("bet", 250),
        ("refund", 250),
        ("win", 500),
    ]
    repeated = replace(entries[1], postings=(), amount_minor=250)
    assert booked(repeated) == Booked("refund", "bet", 0, "EUR", moved=True)


def test_a_bet_that_a_tombstone_bars_moved_nothing() -> None:
    stone = Tombstone("sandbox", "bet-9", "ref-9", "p1", "EUR", AT, 409, "{}")
    assert booked(stone) == Booked("bet", "bet", 0, "EUR", moved=False)
