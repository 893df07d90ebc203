"""`ops`: the command line of the people who run the wallet.

This module knows the names of nouns and verbs, and what each is for. A verb and all that it needs
are loaded when it is used, so that `--help` answers at once.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from ops.invocation import EnvOption, Invocation, JsonOption, RegionOption, StackOption

#: A noun, or a verb that needs none → its module in `ops.verbs`, and what it is for.
_NOUNS: Final = {
    "catalogue": ("catalogue", "The catalogue of games."),
    "integration": ("integration", "Providers' connections."),
    "player": ("player", "Players and their money."),
    "session": ("session", "Game sessions."),
    "bonus": ("bonus", "Bonus money: grants, and how far they are wagered."),
    "gift": ("gift", "Free rounds at Flexsoft."),
    "order": ("order", "Orders at a marketplace."),
    "ledger": ("ledger", "The ledger."),
    "win": ("win", "Held wins."),
    "hold": ("hold", "Stakes that wait for their settlement."),
    "delivery": ("delivery", "What partners told us."),
    "report": ("report", "What was earned and played, from the lake."),
    "events": ("events", "What the world was told."),
    "switch": ("switch", "The red button: launches, bets, catalogue, partners, off and on."),
}
_PLAIN: Final = {
    "sign": ("signature", "Sign a body as a provider does."),
    "verify-signature": ("signature", "Say why a signature does not match."),
    "reconcile": ("reconcile", "Compare a provider's report with the ledger."),
    "audit": ("audit", "List who changed what, when and why."),
    "scorecard": ("scorecard", "Show how providers do."),
    "preflight": ("preflight", "Say what an environment lacks before it goes live."),
}
#: A noun → the nouns within it, as above.
_INNER: Final = {
    "player": {
        "identity": ("identity", "How partners name a player."),
        "limit": ("limit", "What a player may stake, lose and play."),
    }
}
#: Without rich: loading it takes longer than everything else that `--help` needs.
_STYLE: Final[dict[str, Any]] = {
    "no_args_is_help": True,
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,  # they show locals, and a local may be a secret
}


class _Later(TyperCommand):
    """A command that is loaded when it is used; until then only its name and help are known."""

    def __init__(self, name: str, said: str, load: Callable[[], Any]) -> None:
        super().__init__(name, callback=lambda: None, help=said)
        self._load = load

    def make_context(self, *args: Any, **extra: Any) -> typer.Context:
        context: typer.Context = self._load().make_context(*args, **extra)
        return context


class _Ops(TyperGroup):
    """The nouns and verbs by name."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_NOUNS, *_PLAIN]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _NOUNS | _PLAIN:
            return None
        module, said = (_NOUNS | _PLAIN)[cmd_name]
        return _Later(cmd_name, said, lambda: _loaded(cmd_name, module, said))

    def main(self, args: Sequence[str] | None = None, *given: Any, **extra: Any) -> Any:
        """Run, and say in our own words what was typed wrongly; it ends the process."""
        words = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(words, *given, **extra | {"standalone_mode": False})
        except typer.TyperException as error:
            tell = import_module("ops.mistyped").tell
            code = tell(error, words)
        sys.exit(code or 0)


def _loaded(name: str, module: str, said: str) -> Any:
    """Return a noun with its verbs, or a verb."""
    if name in _PLAIN:
        return typer.main.get_command(_group(said, {name: _verbs(module)[name]}))
    group = _group(said, _verbs(module))
    group.callback()(lambda: None)  # else a noun of one verb would be no noun
    for inner, (inner_module, inner_said) in _INNER.get(name, {}).items():
        group.add_typer(_group(inner_said, _verbs(inner_module)), name=inner)
    return typer.main.get_command(group)


def _verbs(module: str) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = import_module(f"ops.verbs.{module}").VERBS
    return found


def _group(said: str, verbs: dict[str, Callable[..., Any]]) -> typer.Typer:
    command: Callable[..., Any] = import_module("ops.command").command
    group = typer.Typer(help=said, **_STYLE)
    for verb, run in verbs.items():
        group.command(verb)(command(run))
    return group


app = typer.Typer(name="ops", cls=_Ops, **_STYLE)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ops {version('seamless-wallet')}")
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    as_json: JsonOption = False,
    env: EnvOption = None,
    stack_name: StackOption = None,
    region: RegionOption = None,
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Run the wallet: on the local stack, or on AWS with --env or --stack-name."""
    if ctx.obj is None:
        ctx.obj = Invocation(as_json, env, stack_name, region)
