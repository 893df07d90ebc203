"""`certify`: tries any wallet of a protocol over HTTP, and writes a report."""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress

from certify import report
from certify.catalogue import CatalogueError, choose, load
from certify.dialects import AccessError
from certify.language import LanguageError
from certify.model import Result, Scenario
from certify.protocols import PROTOCOLS, reach
from certify.report import seal
from certify.runner import Run, run
from certify.settings import MOST_REQUESTS, Settings, SettingsError, read

app = typer.Typer(name="certify", no_args_is_help=True, add_completion=False,
                  rich_markup_mode=None, pretty_exceptions_enable=False)  # fmt: skip
_FAILURES: Final = (
    AccessError,
    SettingsError,
    CatalogueError,
    LanguageError,
    seal.SealError,
    OSError,
)

#: After how many scenarios a line of the log says how far it is.
_TOLD: Final = 10

_ABOUT: Final = """\
It moves the money of the players that you name, and sends hundreds of requests: use test players,
best on a test platform. Without an option that names them, all scenarios are played.

The exit code is 1 when a `must` failed, and 2 when it could not run.
"""

Url = Annotated[str, typer.Option(help="Where the platform answers.")]
Key = Annotated[str, typer.Option(envvar="CERTIFY_KEY", help="The key that names the caller.")]
Secret = Annotated[
    str, typer.Option(envvar="CERTIFY_SECRET", help="What requests are signed with.")
]
Player = Annotated[list[str] | None, typer.Option(help="PLAYER:CURRENCY:SESSION[:TRAIT]; several.")]
Config = Annotated[Path | None, typer.Option(help="A TOML file with all of it, and budgets.")]
More = Annotated[list[Path] | None, typer.Option(help="Further scenarios, a TOML file.")]
Only = Annotated[list[str] | None, typer.Option(help="Ids, or how they begin: IDE, REF-03.")]
Tag = Annotated[list[str] | None, typer.Option(help="Scenarios with one of these tags.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List the scenarios, and send nothing.")]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on a `should`, too.")]
Out = Annotated[Path, typer.Option(help="The folder of the report.")]
SignKey = Annotated[Path | None, typer.Option(help="Ed25519 in PEM, or a file with a secret.")]
Requests = Annotated[
    int | None, typer.Option(min=2, max=MOST_REQUESTS, help="How many requests the load sends.")
]


def _command(protocol: str) -> Callable[..., None]:
    """Return the command of a protocol."""

    def certify(
        url: Url = "", key: Key = "", secret: Secret = "", player: Player = None,
        config: Config = None, scenarios: More = None, only: Only = None, tag: Tag = None,
        requests: Requests = None, dry_run: DryRun = False, strict: Strict = False,
        out: Out = Path("certify-report"), sign_key: SignKey = None,
    ) -> None:  # fmt: skip
        try:
            known = load(protocol, scenarios or ())
            chosen = choose(known, only or (), tag or ())
            if not chosen:
                raise CatalogueError("no scenario has such an id or tag")
            if dry_run:
                _list(chosen)
                return
            settings = read(url, key, secret, player or (), config, requests)
            made = _run(protocol, settings, chosen, len(chosen) == len(known), out, sign_key)
        except _FAILURES as error:
            _fail(str(error))
        _tell(made, out)
        raise typer.Exit(1 if made.failed("must") or (strict and made.failed("should")) else 0)

    certify.__doc__ = f"Try a wallet that speaks {PROTOCOLS[protocol].title}.\n\n{_ABOUT}"
    return certify


def _run(
    protocol: str, settings: Settings, chosen: Sequence[Scenario], whole: bool, out: Path,
    sign_key: Path | None,
) -> Run:  # fmt: skip
    """Play the scenarios, and write the report; what is wrong with key or folder, it says first."""
    if sign_key is not None:
        seal.check(sign_key)
    line, speaker = reach(protocol, settings)
    out.mkdir(parents=True, exist_ok=True)
    _warn(settings)
    console = Console(stderr=True)
    with Progress(console=console) as progress:
        task = progress.add_task(f"{protocol}: {len(chosen)} scenarios", total=len(chosen))

        def played(_: object) -> None:
            progress.advance(task)
            done = int(progress.tasks[0].completed)
            if not console.is_terminal and done % _TOLD == 0:  # a log has no bar
                typer.echo(f"certify: {done} of {len(chosen)} scenarios", err=True)

        made = run(chosen, speaker, line, settings.seats, settings.rules, played, settings.parallel)
    report.write(report.build(made, protocol, settings, line.tls(), whole), out)
    if sign_key is not None:
        seal.sign(out, report.FILES, sign_key)
    return made


for _name in PROTOCOLS:
    app.command(_name)(_command(_name))


@app.command("verify-report")
def verify_report(
    folder: Annotated[Path, typer.Argument(help="The folder of the report.")],
    key: Annotated[Path, typer.Option(help="Ed25519, public or private, or the secret.")],
) -> None:
    """Say whether a report is the one that was signed."""
    try:
        signed_at = seal.verify(folder, report.FILES, key)
    except seal.SealError as error:
        _fail(str(error))
    typer.echo(f"the report is the one that was signed at {signed_at}")


def _list(chosen: Sequence[Scenario]) -> None:
    for row in chosen:
        typer.echo(f"{row.id:8} {row.severity:8} {','.join(row.tags):20} {row.title}")


def _warn(settings: Settings) -> None:
    names = ", ".join(seat.player_id for seat in settings.seats)
    typer.echo(
        f"certify: stakes, pays and takes back money of {names} at {settings.access.url}; "
        "these must be test players",
        err=True,
    )


def _tell(made: Run, out: Path) -> None:
    """Print what failed, and the sums."""

    def line(result: Result) -> str:
        name = f"{result.scenario.id} {result.scenario.title}"
        return f"{result.scenario.severity.upper()} {name}\n  " + "\n  ".join(result.faults[:3])

    for severity in ("must", "should"):
        for result in made.failed(severity):
            typer.echo(line(result))
    verdicts = [result.verdict for result in made.results]
    sums = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts))
    typer.echo(f"{len(verdicts)} scenarios: {sums}; the report is in {out}")


def _fail(words: str) -> Any:
    typer.echo(f"certify: {words}", err=True)
    sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"certify {version('seamless-wallet')}")
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Certify a wallet: any, by its URL, credentials and test players."""
