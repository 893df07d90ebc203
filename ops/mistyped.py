"""Says in our own words what was typed wrongly.

typer's errors are told apart by what they carry, since their classes are not public.
"""

from collections.abc import Sequence
from typing import Any, Final

import typer

from ops.output import to_json

_UNITS: Final = {"m": 1 / 60, "h": 1.0, "d": 24.0}
_LONGEST_H: Final = 24 * 36_500


def tell(error: Any, words: Sequence[str]) -> int:
    """Print what is wrong with `words`, or the help that they ask for; return the exit code."""
    message = _said(error)
    if message is None:
        typer.echo(error.format_message(), err=True)
    elif "--json" in words:
        typer.echo(to_json({"error": "usage", "message": message}))
    else:
        typer.echo(f"ops: {message} (usage)", err=True)
    return int(error.exit_code)


def _said(error: Any) -> str | None:
    """Return the words for an error; `None` where a noun stands without a verb."""
    context = error.ctx
    hint = f"see {context.command_path} --help" if context is not None else "see ops --help"
    param: Any = getattr(error, "param", None)
    option: Any = getattr(error, "option_name", None)
    if hasattr(error, "possibilities"):
        if option[1:2].isdigit():
            return f"{option} begins with a dash, so it is an option; no amount is negative; {hint}"
        return f"there is no option {option}; {hint}"
    if option is not None:
        return f"{option} has no value and needs one, or has one and takes none; {hint}"
    if hasattr(error, "param_type"):
        name = param.metavar or param.name if param.param_type_name == "argument" else param.opts[0]
        return f"{name} is missing; {hint}"
    if hasattr(error, "param"):
        return f"{param.opts[0]} {error.message}" if param is not None else str(error.message)
    if hasattr(context.command, "list_commands"):
        if error.message == context.get_help():
            return None
        verbs = ", ".join(context.command.list_commands(context))
        return f"{context.command_path} knows {verbs}"
    return f"there are more words than {context.command_path} takes; {hint}"


def a_number(kind: type[int] | type[float], least: int, most: int | None = None) -> Any:
    """Return a parser of an option that takes a number within bounds."""
    what = "a whole number" if kind is int else "a number"
    bounds = f"from {least}" if most is None else f"from {least} to {most}"

    def parse(value: str | float) -> float:
        try:
            number = kind(value)
            fine = least <= number and (most is None or number <= most)
        except ValueError:
            fine = False
        if not fine:
            raise typer.BadParameter(f"must be {what} {bounds}")
        return number

    return parse


def an_age(value: str | float) -> float:
    """Parse an option that takes an age: hours, or a number with `m`, `h` or `d`; return hours."""
    number, unit = str(value), 1.0
    if number[-1:] in _UNITS:
        number, unit = number[:-1], _UNITS[number[-1]]
    try:
        age = float(number) * unit
    except ValueError:
        age = -1
    if not 0 <= age < _LONGEST_H:
        raise typer.BadParameter("must be hours, such as 24, or such as 90m, 24h or 7d")
    return age
