"""How well each integration plays, from events: the same figures in whatever order they came.

What an event says is kept under its id, so that one which comes again changes nothing, and the
figures are worked out from all that is known: a late event corrects them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from casino.base.times import epoch
from casino.events.model import Event

type What = Literal["bet", "settlement", "refund", "refused", "duplicate", "late"]

#: The major version of the schemas that is read here.
_MAJOR: Final = "1."
_OF_BETS: Final[Mapping[str, What]] = {
    "bet.authorized": "bet",
    "bet.settled": "settlement",
    "bet.rolled_back": "refund",
}
_REFUSED: Final = frozenset({"wallet.debit.refused", "wallet.credit.refused"})
#: The rules of refusals that tell of a request which had been decided under another key.
_DUPLICATE: Final = frozenset({"bet_already_refunded", "duplicate_bet", "rollback_repeated"})
#: Those of a refund that found no bet: it comes too late, or never.
_OVERTAKEN: Final = frozenset({"bet_not_found", "rollback_unknown_bet"})
#: Those of a bet whose round, or which itself, was over before it came.
_OVER: Final = frozenset({"bet_rolled_back", "round_finished", "round_refunded"})


class Fact(NamedTuple):
    """What one event says of an integration; `at` is in seconds since the epoch.

    `bet` and `round` name the bet and the player's round, and are empty where the event does not.
    """

    integration: str
    what: What
    bet: str
    round: str
    at: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an integration; the lags are in seconds, `None` while nothing was settled.

    A settlement's lag is the time since its bet, or since the last bet of its round before it.
    `late_bets` came after the end of their round or after their refund, as far as that is known.
    """

    bets: int
    refunds: int
    refused: int
    duplicates: int
    late_bets: int
    settlements: int
    settle_lag_p50_s: float | None
    settle_lag_p95_s: float | None

    @property
    def refunds_per_bet(self) -> float:
        """The share of the bets that were taken back."""
        return self.refunds / self.bets if self.bets else 0.0


def fact_of(event: Event) -> Fact | None:
    """Return what an event says of an integration; `None` for one that says nothing of a bet."""
    if not event.schema_version.startswith(_MAJOR):
        return None
    what = _OF_BETS.get(event.event_type)
    if event.event_type in _REFUSED:
        what = _refusal(event.payload["rule"], event.payload["kind"])
    if what is None:
        return None
    payload = event.payload
    round_id = payload.get("round_id")
    return Fact(
        payload["integration"],
        what,
        payload.get("bet_id", ""),
        f"{event.player_id} {round_id}" if round_id is not None else "",
        epoch(event.occurred_at),
    )


def _refusal(rule: str, kind: str) -> What | None:
    if rule in _DUPLICATE:
        return "duplicate"
    if rule in _OVERTAKEN or (rule in _OVER and kind in ("bet", "hold")):
        return "late"
    return "refused" if kind in ("bet", "hold") else None


def learned(known: Mapping[str, Fact], events: Iterable[Event]) -> dict[str, Fact]:
    """Return what is known after events too: facts by the ids of their events."""
    facts = dict(known)
    for event in events:
        fact = fact_of(event)
        if fact is not None:
            facts[event.event_id] = fact
    return facts


def figures(known: Mapping[str, Fact]) -> dict[str, Figures]:
    """Return the figures of each integration."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in known.values():
        facts[fact.integration].append(fact)
    return {integration: _figures(own) for integration, own in sorted(facts.items())}


def _figures(facts: list[Fact]) -> Figures:
    by: dict[What, list[Fact]] = defaultdict(list)
    for fact in facts:
        by[fact.what].append(fact)
    lags = _lags(by["bet"], by["settlement"])
    return Figures(
        bets=len(by["bet"]),
        refunds=len(by["refund"]),
        refused=len(by["refused"]),
        duplicates=len(by["duplicate"]),
        late_bets=len({fact.bet for fact in by["late"]}),
        settlements=len(by["settlement"]),
        settle_lag_p50_s=_percentile(lags, 50),
        settle_lag_p95_s=_percentile(lags, 95),
    )


def _lags(bets: list[Fact], settlements: list[Fact]) -> list[float]:
    """Return how long settlements took, in order; those whose bet has not come are left out."""
    of_bet = {fact.bet: fact.at for fact in bets}
    of_round: dict[str, list[float]] = defaultdict(list)
    for fact in sorted(bets, key=lambda fact: fact.at):
        of_round[fact.round].append(fact.at)
    lags = []
    for fact in settlements:
        since = of_bet.get(fact.bet)
        if since is None and fact.round:
            played = of_round.get(fact.round, [])
            before = bisect_right(played, fact.at)
            since = played[before - 1] if before else None
        if since is not None:
            lags.append(max(0.0, fact.at - since))
    return sorted(lags)


def _percentile(ordered: list[float], percent: int) -> float | None:
    """Return the least value that so many percent of all do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None
