"""Bonuses as attributes of a wallet's item, and of an entry."""

from dataclasses import astuple
from typing import Any, Final

from casino.aws.attributes import Value, flag, number, text
from casino.bonus.model import Bonus, BonusPart, BonusTerms, Grant

_NUMBERS: Final = ("amount_minor", "required_minor", "expires_at", "times")
_BITS: Final = ("converted", "reviewed")
_TEXTS: Final = ("grant_id", "order", "pays")


def bonus_value(bonus: Bonus) -> Value:
    """Store what a wallet knows of its bonuses."""
    stored: dict[str, Value] = {"count": number(bonus.count)}
    for name in _BITS:
        if bits := getattr(bonus, name):
            stored[name] = {"B": bits.to_bytes(bits.bit_length() // 8 + 1)}
    if bonus.grant is not None:
        stored["grant"] = _grant(bonus.grant)
    return {"M": stored}


def read_bonus(value: Value) -> Bonus:
    """Read what a wallet knows of its bonuses."""
    stored: dict[str, Value] = value["M"]
    count = int(stored["count"]["N"])
    # A grant that stands is the latest one.
    grant = _read_grant(count, stored["grant"]["M"]) if "grant" in stored else None
    bits = {name: int.from_bytes(stored[name]["B"]) for name in _BITS if name in stored}
    return Bonus(count, grant=grant, **bits)


def _grant(grant: Grant) -> Value:
    terms = grant.terms
    stored = {name: number(getattr(terms, name)) for name in _NUMBERS}
    stored |= {name: text(getattr(terms, name)) for name in _TEXTS}
    stored |= {
        "balance": number(grant.balance_minor),
        "required": number(grant.required_minor),
        "wagered": number(grant.wagered_minor),
    }
    if terms.max_bet_minor is not None:
        stored["max_bet_minor"] = number(terms.max_bet_minor)
    if terms.contributions:
        percents = {category: number(percent) for category, percent in terms.contributions}
        stored["contributions"] = {"M": percents}
    if grant.review:
        stored["review"] = flag(True)
    return {"M": stored}


def _read_grant(count: int, stored: dict[str, Value]) -> Grant:
    said: dict[str, Any] = {name: int(stored[name]["N"]) for name in _NUMBERS}
    said |= {name: stored[name]["S"] for name in _TEXTS}
    percents = stored.get("contributions", {"M": {}})["M"]
    said["contributions"] = tuple(sorted((name, int(percents[name]["N"])) for name in percents))
    if "max_bet_minor" in stored:
        said["max_bet_minor"] = int(stored["max_bet_minor"]["N"])
    balance, required, wagered = (
        int(stored[name]["N"]) for name in ("balance", "required", "wagered")
    )
    return Grant(count, BonusTerms(**said), balance, required, wagered, "review" in stored)


def part_value(part: BonusPart) -> Value:
    """Store what an entry says of a grant: its id, then numbers in the order of their fields."""
    grant_id, *numbers = astuple(part)
    return {"L": [text(grant_id), *map(number, numbers)]}


def read_part(value: Value) -> BonusPart:
    """Read what an entry says of a grant."""
    grant_id, *numbers = value["L"]
    return BonusPart(grant_id["S"], *(int(each["N"]) for each in numbers))
