"""Move money exactly once: the loop around the pure decision and the atomic commit.

What makes it safe is in the commit, not here: the entry is put only if its id is free, the wallet
is updated only if its version is the one that was decided from. So any step may fail, be repeated
or be overtaken; the loop reads who won and decides again. Every refusal is recorded under the same
id before it is given, so a definitive answer never stands beside a write that may still land.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from casino.base.clock import Clock
from casino.base.errors import (
    BusyError,
    OutcomeUnknownError,
    RequestRefusedError,
    RetryableError,
    UnavailableError,
)
from casino.base.times import iso_utc
from casino.integrations.model import Integration
from casino.wallet.decide import Refusal, Replay, Snapshot, decide
from casino.wallet.model import Entry, Transaction
from casino.wallet.ports import Accounts, Ledger, Renderer
from casino.wallet.record import commit_for
from casino.wallet.refusals import CATALOGUE


@dataclass(frozen=True, slots=True)
class Retries:
    """How long a transaction is tried again, in seconds: full jitter, within the deadline.

    The first `at_once` times that it is overtaken it is decided again without a wait, from what
    the commit handed back.
    """

    at_once: int = 2
    deadline_s: float = 1.5
    base_s: float = 0.005
    cap_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets: `code` is `ok` or one of the error catalogue, `body` the exact text.

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
        renderer: Renderer,
        retries: Retries | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._clock = clock
        self._renderer = renderer
        self._retries = retries or Retries()
        self._jitter = jitter

    def balance(
        self, player_id: str, currency: str, session_id: str | None, integration: Integration
    ) -> Answer:
        """Return the spendable balance: what is left when the reserved funds are taken off.

        Without a session the player's latest active one counts, and that names the same wallet:
        so the wallet is read at once. Raises `RequestRefusedError` and `UnavailableError`.
        """
        player, wallet, session = self._accounts.balance(player_id, currency, session_id)
        if session_id is not None:
            if session is None or session.integration != integration.name:
                raise RequestRefusedError("session_not_found")
            if session.player_id != player_id:
                raise RequestRefusedError("player_mismatch")
            if session.currency != currency:
                raise RequestRefusedError("currency_mismatch")
            if session.status == "suspended":
                raise RequestRefusedError("session_suspended")
            if session.is_demo:
                raise RequestRefusedError("demo_session")
            if session.status == "failed":
                raise RequestRefusedError("session_not_active")
        if player is None:
            raise RequestRefusedError("player_not_found")
        spendable = wallet.spendable_minor if wallet is not None else 0
        return Answer(200, self._renderer.success(spendable, currency, None), "ok", "balance")

    def transact(self, request: Transaction, integration: Integration) -> Answer:
        """Decide and record `request`, whatever happens on the way, exactly once.

        Raises `BusyError` or `UnavailableError` when nothing moved, and `OutcomeUnknownError` when
        a write may have been made: sending the same request again settles it.
        """
        attempt = _Attempt(self._clock.monotonic() + self._retries.deadline_s)
        snapshot: Snapshot | None = None
        while True:
            try:
                if snapshot is None:
                    snapshot = self._ledger.load(request)
                answer, snapshot = self._try(request, integration, snapshot, attempt)
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
        integration: Integration,
        snapshot: Snapshot,
        attempt: _Attempt,
    ) -> tuple[Answer | None, Snapshot | None]:
        """Decide and commit once: the answer, or the snapshot to decide again from."""
        now = self._clock.now()
        decision = decide(snapshot, request, integration, int(now))
        if isinstance(decision, Replay):
            own = decision.entry.hash in attempt.unsettled
            return _answer(decision.entry, attempt, replay=not own), None
        if isinstance(decision, Refusal) and not CATALOGUE[decision.code].recorded:
            if attempt.outcome_unknown and snapshot.entry is None:
                raise OutcomeUnknownError
            return self._unrecorded(decision.code, request, attempt), None
        commit = commit_for(snapshot, request, decision, iso_utc(now), self._renderer)
        try:
            overtaken = self._ledger.commit(commit, snapshot)
        except OutcomeUnknownError:
            attempt.unsettled.append(commit.entry.hash)
            raise
        if overtaken is None:
            return _answer(commit.entry, attempt, replay=False), None
        attempt.conflicts += 1
        attempt.failure = BusyError
        return None, overtaken

    def _unrecorded(self, code: str, request: Transaction, attempt: _Attempt) -> Answer:
        spec = CATALOGUE[code]
        body = self._renderer.error(code, request.trace_id)
        return Answer(spec.status, body, code, code, conflicts=attempt.conflicts)

    def _wait(self, attempt: _Attempt) -> None:
        """Back off with full jitter, or give up when the deadline would pass meanwhile."""
        ceiling_s = min(self._retries.cap_s, self._retries.base_s * 2 ** min(attempt.waits, 10))
        delay_s = ceiling_s * self._jitter()
        attempt.waits += 1
        if self._clock.monotonic() + delay_s >= attempt.give_up_at:
            raise OutcomeUnknownError if attempt.outcome_unknown else attempt.failure
        self._clock.sleep(delay_s)


def _answer(entry: Entry, attempt: _Attempt, *, replay: bool) -> Answer:
    code = "ok" if entry.outcome == "applied" else entry.rule
    return Answer(entry.status, entry.body, code, entry.rule, replay, attempt.conflicts)
