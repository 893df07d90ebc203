"""A full run is kept and judged; a quick one judges nothing; a failed part spoils no other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.figures.budgets import judged
from benchmarks.figures.results import Run, read
from testing.benchmark import measured


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    runs: list[Run] = []
    monkeypatch.setattr(bench, "keep", runs.append)
    return runs


def too_many_round_trips() -> Run:
    raw = measured()
    raw["wallet"]["round_trips"]["bet"] = 3
    return raw


def test_a_full_run_within_its_budgets_is_kept_and_succeeds(kept: list[Run]) -> None:
    assert bench.finish(measured(), quick=False) == 0
    assert kept == [judged(measured())]


def test_a_full_run_that_misses_a_budget_is_kept_and_fails(
    kept: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.finish(too_many_round_trips(), quick=False) == 1
    assert len(kept) == 1
    assert "MISSED" in capsys.readouterr().out


def test_a_quick_run_prints_what_is_missed_and_keeps_nothing(
    kept: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.finish(too_many_round_trips(), quick=True) == 0
    assert kept == []
    assert "MISSED" in capsys.readouterr().out


def part(*names: str) -> Callable[[], Run]:
    return lambda: {name: measured()[name] for name in names}


def fails() -> Run:
    raise TimeoutError("the machine is busy\nand more")


@pytest.mark.parametrize("quick", [True, False])
def test_a_part_that_fails_is_told_and_the_others_are_printed_and_kept(
    tmp_path: Path, kept: list[Run], capsys: pytest.CaptureFixture[str], quick: bool
) -> None:
    unfinished = tmp_path / "run.json"
    parts = [("one", part("wallet")), ("two", fails), ("three", part("growth", "variants"))]
    run = bench.measure(iter(parts), unfinished)
    assert {name: run[name] for name in ("wallet", "growth")} == part("wallet", "growth")()
    assert run["failed"] == {"two": "TimeoutError: the machine is busy"}
    assert read(unfinished)["growth"] == measured()["growth"]
    assert bench.finish(run, quick=quick) == 1
    assert kept == []
    printed = capsys.readouterr().out
    assert "two: TimeoutError: the machine is busy" in printed
    assert "1,000,000" in printed


def test_parts_add_to_what_is_known_of_a_variant(tmp_path: Path) -> None:
    parts: list[tuple[str, bench.Part]] = [
        ("one", lambda: {"variants": {"wallet": {"a": 1}}}),
        ("two", lambda: {"variants": {"wallet": {"b": 2}}}),
    ]
    run = bench.measure(iter(parts), tmp_path / "run.json")
    assert run["variants"] == {"wallet": {"a": 1, "b": 2}}
