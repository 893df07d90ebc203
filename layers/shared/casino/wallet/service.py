"""Moves money exactly once: the loop around the pure decision and the atomic commit.

The commit makes it safe: it puts the entry only if its id is free, and updates the wallet only if
its version is the one that the decision read. So any step may fail, be repeated or be overtaken;
the loop reads who won and decides again. Every refusal is recorded under the same id before it is
given, so a definitive answer never stands beside a write that may still land.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from casino.base.clock import Clock
from casino.base.deadline import left_s
from casino.base.errors import BusyError, OutcomeUnknownError, RetryableError, UnavailableError
from casino.base.times import iso_utc
from casino.wallet.decide import decide
from casino.wallet.decide_session import decide_balance
from casino.wallet.decision import Cancelled, Decision, Posting, Refusal, Replay, Snapshot
from casino.wallet.dialect import Outcome, Words
from casino.wallet.model import Entry, Tombstone, Transaction
from casino.wallet.ports import Accounts, Commit, Ledger
from casino.wallet.queries import BalanceQuery
from casino.wallet.record import commit_for
from casino.wallet.refusals import REFUSALS
from casino.wallet.terms import Terms


@dataclass(frozen=True, slots=True)
class Retries:
    """How long a transaction is tried again, in seconds: full jitter, within the deadline.

    The first `at_once` times that it is overtaken it is decided again without a wait, from what
    the commit handed back: more of such tries feed a crowd. No commit begins with less than
    `commit_s` left, since its outcome could not be learnt.
    """

    at_once: int = 1
    deadline_s: float = 2.5
    base_s: float = 0.02
    cap_s: float = 0.4
    commit_s: float = 0.15


class Rules(NamedTuple):
    """How transactions are decided and written down; by default, those without holds."""

    decide: Callable[[Snapshot, Transaction, Terms, int], Decision] = decide
    commit_for: Callable[[Snapshot, Transaction, Refusal | Posting, str, Words], Commit] = (
        commit_for
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What the caller gets: `code` is `ok` or one of the refusals, `body` the exact text.

    `rule` names what decided, `conflicts` counts the commits that somebody else overtook.
    """

    status: int
    body: str
    code: str
    rule: str
    replay: bool = False
    conflicts: int = 0


@dataclass(slots=True)
class _Attempt:
    """What one call has seen so far."""

    give_up_at: float
    waits: int = 0
    seen: Snapshot | None = None
    """The last snapshot: a bet names its round, and the next read takes it along."""
    conflicts: int = 0
    unsettled: list[str] = field(default_factory=list)
    """Hashes of the entries that this call sent and that may have been written: only they can be
    its own. A copy of the request, decided elsewhere in the same millisecond, hashes alike."""
    failure: type[RetryableError] = BusyError
    outcome_unknown: bool = False


