"""A run is written so that two can be compared, and read back as what was measured."""

import io
import json
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from benchmarks.figures import report, results
from benchmarks.figures.budgets import judged
from tests.support.benchmark import measured, run


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    results.write(judged(measured()), path)
    assert results.read(path) == run()
    assert path.read_text().endswith("}\n")


def test_what_the_typed_view_does_not_name_is_kept_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    results.write({**measured(), "more": {"cpu_ms": 1.23456}}, path)
    assert json.loads(path.read_text())["more"] == {"cpu_ms": 1.235}


def test_rounding_keeps_four_digits_of_a_float_and_all_of_a_count() -> None:
    assert results.rounded({"a": [0.000123456, 123456.7], "b": 1_234_567}) == {
        "a": [0.0001235, 123500.0],
        "b": 1_234_567,
    }


def test_a_figure_of_another_type_is_refused_by_name() -> None:
    raw = measured()
    raw["variants"]["wallet"]["cold"]["init_ms"] = "fast"
    with pytest.raises(msgspec.ValidationError, match=r"cold.init_ms"):
        results.parse(raw)


def test_two_runs_differ_in_their_digest(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    results.write(measured(), first)
    results.write({**measured(), "taken_at": "2026-01-02T00:00:00Z"}, second)
    assert results.digest(first) != results.digest(second)


def test_the_report_shows_every_variant_every_budget_and_what_is_missed() -> None:
    raw = measured()
    raw["wallet"]["round_trips"]["bet"] = 3
    judged_run = results.parse(judged(raw))
    printed = io.StringIO()
    report.show(judged_run, Console(file=printed, width=200))
    text = printed.getvalue()
    assert all(variant.title in text for variant in judged_run.variants.values())
    assert all(budget.name in text for budget in judged_run.budgets)
    assert text.count("MISSED") == 1
    assert "320 (x0.50)" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0"), (0.123, "0.12"), (12.34, "12.3"), (1234.5, "1,234"), (7.0, "7")],
)
def test_a_figure_is_shown_with_three_digits(value: float | None, text: str) -> None:
    assert report.figure(value) == text
