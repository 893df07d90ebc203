"""`ops scorecard`: the same figures from metrics and from the lines that they are made of."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from casino.base.clock import SystemClock
from casino.observability.hooks import HookTelemetry, RequestRecord
from casino.observability.provider_calls import ProviderTelemetry
from casino.providers.ports import ProviderCall, ProviderError
from ops.scorecard.figures import FIGURES
from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console

CALL = ProviderCall("sandbox", "POST", "/sessions", "request-1")


@pytest.fixture
def ops(world: World, capsys: pytest.CaptureFixture[str]) -> Console:
    """A stack on which an integration has played, and was called."""
    play = Play(world, Caller(load_function("hooks")), session_id=world.player("player-912"))
    play.bet("1.00", transaction_id="bet-1")
    play.again()
    play.bet("1.00", transaction_id="bet-2")
    play.refund("1.00", "bet-2", transaction_id="refund-2")
    play.refund("1.00", "bet-3", transaction_id="refund-3")
    play.bet("1.00", transaction_id="bet-3")
    hooks, calls = HookTelemetry("seamless-wallet"), ProviderTelemetry("seamless-wallet")
    for integration in ("sandbox", "other"):
        refused = RequestRecord("t", "bet", integration=integration, status=403)
        refused.outcome = "invalid_signature"
        hooks.request(refused, "request-1")
    for took_s in (0.1, 0.2, 0.3):
        calls.call_ended(CALL, took_s, "")
    for code, took_s in (("timeout", 8.0), ("circuit_open", 0.0), ("refused", 0.2)):
        error = ProviderError(f"provider_{code}")
        calls.call_failed(CALL, error)
        calls.call_ended(CALL, took_s, error.code)
    calls.count_by("CatalogueAgeSeconds", 240, integration="sandbox")
    calls.count("CatalogueAgeSeconds", 900)
    console = Console(world, clock=SystemClock())
    console.logs.write("hooks", "START RequestId", *capsys.readouterr().out.splitlines())
    return console


def figures(card: dict[str, Any]) -> dict[str, Any]:
    (only,) = card["integrations"]
    assert only["integration"] == "sandbox"
    found: dict[str, Any] = only["figures"]
    return found


def test_the_figures_are_what_was_counted(ops: Console) -> None:
    found = figures(ops.json("scorecard", "sandbox"))
    assert found.keys() == {figure.name for figure in FIGURES}
    assert found.pop("key_age_days") is not None
    assert found == {
        "calls": 6,
        "available_percent": Decimal("66.67"),
        "p50_ms": Decimal("200.00"),
        "p95_ms": Decimal("8000.00"),
        "errors_percent": Decimal("50.00"),
        "timeouts_percent": Decimal("16.67"),
        "requests": 6,
        "refunds_percent": Decimal("50.00"),
        "duplicates": 2,  # the late bet is answered from what its refund has left
        "late_bets": 1,
        "catalogue_age_s": Decimal("240.00"),
        "bad_signatures": 1,
    }


def test_a_line_for_each_figure_shows_when(ops: Console) -> None:
    lines = ops("scorecard", "sandbox", "--hours", "3").out.splitlines()
    assert re.fullmatch(r" +sandbox +the last 3 h", lines[0])
    assert len(lines) == 1 + len(FIGURES)
    (available,) = [line for line in lines if line.startswith("Available, %")]
    assert re.fullmatch(r"Available, % +66\.67 +▁", available)
    (duplicates,) = [line for line in lines if line.startswith("Duplicates")]
    assert re.fullmatch(r"Duplicates +2 +▁▁█", duplicates)


def test_all_integrations_stand_side_by_side(ops: Console) -> None:
    ops("integration", "add", "acme")
    head, calls, *_ = ops("scorecard").out.splitlines()
    assert head.split() == ["acme", "sandbox"]
    assert calls.split()[-2:] == ["0", "6"]


def test_a_picture_has_a_panel_for_each_figure(ops: Console, tmp_path: Path) -> None:
    file = tmp_path / "card.svg"
    ops("scorecard", "sandbox", "--plot", str(file))
    picture = file.read_text("utf-8")
    assert picture.count('class="axis"') == len(FIGURES)
    assert "66.67 available %" in picture


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nobody",), "integration_not_found"),
        (("sandbox", "--hours", "337"), "invalid_request"),
        (("--plot", "card.svg"), "invalid_request"),
        (("sandbox", "--plot", "/nowhere/card.svg"), "invalid_request"),
    ],
)
def test_what_cannot_be_shown_is_said(ops: Console, arguments: tuple[str, ...], code: str) -> None:
    assert ops.error("scorecard", *arguments) == code


@dataclass
class FakeCloudWatch:
    """Answers each search with what a metric's name has, a result to a page."""

    values: dict[str, float]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        number = int(request.get("NextToken", "0"))
        query = request["MetricDataQueries"][number]
        (name,) = re.findall(r'MetricName="(\w+)"', query["Expression"])
        known = [self.values[name]] if name in self.values else []
        at = datetime.fromtimestamp(request["StartTime"], UTC)
        result = {"Id": query["Id"], "Timestamps": [at] * len(known), "Values": known}
        more = number + 1 < len(request["MetricDataQueries"])
        return {"MetricDataResults": [result]} | ({"NextToken": str(number + 1)} if more else {})


@dataclass
class Somebody:
    """STS: a stack on AWS has callers with a name."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::111122223333:user/ann"}


def test_a_stack_on_aws_is_asked_for_its_metrics(world: World) -> None:
    metrics = FakeCloudWatch(
        {"ProviderCalls": 200, "ProviderUnanswered": 1, "ProviderMs": 120.5, "Requests": 50}
    )
    ops = Console(world, identity=Somebody(), aws=lambda service: metrics)
    found = figures(json.loads(ops("scorecard", "sandbox", "--json").out))
    assert (found["calls"], found["available_percent"], found["p95_ms"]) == (200, 99.5, 120.5)
    assert (found["timeouts_percent"], found["bad_signatures"], found["key_age_days"]) == (
        0,
        0,
        None,
    )
    whole = [query["Expression"] for query in metrics.asked[0]["MetricDataQueries"]]
    assert len(whole) == len(set(whole))
    asked = " ".join(whole)
    for figure in FIGURES:
        assert figure.of.expression("sandbox", 86_400) in asked
