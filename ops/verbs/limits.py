"""Limits of what an integration's wins may pay before they are held."""

from typing import Annotated, Final

import typer

from casino.base.checks import a_currency
from casino.base.money import AmountError, AmountPrecisionError, parse_major
from casino.base.times import iso_utc
from casino.integrations.admin import limits_in_words
from casino.integrations.model import WalletTerms
from ops.context import Explained, Operations
from ops.errors import OpsError
from ops.output import Output
from ops.verbs.rotation import NameArgument

_LIMIT: Final = "AMOUNT|none"


def limits(
    operations: Operations,
    name: NameArgument,
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
    win: Annotated[str | None, typer.Option(help="The largest single win.", metavar=_LIMIT)] = None,
    hour: Annotated[
        str | None, typer.Option(help="The most paid net in an hour.", metavar=_LIMIT)
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="The most paid net in a day.", metavar=_LIMIT)
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Change from where on wins are held; what is not named stays. Ends a hold by exposure."""
    given = {"single_minor": win, "hour_minor": hour, "day_minor": day}
    changes = {
        n: _minor(said, a_currency(currency)) for n, said in given.items() if said is not None
    }
    after = operations.integrations.limit_wins(name, currency, changes, who=who)
    at = operations.integrations.everywhere_at()
    words = limits_in_words(after, currency)
    data = {"integration": name, "currency": currency, "limits": words, "effective_at": at}
    return Output(data, [f"{name}, {currency}: {words}; everywhere from {at}"])


def shown(terms: WalletTerms) -> str:
    """Return all limits, and which of them hold wins now."""
    until = dict(terms.exceeded_until)
    lines = [
        f"{currency}: {limits_in_words(each, currency)}"
        + (f" (exceeded until {iso_utc(until[currency])})" if currency in until else "")
        for currency, each in terms.win_limits
    ]
    return "; ".join(lines) or "none: no win is ever held"


def _minor(said: str, currency: str) -> int | None:
    if said == "none":
        return None
    try:
        return parse_major(said, currency)
    except AmountPrecisionError as error:
        raise OpsError("amount_precision", str(error)) from error
    except AmountError as error:
        raise OpsError("invalid_request", str(error)) from error


VERBS: Final = {"limits": limits}