class WalletService:
    """Balance, bet, win, refund, deposit and withdrawal."""

    def __init__(
        self,
        ledger: Ledger,
        accounts: Accounts,
        clock: Clock,
        dialect: Words,
        retries: Retries | None = None,
        jitter: Callable[[], float] = random.random,
        rules: Rules | None = None,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._clock = clock
        self._dialect = dialect
        self._retries = retries or Retries()
        self._jitter = jitter
        self._rules = rules or Rules()

    def balance(self, query: BalanceQuery) -> Result:
        """Return the balance to play with, or why there is none to tell.

        Without a session the player's latest active one counts, and that names the same wallet:
        so the wallet is read at once, and the player's item tells whether there ever was a session.
        Raises `UnavailableError`.
        """
        facts = self._accounts.balance(query.player_id, query.currency, query.session_id)
        found = decide_balance(facts, query, int(self._clock.now()))
        if isinstance(found, Refusal):
            return self.refused(found.code, query.trace_id)
        outcome = Outcome("ok", query.trace_id, query.currency, found, request=query)
        status, body = self._dialect.answer(outcome)
        return Result(status, body, "ok", "balance")

    def refused(self, code: str, trace_id: str, detail: str = "", conflicts: int = 0) -> Result:
        """Return the answer for a code that is not recorded."""
        status, body = self._dialect.answer(Outcome(code, trace_id, detail=detail))
        return Result(status, body, code, code, conflicts=conflicts)

    def transact(self, request: Transaction, terms: Terms) -> Result:
        """Decide and record `request`, whatever happens on the way, exactly once.

        Raises `BusyError` or `UnavailableError` when nothing moved, and `OutcomeUnknownError` when
        a write may have been made: sending the same request again settles it.
        """
        deadline_s = min(self._retries.deadline_s, left_s())
        attempt = _Attempt(self._clock.monotonic() + deadline_s)
        snapshot: Snapshot | None = None
        while True:
            try:
                if snapshot is None:
                    snapshot = self._ledger.load(request, attempt.seen)
                answer, snapshot = self._try(request, terms, snapshot, attempt)
                if answer is not None:
                    return answer
                if attempt.conflicts <= self._retries.at_once:
                    continue
            except OutcomeUnknownError:
                attempt.outcome_unknown = True
            except BusyError:
                attempt.conflicts += 1
                attempt.failure = BusyError
            except UnavailableError:
                attempt.failure = UnavailableError
            self._wait(attempt)
            # On a contended wallet others commit meanwhile: what was read before the wait is old.
            snapshot = None

    def _try(
        self,
        request: Transaction,
        terms: Terms,
        snapshot: Snapshot,
        attempt: _Attempt,
    ) -> tuple[Result | None, Snapshot | None]:
        """Decide and commit once: the answer, or the snapshot to decide again from."""
        now = self._clock.now()
        decision = self._rules.decide(snapshot, request, terms, int(now))
        if isinstance(decision, Replay):
            own = decision.entry.hash in attempt.unsettled
            return _result(decision.entry, attempt, replay=not own), None
        if isinstance(decision, Cancelled):
            return _cancelled(decision.tombstone, attempt), None
        if isinstance(decision, Refusal) and not _is_recorded(decision):
            if attempt.outcome_unknown and snapshot.entry is None:
                raise OutcomeUnknownError
            conflicts = attempt.conflicts
            return self.refused(decision.code, request.trace_id, conflicts=conflicts), None
        attempt.seen = snapshot
        if self._clock.monotonic() + self._retries.commit_s > attempt.give_up_at:
            raise BusyError
        commit = self._rules.commit_for(snapshot, request, decision, iso_utc(now), self._dialect)
        try:
            overtaken = self._ledger.commit(commit, snapshot)
        except OutcomeUnknownError:
            attempt.unsettled.append(commit.entry.hash)
            raise
        if overtaken is None:
            return _result(commit.entry, attempt, replay=False), None
        attempt.seen = overtaken
        attempt.conflicts += 1
        attempt.failure = BusyError
        return None, overtaken

    def _wait(self, attempt: _Attempt) -> None:
        """Back off with full jitter, or give up when the deadline would pass meanwhile.

        The cap shrinks with the time that is left: on a crowded wallet a late request tries oftener
        than those that have just come, and is not the one that always loses.
        """
        retries = self._retries
        left_s = attempt.give_up_at - self._clock.monotonic() - retries.commit_s
        cap_s = max(retries.base_s, retries.cap_s * (left_s / retries.deadline_s) ** 2)
        delay_s = min(cap_s, retries.base_s * 2 ** min(attempt.waits, 10)) * self._jitter()
        attempt.waits += 1
        if delay_s >= left_s:
            failure = OutcomeUnknownError if attempt.outcome_unknown else attempt.failure
            raise failure(conflicts=attempt.conflicts)
        self._clock.sleep(delay_s)


def _is_recorded(refusal: Refusal) -> bool:
    spec = REFUSALS.get(refusal.code)
    return refusal.recorded and (spec is None or spec.recorded)


def _cancelled(tombstone: Tombstone, attempt: _Attempt) -> Result:
    code, conflicts = "bet_cancelled", attempt.conflicts
    return Result(tombstone.status, tombstone.body, code, code, replay=True, conflicts=conflicts)


def _result(entry: Entry, attempt: _Attempt, *, replay: bool) -> Result:
    code = entry.rule if entry.record == "refused" else "ok"
    return Result(entry.status, entry.body, code, entry.rule, replay, attempt.conflicts)
