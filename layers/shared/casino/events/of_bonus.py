"""The events that an entry makes of bonus money: pure, from what the entry says of its grant."""

from collections.abc import Iterator
from typing import Any, Final

from casino.base.times import iso_utc
from casino.bonus.model import BONUS, BonusPart, BonusTerms
from casino.events.model import money
from casino.wallet.bonus_grant import TERMS_NOTE
from casino.wallet.extra import note_in
from casino.wallet.model import Entry

#: In how many steps the progress of a grant is told.
STEPS: Final = 10
_OVER: Final = {"bonus_conversion": "converted", "bonus_forfeiture": "forfeited"}

type Told = tuple[str, dict[str, Any]]


def of_bonus(entry: Entry) -> Iterator[Told]:
    """Yield what an applied entry tells of its grant: the type of the event, and its own facts.

    Raises `ValueError` or `LookupError` for an entry that no wallet could have written.
    """
    part = entry.bonus
    if part is None or not part.grant_id:
        return
    if entry.kind == "bonus_grant":
        yield "bonus.issued", _issued(entry, part)
    elif entry.kind in _OVER:
        moved = money(entry.amount_minor, entry.currency)
        ended = {"outcome": _OVER[entry.kind], "moved": moved}
        yield "bonus.consumed", _standing(entry, part) | ended
    elif _step(part, part.total_minor - part.wagered_minor) != _step(part, part.total_minor):
        met = part.total_minor >= part.required_minor
        facts = {"balance": money(part.balance_minor, entry.currency), "met": met}
        yield "wager.progress.updated", _standing(entry, part) | facts


def _step(part: BonusPart, wagered_minor: int) -> int:
    """Return how many of the steps are done; nothing that is wagered beyond the last is one."""
    if part.required_minor <= 0:
        return 0
    return min(STEPS, wagered_minor * STEPS // part.required_minor)


def _standing(entry: Entry, part: BonusPart) -> dict[str, Any]:
    return {
        "grant_id": part.grant_id,
        "wagered": money(part.total_minor, entry.currency),
        "required": money(part.required_minor, entry.currency),
    }


def _issued(entry: Entry, part: BonusPart) -> dict[str, Any]:
    note = note_in(entry.extra, TERMS_NOTE)
    if not isinstance(note, dict):
        raise ValueError("a grant says its terms")
    terms = BonusTerms.read(note)
    facts = {
        "grant_id": part.grant_id,
        "amount": money(dict(entry.postings).get(BONUS, 0), entry.currency),
        "required": money(part.required_minor, entry.currency),
        "expires_at": iso_utc(terms.expires_at),
        "order": terms.order,
        "pays": terms.pays,
    }
    if terms.max_bet_minor is not None:
        facts["max_bet"] = money(terms.max_bet_minor, entry.currency)
    return facts
