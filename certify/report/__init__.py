"""The report of a run: one dictionary, written as JSON, as a page to print, and as JUnit XML."""

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from certify.model import Result
from certify.report import junit, page
from certify.runner import Run
from certify.settings import Settings
from certify.slo import measured, verb_of

#: File → what writes it.
FILES: Final = {
    "report.json": lambda said: json.dumps(said, indent=1),
    "report.html": page.render,
    "report.xml": junit.render,
}
_VERDICTS: Final = ("passed", "failed", "observed", "skipped")


def build(
    run: Run, dialect: str, settings: Settings, tls: str, whole: bool = True
) -> dict[str, Any]:
    """Return all that is known of a run; no secret is in it.

    A part of the scenarios certifies nothing, nor does a run without some `must`; `complete` says
    that none was skipped at all.
    """
    rows = [_row(result) for result in run.results]
    by_severity = {
        severity: {
            verdict: sum((row["severity"], row["verdict"]) == (severity, verdict) for row in rows)
            for verdict in _VERDICTS
        }
        for severity in ("must", "should", "informs")
    }
    return {
        "kit": {"name": "certify", "version": _version()},
        "dialect": dialect,
        "url": settings.access.url,
        "run": run.id,
        "started": run.started,
        "ended": run.ended,
        "certified": whole and not any(by_severity["must"][v] for v in ("failed", "skipped")),
        "whole": whole,
        "complete": whole and not any(row["verdict"] == "skipped" for row in rows),
        "counts": by_severity,
        "slo": measured(run.results) | {"load": _load(run), "budgets": settings.rules.budgets},
        "security": _security(run, tls),
        "scenarios": rows,
    }


def write(said: Mapping[str, Any], folder: Path) -> None:
    """Write every form of the report into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in FILES.items():
        (folder / name).write_text(render(said), "utf-8")


def _row(result: Result) -> dict[str, Any]:
    scenario = result.scenario
    return {
        "id": scenario.id,
        "title": scenario.title,
        "proves": scenario.proves,
        "text": scenario.text,
        "severity": scenario.severity,
        "tags": list(scenario.tags),
        "steps": [step.text for step in scenario.steps],
        "remedy": scenario.remedy,
        "verdict": result.verdict,
        "faults": result.faults,
        "observed": result.observed,
        "seconds": round(result.seconds, 3),
        "figures": {name: round(value, 2) for name, value in result.figures.items()},
        "exchanges": [vars(e) | {"verb": verb_of(e)} for e in result.exchanges],
    }


def _load(run: Run) -> dict[str, float]:
    found = [r.figures for r in run.results if "per_second" in r.figures]
    return {name: round(value, 1) for name, value in found[0].items()} if found else {}


def _security(run: Run, tls: str) -> list[dict[str, str]]:
    """Return what was seen of transport, algorithms and rotation, and each scenario of it."""
    versions = sorted(
        {
            name.partition(":")[2]
            for result in run.results
            for name in result.figures
            if name.startswith("secret-version:")
        }
    )
    rows = [
        {"what": "transport", "seen": tls or "plain HTTP: no TLS"},
        {"what": "rotation", "seen": f"answers name the secret: {', '.join(versions)}"
         if versions else "no answer names a version of the secret"},
    ]  # fmt: skip
    for result in run.results:
        if "security" in result.scenario.tags:
            seen = result.observed or "; ".join(result.faults) or "as it must be"
            rows.append({"what": f"{result.scenario.id} {result.scenario.title}", "seen": seen})
    return rows


def _version() -> str:
    try:
        return version("seamless-wallet")
    except PackageNotFoundError:
        return "unknown"
