"""Ends grants of bonus money: converts what is wagered, forfeits what is past its deadline.

The event of the bet that meets a grant asks for it within seconds. The schedule finds whatever
that missed, and all that nobody plays with any more. A grant ends once, whoever asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.accounts.bonuses import BonusAdmin
from casino.accounts.ports import Grants
from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError, CasinoError
from casino.base.invocation import Context
from casino.bonus.model import Grant
from casino.observability.telemetry import Telemetry

#: With less time than this left a run hands over, in seconds: longer than one page may take.
_RESERVE_S: Final = 120
#: What says that the wallet moved on between two reads: the next run looks again.
_MOVED: Final = frozenset({"bonus_not_found", "bonus_not_met", "bonus_stands"})


class EarlierRunError(CasinoError):
    """An earlier run that handed over could not end every grant; its log says which."""


@dataclass(frozen=True, slots=True)
class BonusEnds:
    """Answers the events of bus and schedule; `invoke` starts a function, here the next run."""

    bonuses: BonusAdmin
    grants: Grants
    clock: Clock
    invoke: Callable[[str, Mapping[str, Any]], None]
    observer: Telemetry

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, object]:
        """End one player's grant that an event names, or look at every wallet once.

        A wallet whose grant cannot be ended stops no other. The last run raises the error in the
        end, so that it counts as failed and is repeated; one that hands over raises nothing, since
        its repetition would start all later runs again.
        """
        if "detail" in event:
            told = event["detail"]
            return {"became": self._end(told["player_id"], told["payload"]["wagered"]["currency"])}
        place, counts, failed = event.get("after"), dict[str, int](), list[Exception]()
        now, handed_over = int(self.clock.now()), False
        before = int(event.get("failed", 0))
        for page, following in self.grants.over(now, (*place,) if place else None):
            for owner in page:
                try:
                    became = self._end(*owner)
                except (CasinoError, LookupError, TypeError, ValueError) as error:
                    self.observer.crash(error, player_id=owner[0], currency=owner[1])
                    failed.append(error)
                    continue
                counts[became] = counts.get(became, 0) + 1
            if following and context.get_remaining_time_in_millis() < _RESERVE_S * 1000:
                told = {"after": following, "failed": before + len(failed)}
                self.invoke(context.invoked_function_arn, told)
                handed_over = True
                break
        self.observer.event("grants ended", became=counts, handed_over=handed_over)
        if failed and not handed_over:
            raise failed[0]
        if before and not handed_over:
            raise EarlierRunError(f"{before} grants could not be ended")
        return {**counts, "handed_over": handed_over}

    def _end(self, player_id: str, currency: str) -> str:
        """Return what became of a wallet's grant: `converted`, `forfeited` or `stands`."""
        grant = self._grant(player_id, currency)
        if grant is None or (not grant.is_met and grant.holds(int(self.clock.now()))):
            return "stands"
        named = (player_id, currency, grant.terms.grant_id)
        try:
            if grant.is_met:
                self.bonuses.convert(*named, who=Who("end-bonuses", "it is wagered"))
                return "converted"
            who = Who("end-bonuses", "its deadline has passed")
            self.bonuses.forfeit(*named, who=who, reason="expired")
        except AdminError as error:
            stands = self._grant(player_id, currency)
            if error.code not in _MOVED and stands and stands.number == grant.number:
                raise
            return "stands"
        return "forfeited"

    def _grant(self, player_id: str, currency: str) -> Grant | None:
        bonus = self.bonuses.wallet(player_id, currency).bonus
        return bonus.grant if bonus is not None else None
