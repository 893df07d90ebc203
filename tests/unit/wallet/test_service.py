"""The loop around decision and commit: patient within its deadline, honest beyond it."""

from dataclasses import replace

import pytest

from casino.base.deadline import deadline
from casino.base.errors import (
    BusyError,
    OutcomeUnknownError,
    RetryableError,
    UnavailableError,
)
from casino.integrations.model import Off
from casino.wallet.decision import Snapshot
from casino.wallet.model import Player
from casino.wallet.ports import Commit, Ledger
from casino.wallet.queries import BalanceQuery
from casino.wallet.service import Retries
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.fakes import FakeWorld
from testing.integrations import with_terms
from testing.transactions import (
    INTEGRATION,
    PLAYER,
    SESSION,
    a_bet,
    a_deposit,
    a_refund,
    a_win,
    a_withdrawal,
)
from tests.unit.wallet.troubled_wallet import (
    TroubledLedger,
    TroubledWallet,
    honest,
    never_sent,
    reply_lost,
)


@pytest.fixture
def wallet() -> TroubledWallet:
    world = FakeWorld()
    furnish(world)
    return TroubledWallet(world, FakeClock(), TroubledLedger(world.ledger))


def test_a_bet_takes_one_read_and_one_write(wallet: TroubledWallet) -> None:
    answer = wallet.send(a_bet())
    assert (answer.status, answer.code, answer.rule) == (200, "ok", "bet_debit")
    assert (wallet.ledger.loads, wallet.ledger.commits) == (1, 1)
    assert not wallet.clock.sleeps


def test_a_replay_takes_one_read_and_no_write(wallet: TroubledWallet) -> None:
    first = wallet.send(a_bet())
    again = wallet.send(a_bet(trace_id="another", session_id="another", extra="{}"))
    assert again == replace(first, replay=True)
    assert (wallet.ledger.loads, wallet.ledger.commits) == (2, 1)


def test_an_overtaken_commit_is_decided_again_without_another_read(wallet: TroubledWallet) -> None:
    wallet.troubles([wallet.behind(a_win())])
    answer = wallet.send(a_bet())
    assert (answer.code, answer.conflicts, answer.replay) == ("ok", 1, False)
    assert (wallet.ledger.loads, wallet.ledger.commits) == (1, 2)
    assert wallet.balance_minor == 100_000 + 500 - 250


