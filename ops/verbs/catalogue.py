"""The catalogue: synchronise it now, and show what is stored of it."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from casino.catalogue.model import SHELVES
from casino.catalogue.run import Run
from ops.checks import existing_integration
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, fields, table

IntegrationOption = Annotated[
    str | None,
    typer.Option(help="One integration; none: every one that has a provider.", metavar="NAME"),
]

#: How long another run of the same integration is waited for, in seconds.
_PATIENCE_S: Final = 1800.0
_PAUSE_S: Final = 1.0


def sync(
    operations: Operations,
    integration: IntegrationOption = None,
    delta: Annotated[bool, typer.Option("--delta", help="Only what changed.")] = False,
    accept_drop: Annotated[
        bool, typer.Option("--accept-drop", help="The catalogue did shrink: no alarm.")
    ] = False,
) -> Output:
    """Synchronise through the deployed function, and wait for the outcome."""
    mode = "delta" if delta else "full"
    outcomes = [
        {"integration": name, **_run(operations, name, mode, accept_drop)}
        for name in _names(operations, integration)
    ]
    failed = any(outcome["status"] != "done" for outcome in outcomes)
    head = ("integration", "status", "mode", "records", "written", "unchanged", "quarantined")
    rows = [
        (
            outcome["integration"],
            outcome.get("code") or outcome["status"],
            outcome.get("mode", mode),
            outcome.get("records", 0),
            outcome.get("written", 0),
            outcome.get("unchanged", 0),
            outcome.get("drifted", 0) + outcome.get("orphaned", 0),
        )
        for outcome in outcomes
    ]
    lines = table(head, rows)
    if any(outcome.get("dropped") for outcome in outcomes):
        lines.append("The catalogue dropped unexpectedly: nothing was marked missing.")
    return Output({"runs": outcomes}, lines, int(failed))


def show(operations: Operations, integration: IntegrationOption = None) -> Output:
    """Show what is stored: counts by status, and how the last runs went."""
    statuses: Counter[str] = Counter()
    shelves: Counter[str] = Counter()
    missing = providers = 0
    runs = []
    for name in _names(operations, integration):
        for key in operations.catalogue.game_keys(name):
            statuses[key.status] += 1
            shelves[key.shelf] += 1
            missing += key.missing_runs > 0
        providers += len(operations.catalogue.providers(name))
        runs.append(_last_run(operations, name))
    data = {
        "games": statuses.total(),
        "providers": providers,
        "by_status": dict(sorted(statuses.items())),
        "by_shelf": {shelf: shelves[shelf] for shelf in SHELVES},
        "launchable": shelves["active"],
        "missing": missing,
        "quarantined": sum(run["quarantined"] for run in runs),
        "runs": runs,
    }
    lines = fields(
        [
            ("games", statuses.total()),
            ("providers", providers),
            *((f"  {status}", count) for status, count in sorted(statuses.items())),
            ("launchable", shelves["active"]),
            ("missing", missing),
            ("quarantined", data["quarantined"] if isinstance(data["quarantined"], int) else 0),
        ]
    )
    for run in runs:
        lines.append(f"{run['integration']}: last run finished {run['finished_at'] or 'never'}")
    return Output(data, lines)


def _names(operations: Operations, integration: str | None) -> list[str]:
    if integration is not None:
        if not existing_integration(operations, integration).provider.url:
            raise OpsError("no_provider", f"integration {integration} has no provider URL")
        return [integration]
    names = sorted(operations.registry.names())
    found = [name for name in names if existing_integration(operations, name).provider.url]
    if not found:
        raise OpsError("no_provider", "no integration has a provider URL")
    return found


def _run(operations: Operations, name: str, mode: str, accept_drop: bool) -> dict[str, Any]:
    """Ask for a run; wait while another one is under way, or goes on in a fresh invocation."""
    deadline = operations.clock.monotonic() + _PATIENCE_S
    payload = json.dumps({"mode": mode, "integration": name, "accept_drop": accept_drop})
    while True:
        answer = operations.functions.invoke(
            FunctionName=operations.sync_function, Payload=payload.encode()
        )
        outcome: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise OpsError("sync_failed", "the function failed: its log says why")
        if outcome["status"] == "handed_over":
            return _awaited(operations, name, outcome, deadline)
        if outcome["status"] != "busy" or operations.clock.monotonic() > deadline:
            return outcome
        operations.clock.sleep(_PAUSE_S)


def _awaited(
    operations: Operations, name: str, outcome: dict[str, Any], deadline: float
) -> dict[str, Any]:
    while operations.clock.monotonic() < deadline:
        last = operations.sync_state.state(name).last_run
        if last is not None and last.run_id == outcome["run_id"]:
            return {**outcome, "status": "done", **_counted(last)}
        operations.clock.sleep(_PAUSE_S)
    return outcome


def _last_run(operations: Operations, name: str) -> dict[str, Any]:
    state = operations.sync_state.state(name)
    last = state.last_run
    return {
        "integration": name,
        "finished_at": state.last_finished_at,
        "games_mark": state.game_mark,
        "providers_mark": state.provider_mark,
        "under_way": state.run is not None,
        "quarantined": sum(1 for _ in operations.sync_state.quarantined(name)),
        **({"run_id": last.run_id, "mode": last.mode, **_counted(last)} if last else {}),
    }


def _counted(run: Run) -> dict[str, int]:
    return asdict(run.counts)


VERBS: Final = {"sync": sync, "show": show}
