"""What a write to DynamoDB says, read for the books."""

from collections.abc import Mapping
from typing import Any

from tests.simulation.reference import WalletBooks
from tests.simulation.wire import Done


def actions(write: Done) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what a write did: `Put`, `Update` or `ConditionCheck`, each with its request."""
    if write.operation == "TransactWriteItems":
        return [next(iter(each.items())) for each in write.request["TransactItems"]]
    return [(write.operation.removesuffix("Item"), write.request)]


def new_values(action: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update of `casino.aws.dynamodb.difference` sets, by attribute."""
    names, values = (
        action.get("ExpressionAttributeNames", {}),
        action.get("ExpressionAttributeValues", {}),
    )
    return {name: values[f":n{m[1:]}"] for m, name in names.items() if f":n{m[1:]}" in values}


def bets_off(attributes: Mapping[str, Any]) -> dict[str, int]:
    """Return which switches of bets are off: of brands under their names; until when, 0: for good.

    `attributes` are those of an integration's item, or of the switches' own.
    """
    offs = attributes.get("off", {"M": {}})["M"].items()
    return {name: int(off["M"]["until"]["N"]) for name, off in offs if name.startswith("bets")}


def allow(books: WalletBooks, limits: Mapping[str, Any]) -> None:
    """Let the books know the limits that a wallet holds from now on."""
    most = {name: int(value["N"]) for name, value in limits.items() if "N" in value}
    books.most_stake, books.most_wagered = most.get("stake"), most.get("wager_day")
    books.is_excluded = most["self_excluded_until"] > 0
