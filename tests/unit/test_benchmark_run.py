"""A full run is kept and judged; a quick one leaves everything as it is and judges nothing."""

from typing import Any

import pytest

from benchmarks import __main__ as bench
from tests.support.benchmark import measured


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    monkeypatch.setattr(bench, "keep", runs.append)
    return runs


def run(monkeypatch: pytest.MonkeyPatch, raw: dict[str, Any], *options: str) -> int:
    monkeypatch.setattr(bench, "measure", lambda *, quick: raw)
    monkeypatch.setattr("sys.argv", ["benchmarks", *options])
    return bench.main()


def too_many_round_trips() -> dict[str, Any]:
    raw = measured()
    raw["wallet"]["round_trips"]["bet"] = 3
    return raw


def test_a_full_run_within_its_budgets_is_kept_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, kept: list[dict[str, Any]]
) -> None:
    assert run(monkeypatch, measured()) == 0
    assert len(kept) == 1


def test_a_full_run_that_misses_a_budget_is_kept_and_fails(
    monkeypatch: pytest.MonkeyPatch, kept: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, too_many_round_trips()) == 1
    assert len(kept) == 1
    assert "MISSED" in capsys.readouterr().out


def test_a_quick_run_prints_what_is_missed_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, kept: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, too_many_round_trips(), "--quick") == 0
    assert kept == []
    assert "MISSED" in capsys.readouterr().out
