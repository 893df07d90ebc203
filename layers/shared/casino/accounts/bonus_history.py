"""The grants of a wallet: the one that stands, and how those before it ended.

The one that stands is read from the wallet, at once. The others follow the ledger page by page, as
a history does.
"""

from dataclasses import dataclass
from typing import Any

from casino.accounts.bonus_words import active_shown, terms_shown
from casino.accounts.bonuses import BonusAdmin
from casino.base.clock import Clock
from casino.base.money import amount
from casino.bonus.model import BonusTerms, Pays
from casino.wallet.bonus_grant import TERMS_NOTE, end_id
from casino.wallet.extra import note_in
from casino.wallet.model import PLATFORM, Entry
from casino.wallet.ports import History
from casino.wallet.statement import MOST_ENTRIES, Statements, Wanted

_GRANTS = Wanted(integration=PLATFORM, kind="bonus_grant", record="applied")


@dataclass(frozen=True, slots=True)
class BonusHistory:
    """The use case."""

    admin: BonusAdmin
    statements: Statements
    history: History
    clock: Clock

    def pays(self, player_id: str, currency: str, until: int) -> Pays | None:
        """Return where the wins of a player's free rounds go; raises `AdminError`.

        `None` where the grant that they go to does not stand `until` then.
        """
        bonus = self.admin.wallet(player_id, currency).bonus
        grant = bonus.grant if bonus is not None else None
        if grant is None or not grant.holds(int(self.clock.now())) or grant.terms.pays == "cash":
            return "cash"
        return None if grant.is_met or grant.terms.expires_at < until else "bonus"

    def page(self, player_id: str, currency: str, cursor: str | None = None) -> dict[str, Any]:
        """Return the grant that stands, and a page of those that ended, the newest first.

        Amounts are exact decimals; `active` is `None` where none stands. Raises `AdminError`.
        """
        bonus = self.admin.wallet(player_id, currency).bonus
        grant = bonus.grant if bonus is not None else None
        page = self.statements.page(player_id, currency, _GRANTS, cursor, MOST_ENTRIES)
        made = [entry for entry in page.rows if isinstance(entry, Entry)]
        terms = {terms.grant_id: (entry.at, terms) for entry in made if (terms := _terms(entry))}
        ends = self.history.find_all((PLATFORM, end_id(grant_id)) for grant_id in terms)
        ended = {end.bonus.grant_id: end for end in ends if isinstance(end, Entry) and end.bonus}
        return {
            "player_id": player_id,
            "currency": currency,
            "active": active_shown(grant, currency, self.clock.now()) if grant else None,
            "ended": [
                _ended(terms, at, ended[name])
                for name, (at, terms) in terms.items()
                if name in ended
            ],
            "complete": page.complete,
            "next_cursor": page.cursor,
        }


def _terms(entry: Entry) -> BonusTerms | None:
    note = note_in(entry.extra, TERMS_NOTE)
    return BonusTerms.read(note) if isinstance(note, dict) else None


def _ended(terms: BonusTerms, granted_at: str, end: Entry) -> dict[str, Any]:
    """Return a grant that is over; `moved` went to the player, or back to the house."""
    assert end.bonus is not None  # noqa: S101 - the caller looked
    money = {
        "wagered": end.bonus.total_minor,
        "required": end.bonus.required_minor,
        "moved": end.amount_minor,
    }
    return {
        **terms_shown(terms, end.currency),
        "status": "converted" if end.kind == "bonus_conversion" else "forfeited",
        **{name: amount(minor, end.currency) for name, minor in money.items()},
        "granted_at": granted_at,
        "ended_at": end.at,
        "ended_by": end.type,
    }
