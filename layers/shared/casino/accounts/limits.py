"""What players and the casino allow: limits of a wallet, and a player's exclusions.

A stricter limit holds from the next bet. A looser one waits, and then has to be confirmed. An
exclusion can be lengthened, and only time ends it. Every change is an audit record.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from casino.accounts.model import Controlled, Exclusion
from casino.accounts.ports import Controls
from casino.audit.model import Once, Who, of_player
from casino.base.checks import a_currency
from casino.base.clock import Clock
from casino.base.errors import AdminError, BusyError
from casino.base.times import iso_utc
from casino.limits.decide import anew, folded
from casino.limits.model import (
    FOR_GOOD,
    LIMITS,
    REALITY_CHECK,
    Limits,
    Pending,
    Play,
)
from casino.wallet.bonus_play import stake_of
from casino.wallet.decision import Refusal, Snapshot
from casino.wallet.explain import existing_player
from casino.wallet.limited import moved, refusal_of
from casino.wallet.model import Transaction, Wallet
from casino.wallet.ports import Accounts, History

DAY_S: Final = 86_400
#: The longest cool-off: six weeks.
LONGEST_COOL_OFF_S: Final = 42 * DAY_S
#: The largest value of a limit, in minor units or seconds: DynamoDB holds it exactly.
_LARGEST: Final = 10**30
_TRIES: Final = 8
#: Both kinds of an exclusion, as the audit and the API name them.
EXCLUSIONS: Final[tuple[Exclusion, ...]] = ("self_exclusion", "cool_off")


@dataclass(slots=True)
class _Told:
    """How far a wallet's history was read, and what it counts."""

    seq: int = 0
    play: Play = field(default_factory=Play)


