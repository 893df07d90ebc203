"""What is agreed with a counterpart that sends deliveries, or that we call."""

from typing import Annotated, Final

import typer

from casino.integrations.partner import agree
from ops.context import Asked, Operations
from ops.errors import OpsError
from ops.output import Output, fields
from ops.verbs.rotation import NameArgument

SettingOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting of its dialect, repeatable.", metavar="NAME=VALUE"),
]
CallsAsOption = Annotated[
    str | None,
    typer.Option(help="The integration whose credentials we call it with.", metavar="NAME"),
]


def partner(
    operations: Operations,
    name: NameArgument,
    set_: SettingOption = None,
    calls_as: CallsAsOption = None,
    *,
    who: Asked,
) -> Output:
    """Change settings of a partner, such as its url; an empty value takes one away."""
    settings = dict(_setting(each) for each in set_ or ())
    terms = agree(
        operations.registry,
        operations.clock,
        name,
        settings,
        calls_as,
        local=operations.stack.local,
        who=who,
    )
    at = operations.integrations.everywhere_at()
    data = {
        "integration": name,
        "calls_as": terms.calls_as,
        "settings": dict(terms.settings),
        "effective_at": at,
    }
    rows = [("integration", name), ("calls as", terms.calls_as or "nobody")]
    return Output(data, fields([*rows, *terms.settings, ("everywhere", f"from {at}")]))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise OpsError("invalid_request", f"{text} is not NAME=VALUE")
    return name, value


VERBS: Final = {"partner": partner}
