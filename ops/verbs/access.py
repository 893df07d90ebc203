"""What a caller of WinUpGo's kind must show beside its signature."""

from typing import Annotated, Final

import typer

from casino.integrations.access import give_access
from casino.integrations.model import AccessTerms
from ops.context import Asked, Operations
from ops.output import Output
from ops.verbs.rotation import NameArgument


def access(
    operations: Operations,
    name: NameArgument,
    brand: Annotated[str, typer.Option(help="Its X-Brand-Id.")],
    area: Annotated[str, typer.Option(help="Its X-Region.")],
    provider: Annotated[str, typer.Option(help="Its X-Provider-Id.")],
    client: Annotated[str, typer.Option(help="The OAuth client of its tokens.")],
    certificate: Annotated[
        str, typer.Option(help="The SHA-256 of its client certificate, in hex.")
    ] = "",
    opens_sessions: Annotated[
        bool, typer.Option("--opens-sessions", help="Let it open sessions of players.")
    ] = False,
    *,
    who: Asked,
) -> Output:
    """Say which brand, region, provider and client an integration is."""
    terms = AccessTerms(brand, area, provider, client, certificate.lower(), opens_sessions)
    give_access(operations.registry, operations.clock, name, terms, who=who)
    at = operations.integrations.everywhere_at()
    said = f"{name} is {provider} of {brand} in {area}; everywhere from {at}"
    return Output({"integration": name, "effective_at": at}, [said])


VERBS: Final = {"access": access}
