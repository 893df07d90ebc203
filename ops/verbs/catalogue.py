"""Synchronises the catalogue now, and shows what it holds."""

from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from casino.catalogue.model import SHELVES
from casino.catalogue.run import Mode, SyncState
from ops.context import Asked, Operations
from ops.output import Output, fields, table

IntegrationOption = Annotated[
    str | None,
    typer.Option(help="One integration; without it, all that have a provider.", metavar="NAME"),
]


def sync(
    operations: Operations,
    integration: IntegrationOption = None,
    delta: Annotated[bool, typer.Option("--delta", help="Only what changed.")] = False,
    accept_drop: Annotated[
        bool, typer.Option("--accept-drop", help="It is true that the catalogue shrank.")
    ] = False,
    *,
    who: Asked,
) -> Output:
    """Synchronise through the deployed function, and wait for the outcome."""
    mode: Mode = "delta" if delta else "full"
    outcomes = operations.catalogue.sync(integration, mode, who=who, accept_drop=accept_drop)
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
    lines += [
        f"{outcome['integration']}: {outcome['detail']}"
        for outcome in outcomes
        if outcome.get("detail")
    ]
    if any(outcome.get("dropped") for outcome in outcomes):
        lines.append("The catalogue dropped unexpectedly: nothing was marked missing.")
    return Output({"runs": outcomes}, lines, int(failed))


def show(operations: Operations, integration: IntegrationOption = None) -> Output:
    """Show what is stored: counts by status, and how the last runs went."""
    stored = operations.catalogue.shelved(integration)
    runs = [_run(*each) for each in stored.runs]
    games, quarantined = stored.statuses.total(), sum(count for _, count in stored.runs)
    data = {
        "games": games,
        "providers": stored.providers,
        "by_status": dict(sorted(stored.statuses.items())),
        "by_shelf": {shelf: stored.shelves[shelf] for shelf in SHELVES},
        "launchable": stored.shelves["active"],
        "missing": stored.missing,
        "providers_missing": stored.providers_missing,
        "quarantined": quarantined,
        "runs": runs,
    }
    lines = fields(
        [
            ("games", games),
            ("providers", stored.providers),
            *((f"  {status}", count) for status, count in sorted(stored.statuses.items())),
            ("launchable", stored.shelves["active"]),
            ("missing", stored.missing),
            ("providers missing", stored.providers_missing),
            ("quarantined", quarantined),
        ]
    )
    for run in runs:
        lines.append(f"{run['integration']}: last run finished {run['finished_at'] or 'never'}")
    return Output(data, lines)


def _run(state: SyncState, quarantined: int) -> dict[str, Any]:
    last = state.last_run
    return {
        "integration": state.integration,
        "finished_at": state.last_finished_at,
        "games_mark": state.game_mark,
        "providers_mark": state.provider_mark,
        "under_way": state.run is not None,
        "quarantined": quarantined,
        **({"run_id": last.run_id, "mode": last.mode, **asdict(last.counts)} if last else {}),
    }


VERBS: Final = {"sync": sync, "show": show}