@pytest.mark.parametrize("same_millisecond", [False, True])
def test_a_copy_that_was_faster_makes_this_one_the_replay(
    wallet: TroubledWallet, same_millisecond: bool
) -> None:
    def copy(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        other_hash = commit.entry.hash if same_millisecond else "f" * 64
        faster = replace(commit, entry=replace(commit.entry, hash=other_hash))
        assert ledger.commit(faster, snapshot) is None
        return ledger.commit(commit, snapshot)

    wallet.troubles([copy])
    answer = wallet.send(a_bet())
    assert (answer.code, answer.replay, answer.conflicts) == ("ok", True, 1)
    assert wallet.balance_minor == 100_000 - 250


def test_its_own_entry_after_a_lost_reply_is_no_replay(wallet: TroubledWallet) -> None:
    wallet.troubles([reply_lost])
    answer = wallet.send(a_bet())
    assert (answer.code, answer.replay) == ("ok", False)
    assert wallet.ledger.loads == 2
    assert wallet.balance_minor == 100_000 - 250


def test_a_lost_reply_of_a_write_that_was_not_made_is_written_again(wallet: TroubledWallet) -> None:
    wallet.troubles([never_sent(OutcomeUnknownError)])
    assert wallet.send(a_bet()).code == "ok"
    assert wallet.balance_minor == 100_000 - 250


def test_a_write_that_lands_late_is_known_as_its_own(wallet: TroubledWallet) -> None:
    delayed: list[tuple[Commit, Snapshot]] = []

    def delay(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        delayed.append((commit, snapshot))
        raise OutcomeUnknownError

    def land(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        assert ledger.commit(*delayed[0]) is None
        return ledger.commit(commit, snapshot)

    wallet.troubles([delay, land])
    answer = wallet.send(a_bet())
    assert (answer.code, answer.replay) == ("ok", False)
    assert wallet.balance_minor == 100_000 - 250


@pytest.mark.parametrize("error", [BusyError, UnavailableError])
def test_trouble_that_passes_within_the_deadline_is_not_seen(
    wallet: TroubledWallet, error: type[RetryableError]
) -> None:
    wallet.troubles([never_sent(error)] * 5)
    assert wallet.send(a_bet()).code == "ok"
    assert wallet.balance_minor == 100_000 - 250


@pytest.mark.parametrize("error", [BusyError, UnavailableError, OutcomeUnknownError])
def test_trouble_that_stays_ends_at_the_deadline_with_its_own_name(
    wallet: TroubledWallet, error: type[RetryableError]
) -> None:
    wallet.ledger.always = never_sent(error)
    with pytest.raises(error):
        wallet.send(a_bet())
    assert wallet.clock.elapsed < Retries().deadline_s
    assert wallet.balance_minor == 100_000


def test_a_ledger_that_cannot_be_read_is_unavailable(wallet: TroubledWallet) -> None:
    wallet.ledger.load_failures = 10**6
    with pytest.raises(UnavailableError):
        wallet.send(a_bet())
    assert wallet.ledger.commits == 0


@pytest.mark.parametrize("later", [BusyError, UnavailableError])
def test_an_unknown_outcome_is_never_forgotten_behind_later_trouble(
    wallet: TroubledWallet, later: type[RetryableError]
) -> None:
    wallet.troubles([never_sent(OutcomeUnknownError), *[never_sent(later)] * 1_000])
    with pytest.raises(OutcomeUnknownError):
        wallet.send(a_bet())


def test_a_read_that_fails_after_an_unknown_outcome_leaves_it_unknown(
    wallet: TroubledWallet,
) -> None:
    def lose_and_go_blind(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        wallet.ledger.load_failures = 10**6
        return reply_lost(ledger, commit, snapshot)

    wallet.troubles([lose_and_go_blind])
    with pytest.raises(OutcomeUnknownError):
        wallet.send(a_bet())
    wallet.ledger.load_failures = 0
    again = wallet.send(a_bet())
    assert (again.code, again.replay) == ("ok", True)
    assert wallet.balance_minor == 100_000 - 250


def test_a_session_that_vanishes_meanwhile_does_not_hide_an_unknown_outcome(
    wallet: TroubledWallet,
) -> None:
    sessions = wallet.world.tables.stored_sessions

    def vanish(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        del sessions[SESSION.session_id]
        raise OutcomeUnknownError

    wallet.troubles([vanish])
    with pytest.raises(OutcomeUnknownError):
        wallet.send(a_win())


def test_m6_a_refusal_by_configuration_stays_when_the_configuration_changes(
    wallet: TroubledWallet,
) -> None:
    for terms in ({"bets_off": Off()}, {"currencies": ("USD",)}):
        bet = a_bet(transaction_id=str(terms))
        refused = wallet.service.transact(bet, with_terms(INTEGRATION, **terms).wallet)
        again = wallet.send(bet)
        assert refused.code in ("bets_disabled", "unsupported_currency")
        assert (again.code, again.body, again.replay) == (refused.code, refused.body, True)
    assert wallet.balance_minor == 100_000


def test_m2_a_refund_keeps_the_round_that_it_learnt_across_a_wait(wallet: TroubledWallet) -> None:
    for request in (a_bet(round_id="r1"), a_win(round_id="r1", finished=True)):
        assert wallet.send(request).code == "ok"
    wallet.ledger.loads = wallet.ledger.commits = 0
    other = a_bet(transaction_id="bet-2", round_id=None)
    wallet.troubles([honest, wallet.behind(other)])
    answer = wallet.send(a_refund())
    assert (answer.code, answer.rule, answer.conflicts) == ("ok", "refund_after_win", 2)
    assert (wallet.ledger.loads, wallet.ledger.commits) == (2, 3)


def test_m4_no_commit_begins_that_the_request_has_no_time_for(wallet: TroubledWallet) -> None:
    with deadline(wallet.clock, Retries().commit_s / 2), pytest.raises(BusyError):
        wallet.send(a_bet())
    assert wallet.ledger.commits == 0


def test_m8_busy_carries_its_conflicts(wallet: TroubledWallet) -> None:
    wallet.ledger.always = never_sent(BusyError)
    with pytest.raises(BusyError) as caught:
        wallet.send(a_bet())
    assert caught.value.conflicts == wallet.ledger.commits > 1


def test_m8_an_unknown_outcome_carries_its_conflicts(wallet: TroubledWallet) -> None:
    lost = [never_sent(OutcomeUnknownError)] * 100
    wallet.troubles([never_sent(BusyError), never_sent(BusyError), *lost])
    with pytest.raises(OutcomeUnknownError) as caught:
        wallet.send(a_bet())
    assert caught.value.conflicts == 2


@pytest.mark.parametrize("jitter", [1.0, 0.5])
def test_waits_grow_within_a_cap_that_shrinks_with_the_time_left_and_have_full_jitter(
    wallet: TroubledWallet, jitter: float
) -> None:
    wallet.ledger.always, wallet.jitter = never_sent(BusyError), jitter
    with pytest.raises(BusyError):
        wallet.send(a_bet())
    retries, waits = Retries(), wallet.clock.sleeps
    left_s = retries.deadline_s - retries.commit_s
    for number, wait in enumerate(waits):
        cap_s = max(retries.base_s, retries.cap_s * (left_s / retries.deadline_s) ** 2)
        assert wait == pytest.approx(jitter * min(cap_s, retries.base_s * 2**number))
        left_s -= wait
    assert max(waits) > waits[-1]
    assert 0 < left_s <= jitter * retries.base_s, "the last try is as late as it may be"


def test_a_refusal_that_is_recorded_survives_a_lost_reply(wallet: TroubledWallet) -> None:
    wallet.troubles([reply_lost])
    refused = wallet.send(a_bet(amount_minor=200_000))
    assert (refused.status, refused.code, refused.replay) == (402, "insufficient_funds", False)
    wallet.send(a_deposit(500_000, transaction_id="dep-2"))
    assert wallet.send(a_bet(amount_minor=200_000)) == replace(refused, replay=True)


def test_a_refund_that_lost_the_race_for_the_bet_names_the_first(wallet: TroubledWallet) -> None:
    wallet.send(a_bet())
    wallet.troubles([wallet.behind(a_refund(transaction_id="ref-0"))])
    answer = wallet.send(a_refund())
    assert (answer.status, answer.code) == (409, "bet_already_refunded")
    assert wallet.balance_minor == 100_000


def test_a_withdrawal_takes_no_more_than_is_spendable(wallet: TroubledWallet) -> None:
    wallet.world.accounts.set_reserved(PLAYER, "EUR", 60_000)
    assert wallet.send(a_withdrawal(40_001)).code == "insufficient_funds"
    assert wallet.send(a_withdrawal(40_000, transaction_id="wdr-2")).code == "ok"
    assert wallet.balance_minor == 60_000


def test_a_balance_is_what_may_be_spent(wallet: TroubledWallet) -> None:
    wallet.world.accounts.set_reserved(PLAYER, "EUR", 25_000)
    for session_id in ("s1", None):
        answer = wallet.service.balance(BalanceQuery("sandbox", PLAYER, "EUR", session_id))
        assert (answer.status, answer.body) == (200, '{"balance":750.00}')


@pytest.mark.parametrize(
    ("player_id", "currency", "session_id", "code"),
    [
        ("nobody", "EUR", None, "player_not_found"),
        (PLAYER, "EUR", "nowhere", "session_not_found"),
        (PLAYER, "EUR", "foreign", "session_not_found"),
        ("p2", "EUR", "s1", "player_mismatch"),
        (PLAYER, "JPY", "s1", "currency_mismatch"),
    ],
)
def test_a_balance_of_nobody_or_another_is_refused(
    wallet: TroubledWallet, player_id: str, currency: str, session_id: str | None, code: str
) -> None:
    wallet.world.accounts.add_player(Player("p2", blocked=False, created_at="now"))
    foreign = replace(SESSION, session_id="foreign", integration="other")
    assert wallet.world.sessions.add(foreign)
    query = BalanceQuery("sandbox", player_id, currency, session_id)
    assert wallet.service.balance(query).code == code
