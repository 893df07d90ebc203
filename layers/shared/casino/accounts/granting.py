"""The routes of bonus money: grants, what became of them, and taking one back.

A grant's own id names it, so a request that is sent again changes nothing and gets the first
answer: none of them needs an Idempotency-Key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from casino.accounts.answers import written
from casino.accounts.api import Asked, Reasoned, parsed
from casino.accounts.bonus_history import BonusHistory
from casino.accounts.bonus_words import MOST_TIMES, terms_of
from casino.accounts.bonuses import GRANT_ID, MOST_CATEGORIES
from casino.accounts.model import Reply
from casino.base.errors import RequestRefusedError
from casino.bonus.model import Order, Pays
from casino.wallet.service import Result

type _GrantId = Annotated[str, StringConstraints(pattern=f"^{GRANT_ID}$")]
type _Percent = Annotated[int, Field(ge=0, le=100)]


class NewBonus(Reasoned):
    """A grant; amounts are exact JSON numbers, `contributions` percents by category of game."""

    grant_id: _GrantId
    amount: int | Decimal
    times: Annotated[int, Field(ge=1, le=MOST_TIMES)]
    expires_at: str
    order: Order = "cash_first"
    pays: Pays = "cash"
    max_bet: int | Decimal | None = None
    contributions: Annotated[dict[str, _Percent], Field(max_length=MOST_CATEGORIES)] = Field({})


@dataclass(frozen=True, slots=True)
class Granting:
    """The routes."""

    grants: BonusHistory

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        bonuses = "/players/{player_id}/wallets/{currency}/bonuses"
        return {
            ("GET", bonuses): self._show,
            ("POST", bonuses): self._grant,
            ("POST", f"{bonuses}/{{grant_id}}/forfeit"): self._forfeit,
        }

    def _show(self, asked: Asked) -> Reply:
        if unknown := asked.query.keys() - {"cursor"}:
            said = f"unknown parameter {min(unknown)[:40]}"
            raise RequestRefusedError("invalid_request", said)
        page = self.grants.page(asked.player_id, asked.currency, asked.query.get("cursor"))
        return Reply(200, written(page))

    def _grant(self, asked: Asked) -> Reply:
        body, currency = parsed(NewBonus, asked.body), asked.currency
        terms = terms_of(
            body.grant_id,
            currency,
            body.amount,
            body.times,
            body.expires_at,
            order=body.order,
            pays=body.pays,
            max_bet=body.max_bet,
            contributions=body.contributions,
        )
        owner, who = (asked.player_id, currency), asked.who(body)
        return _told(self.grants.admin.grant(*owner, terms, who=who, trace_id=asked.trace_id))

    def _forfeit(self, asked: Asked) -> Reply:
        who = asked.who(parsed(Reasoned, asked.body))
        named = (asked.player_id, asked.currency, asked.place["grant_id"])
        return _told(self.grants.admin.forfeit(*named, who=who, trace_id=asked.trace_id))


def _told(result: Result) -> Reply:
    return Reply(result.status, result.body, result.code, result.replay)
