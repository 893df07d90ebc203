"""What is known of bonuses, as attributes of a wallet's item, of its holds, entries and rounds."""

from typing import TYPE_CHECKING, Any, Final

from casino.aws.attributes import Item, number
from casino.wallet.decision import RoundChange
from casino.wallet.model import Entry, Wallet

if TYPE_CHECKING:  # only a wallet with a bonus loads them
    from casino.bonus.model import Bonus, BonusPart

#: What the names of a round's attributes begin with that count a grant's money.
GRANT: Final = "grant_"


def bonus_of(wallet: Wallet) -> Item:
    """Store the bonuses of a wallet, where it ever had one.

    `bonus_until` is the deadline of the grant that stands: who ends grants finds them by it.
    """
    if wallet.bonus is None:
        return {}
    from casino.bonus.items import bonus_value

    item = {"bonus": bonus_value(wallet.bonus)}
    grant = wallet.bonus.grant
    return item if grant is None else item | {"bonus_until": number(grant.terms.expires_at)}


def read_bonus_of(item: Item) -> "Bonus | None":
    """Read what `bonus_of` stores."""
    if "bonus" not in item:
        return None
    from casino.bonus.items import read_bonus

    return read_bonus(item["bonus"])


def part_of(entry: Entry) -> Item:
    """Store what an entry says of a grant, where it says something."""
    if entry.bonus is None:
        return {}
    from casino.bonus.items import part_value

    return {"bonus": part_value(entry.bonus)}


def read_part_of(item: Item) -> "BonusPart | None":
    """Read what `part_of` stores."""
    if "bonus" not in item:
        return None
    from casino.bonus.items import read_part

    return read_part(item["bonus"])


def bonus_in(update: dict[str, Any], bonus: "Bonus") -> None:
    """Let the wallet's update say what it knows of its bonuses."""
    from casino.bonus.items import bonus_value

    values = update["ExpressionAttributeValues"]
    values[":bonus"], sets, rest = bonus_value(bonus), "bonus = :bonus", ""
    if bonus.grant is None:
        rest = " REMOVE bonus_until"
    else:
        sets += ", bonus_until = :until"
        values[":until"] = number(bonus.grant.terms.expires_at)
    said = update["UpdateExpression"].removeprefix("SET ")
    update["UpdateExpression"] = f"SET {sets}, {said}{rest}"


def stake_in(update: dict[str, Any], change: RoundChange) -> None:
    """Let the round's update count a stake, and whose money it was."""
    values, adds = update["ExpressionAttributeValues"], "staked :staked"
    values[":staked"] = number(change.staked_minor or 0)
    if change.grant is not None and change.grant[1]:
        grant, minor = change.grant
        adds += f", {GRANT}{grant} :granted"
        values[":granted"] = number(minor)
    said = update["UpdateExpression"].removeprefix("ADD ")
    update["UpdateExpression"] = f"ADD {adds}, {said}"


def read_grants_of(item: Item) -> tuple[tuple[int, int], ...]:
    """Read how much of a round's stakes was which grant's."""
    named = (name for name in item if name.startswith(GRANT))
    return tuple(sorted((int(name.removeprefix(GRANT)), int(item[name]["N"])) for name in named))
