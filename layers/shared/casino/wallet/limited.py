"""What responsible gaming makes of the wallet's transactions: what is counted, and what is refused.

Only a wallet that has limits loads this.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from casino.base.money import to_major
from casino.base.times import epoch, iso_utc
from casino.limits.decide import checked, counted, met_by
from casino.limits.model import FOR_GOOD, TIME_LIMITS, Limits, Met, Movement, Play
from casino.wallet.decision import Posting, Refusal
from casino.wallet.model import Entry, Session, Transaction, Wallet

#: The account of bonus money, which `casino.bonus` names; a wallet without any loads none of it.
BONUS: Final = "bonus"
_PLAYS = frozenset({"bet", "hold"})
_RETURNS = frozenset({"win", "refund", "settle", "rollback"})


def movement_of(kind: str, cash_minor: int, bonus_minor: int = 0) -> Movement | None:
    """Return what a transaction moves between player and games; `None` for any other kind.

    `cash_minor` and `bonus_minor` are the changes that it makes to the wallet.
    """
    if kind in _PLAYS:
        staked = -cash_minor - bonus_minor
        return Movement(staked_minor=staked, plays=True, bonus_minor=-bonus_minor)
    if kind not in _RETURNS:
        return None
    return Movement(returned_minor=cash_minor, bonus_returned_minor=bonus_minor)


def moved(entries: Iterable[Entry]) -> Iterator[tuple[int, Movement]]:
    """Yield what applied entries moved between player and games, each with its moment."""
    for entry in entries:
        delta = entry.balance_after_minor - entry.balance_before_minor
        movement = movement_of(entry.kind, delta, dict(entry.postings).get(BONUS, 0))
        if movement is not None:
            yield int(epoch(entry.at)), movement


def refusal_of(
    limits: Limits,
    wallet: Wallet,
    session: Session | None,
    bet: Transaction,
    now: int,
    bonus_minor: int = 0,
) -> Refusal | None:
    """Return the refusal of a bet that meets a limit, in words that name what is left.

    `bonus_minor` is what the bet would take of bonus money.
    """
    stake_minor = 0 if bet.type == "freespin" else bet.amount_minor
    since = int(epoch(session.opened_at)) if session is not None else None
    wanted = Movement(staked_minor=stake_minor, plays=True, bonus_minor=bonus_minor)
    met = met_by(limits, wallet.play or Play(), wanted, now, since)
    return Refusal(met.code, detail=_words(met, wallet.currency)) if met is not None else None


def _words(met: Met, currency: str) -> str:
    if met.until:
        return "for good" if met.until >= FOR_GOOD else f"until {iso_utc(met.until)}"
    if met.limit in TIME_LIMITS:
        return f"{met.limit}: {met.left} s left of {met.value} s"
    left, value = (to_major(minor, currency) for minor in (met.left, met.value))
    return f"{met.limit}: {left} {currency} left of {value} {currency}"


def play_after(
    limits: Limits, play: Play, request: Transaction, posting: Posting, at: str
) -> tuple[Play | None, dict[str, int] | None]:
    """Return the counts after a posting, and what the bet shows that crosses a reality check.

    The counts are `None` where no game moves anything.
    """
    bonus_minor = dict(posting.postings).get(BONUS, 0)
    movement = movement_of(request.kind, posting.player_delta_minor, bonus_minor)
    if movement is None:
        return None, None
    play = counted(limits, play, movement, int(epoch(at)))
    anew = checked(limits, play) if movement.plays else None
    if anew is None:
        return play, None
    shown = {
        "active_s": play.check_active_s,
        "staked_minor": play.check_staked,
        "returned_minor": play.check_returned,
    }
    return anew, shown