@dataclass(frozen=True, slots=True)
class LimitsAdmin:
    """The use cases; `wait_s` is how long a looser limit waits, `zone` that of the windows."""

    accounts: Accounts
    controls: Controls
    history: History
    clock: Clock
    wait_s: int = DAY_S
    zone: str = "UTC"
    sleep: Callable[[float], None] = time.sleep

    def standing(self, player_id: str, currency: str) -> Controlled:
        """Return what holds for a wallet, and what waits."""
        existing_player(self.accounts, player_id)
        found = self.controls.read(player_id, a_currency(currency))
        if found is None:
            raise AdminError("wallet_not_found", f"player {player_id} has no {currency} wallet")
        return found

    def set(
        self, player_id: str, currency: str, wanted: Mapping[str, int | None], *, who: Who
    ) -> Controlled:
        """Set limits by name, in minor units or seconds; `None` takes one away.

        What is stricter, or as it was, holds at once and ends what waits under that name. What
        waits already goes on waiting.
        """
        unknown = sorted(wanted.keys() - set(LIMITS))
        if unknown or not wanted:
            raise AdminError("invalid_request", f"a limit is one of {', '.join(LIMITS)}")
        if any(value is not None and not 0 <= value <= _LARGEST for value in wanted.values()):
            raise AdminError("invalid_request", "a limit is a number from 0 to 10^30")
        told = _Told()

        def change(before: Controlled) -> Controlled:
            values = dict(before.limits.values)
            waiting = {each.name: each for each in before.pending}
            since = int(self.clock.now()) + self.wait_s
            for name, value in wanted.items():
                if _looser(value, values.get(name)):
                    waits = waiting.get(name)
                    if waits is None or waits.value != value:
                        waiting[name] = Pending(name, value, since)
                else:
                    waiting.pop(name, None)
                    values |= {} if value is None else {name: value}
            return self._with(before, values, tuple(waiting.values()), told)

        return self._change(player_id, currency, "set limits", change, who)

    def confirm(
        self,
        player_id: str,
        currency: str,
        *,
        who: Who,
        once: Callable[[Controlled], Once] | None = None,
    ) -> Controlled:
        """Let the looser limits hold whose waiting time is over.

        `once` says how a request that names itself is answered, from what holds then. Raises
        `AdminError` when none waits, or none long enough.
        """

        def change(before: Controlled) -> Controlled:
            now = int(self.clock.now())
            due = {each.name: each.value for each in before.pending if each.since <= now}
            if not due:
                ends = min((each.since for each in before.pending), default=None)
                said = "no limit waits" if ends is None else f"wait until {iso_utc(ends)}"
                raise AdminError("nothing_to_confirm" if ends is None else "too_early", said)
            values = {**dict(before.limits.values), **due}
            kept = {name: value for name, value in values.items() if value is not None}
            waiting = tuple(each for each in before.pending if each.name not in due)
            return self._with(before, kept, waiting, _Told())

        return self._change(player_id, currency, "confirm limits", change, who, once)

    def exclude(self, player_id: str, exclusion: Exclusion, until: int | None, *, who: Who) -> int:
        """Stop a player's bets and launches until a moment, or for good; return when it ends.

        `until` is in seconds since the epoch. Raises `AdminError` for an end that has passed, that
        is earlier than the present one, or that is too far away for a cool-off.
        """
        existing_player(self.accounts, player_id)
        now = self.clock.now()
        end = FOR_GOOD if until is None else until
        if not now < end <= FOR_GOOD:
            raise AdminError("invalid_request", "an exclusion ends in the future")
        if exclusion == "cool_off" and end > now + LONGEST_COOL_OFF_S:
            raise AdminError("invalid_request", "a cool-off lasts six weeks at most")
        audit = who.explained().record(of_player(player_id), exclusion, now, new=iso_utc(end))
        self.controls.exclude(player_id, exclusion, end, audit)
        return end

    def check(
        self, player_id: str, currency: str, amount_minor: int, session_id: str | None = None
    ) -> Refusal | None:
        """Return what a bet would meet now: a block, an exclusion or a limit; `None` is nothing.

        The bet is one in a round of its own, so it takes bonus money as its grant says.
        """
        player, wallet, session = self.accounts.balance(player_id, currency, session_id)
        if player is None:
            raise AdminError("player_not_found", f"player {player_id} does not exist")
        if wallet is None:
            raise AdminError("wallet_not_found", f"player {player_id} has no {currency} wallet")
        if player.blocked or wallet.blocked:
            return Refusal("player_blocked")
        if wallet.limits is None:
            return None
        bet = Transaction("", "", "bet", "bet", player_id, currency, amount_minor, round_id="-")
        now, of_bonus = int(self.clock.now()), 0
        if wallet.bonus is not None:
            stake = stake_of(wallet, wallet.bonus, Snapshot(session=session), bet, now)
            of_bonus = stake.bonus_minor
        return refusal_of(wallet.limits, wallet, session, bet, now, of_bonus)

    def _change(
        self,
        player_id: str,
        currency: str,
        what: str,
        change: Callable[[Controlled], Controlled],
        who: Who,
        once: Callable[[Controlled], Once] | None = None,
    ) -> Controlled:
        for attempt in range(_TRIES):
            if attempt:
                self.sleep(0.01 * 2**attempt)
            before = self.standing(player_id, currency)
            try:
                after = change(before)
            except BusyError:
                continue  # the index of the history lags
            if (after.limits, after.pending) == (before.limits, before.pending):
                return before
            old, new = (_words(each) for each in (before, after))
            subject, now = of_player(player_id), self.clock.now()
            asker = who.explained() if once is None else replace(who.explained(), once=once(after))
            audit = asker.record(subject, what, now, old=old, new=new, detail=currency)
            if self.controls.change(before, after, audit):
                return after
        raise BusyError("the wallet changed too often meanwhile")

    def _with(
        self,
        before: Controlled,
        values: Mapping[str, int],
        pending: tuple[Pending, ...],
        told: _Told,
    ) -> Controlled:
        """Return what holds from now on.

        The first limit counts what was played before it, and a reality check begins anew.
        """
        limits = replace(before.limits, values=tuple(sorted(values.items())))
        play = before.wallet.play
        if play is None and values:
            limits = replace(limits, zone=self.zone)
            play = self._first_counts(before.wallet, limits, told)
        if play is not None and REALITY_CHECK in values and before.limits.of(REALITY_CHECK) is None:
            play = anew(play)
        wallet = replace(before.wallet, limits=limits, play=play)
        return Controlled(wallet, tuple(sorted(pending, key=lambda each: each.name)))

    def _first_counts(self, wallet: Wallet, limits: Limits, told: _Told) -> Play:
        """Return what a wallet's history counts; raises `BusyError` while the index lags.

        What `told` holds of it already is not read again.
        """
        for entry in self.history.of_wallet(wallet.player_id, wallet.currency, told.seq + 1):
            if entry.record == "applied" and entry.seq == told.seq + 1 <= wallet.seq:
                told.seq, told.play = entry.seq, folded(limits, moved([entry]), told.play)
        if told.seq != wallet.seq:
            raise BusyError("the wallet's history is not complete yet")
        return told.play


def _looser(value: int | None, present: int | None) -> bool:
    """Tell whether a limit allows more than the present one: every limit is stricter when lower."""
    return present is not None and (value is None or value > present)


def _words(controlled: Controlled) -> str:
    values = [f"{name}={value}" for name, value in controlled.limits.values]
    waiting = [f"{each.name}={each.value} from {each.since}" for each in controlled.pending]
    return " ".join(values) + (f" (waiting: {', '.join(waiting)})" if waiting else "")
