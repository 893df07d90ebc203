"""What `make run` prints: the steps as they were played, and where everything answers."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from sandbox.part import Played
from sandbox.stack import DeployedStack


def show(
    console: Console,
    played: Iterable[Played],
    title: str = "signed requests over HTTP, as a provider sends them",
) -> None:
    """Print each step as a row, also those before one that went wrong."""
    caption = "the first request of an environment starts it, which no later one waits for"
    table = Table(title=title, caption=caption)
    for name in ("step", "status", "answer", "balance", "ms"):
        table.add_column(name, justify="left" if name in ("step", "answer") else "right")
    try:
        for row in played:
            answer = row.error or ("replay" if row.step.replay else "ok")
            milliseconds = f"{row.time_ms:.0f}"
            table.add_row(row.step.title, str(row.status), answer, row.balance, milliseconds)
    finally:
        console.print(table)


def say_where(
    console: Console,
    console_url: str,
    stack: DeployedStack,
    games: Mapping[str, str],
    seconds: float,
) -> None:
    """Print where everything answers."""
    lines = [
        f"up in {seconds:.0f} s; make down stops it",
        f"console {console_url}",
        f"hooks   {stack.hooks_url}",
        f"health  {stack.base_url}/health",
        "details .local/stack.json",
        "next    .venv/bin/ops ledger history p_demo_1 EUR",
        "        .venv/bin/ops catalogue show",
        *(f"play    {url} ({name})" for name, url in games.items()),
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True)
