"""A hold, its settlement and its rollback, case by case: what is answered and what moves."""

from dataclasses import replace

import pytest

from casino.base.errors import BusyError
from casino.wallet.model import Entry
from testing.transactions import PLAYER, SESSION
from tests.unit.wallet.holding import LOST, Holding, a_request


@pytest.fixture
def holding() -> Holding:
    return Holding()


def entry(holding: Holding, key: str) -> Entry:
    found = holding.world.history.find("sandbox", key)
    assert isinstance(found, Entry)
    return found


def test_a_hold_takes_the_stake_out_of_the_balance_at_once(holding: Holding) -> None:
    assert holding("hold", "k1") == (200, "authorized")
    assert holding.money == (99_750, 250)
    assert entry(holding, "k1").postings == (("held", 250), ("player", -250))
    assert (entry(holding, "k1").player_id, entry(holding, "k1").game_id) == (PLAYER, "g1")


@pytest.mark.parametrize(("win", "balance"), [(500, 100_250), (0, 99_750), (250, 100_000)])
def test_a_settlement_captures_the_whole_stake_and_pays_the_win(
    holding: Holding, win: int, balance: int
) -> None:
    holding("hold", "k1")
    assert holding("settle", "k2", amount_minor=win) == (200, "credited")
    assert holding.money == (balance, 0)
    expected = (("held", -250), ("integration", 250 - win), ("player", win))
    assert entry(holding, "k2").postings == expected
    assert holding.faults == set()


def test_a_rollback_gives_the_stake_back(holding: Holding) -> None:
    holding("hold", "k1")
    assert holding("rollback", "k2") == (200, "rolled_back")
    assert holding.money == (100_000, 0)
    assert entry(holding, "k2").postings == (("held", -250), ("player", 250))
    assert holding.faults == set()


def test_a_hold_of_nothing_is_a_bet_all_the_same(holding: Holding) -> None:
    assert holding("hold", "k1", amount_minor=0) == (200, "authorized")
    assert holding("settle", "k2") == (200, "credited")
    assert holding.money == (100_500, 0)
    assert holding.faults == set()


@pytest.mark.parametrize("kind", ["hold", "settle", "rollback"])
def test_a_copy_gets_the_bytes_of_the_first_answer(holding: Holding, kind: str) -> None:
    if kind != "hold":
        holding("hold", "k0")
    request = a_request(kind, "k1")
    first, money = holding.send(request), holding.money
    copy = holding.send(replace(request, trace_id="another"))
    assert (copy.status, copy.body, copy.replay) == (200, first.body, True)
    assert (first.replay, holding.money) == (False, money)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 251},
        {"currency": "USD"},
        {"bet_transaction_id": "b2"},
        {"round_id": "r2"},
        {"session_id": "s2"},
        {"kind": "settle", "session_id": None},
        {"kind": "rollback", "session_id": None},
    ],
)
def test_the_same_key_with_other_content_is_a_mismatch(
    holding: Holding, changes: dict[str, object]
) -> None:
    holding("hold", "k1")
    answer = holding.send(replace(a_request("hold", "k1"), **changes))  # type: ignore[arg-type]
    assert (answer.status, answer.code) == (409, "transaction_mismatch")
    assert holding.money == (99_750, 250)


def test_a_second_hold_of_one_bet_is_a_duplicate(holding: Holding) -> None:
    holding("hold", "k1")
    assert holding("hold", "k2") == (409, "DUPLICATE")
    holding("settle", "k3")
    assert holding("hold", "k4") == (409, "DUPLICATE")
    assert holding("settle", "k5") == (409, "DUPLICATE")
    assert holding.money == (100_250, 0)
    assert holding.faults == set()


def test_a_settlement_before_its_hold_is_not_recorded_and_pays_later(holding: Holding) -> None:
    assert holding("settle", "k2") == (409, "BET_NOT_AUTHORIZED")
    assert holding("hold", "k1") == (200, "authorized")
    assert holding("settle", "k2") == (200, "credited")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"currency": "USD"}, "CURRENCY_MISMATCH"), ({"round_id": "r2"}, "ROUND_MISMATCH")],
)
def test_a_settlement_that_does_not_fit_its_hold_can_be_corrected(
    holding: Holding, changes: dict[str, object], code: str
) -> None:
    holding("hold", "k1")
    assert holding("settle", "k2", **changes)[1] == code
    assert holding("settle", "k2") == (200, "credited")


def test_a_settlement_and_a_rollback_exclude_each_other(holding: Holding) -> None:
    for bet, first, second, code in [
        ("b1", "settle", "rollback", "BET_ALREADY_SETTLED"),
        ("b2", "rollback", "settle", "BET_ROLLED_BACK"),
    ]:
        holding("hold", f"{bet}-1", bet_transaction_id=bet)
        assert holding(first, f"{bet}-2", bet_transaction_id=bet)[0] == 200
        assert holding(second, f"{bet}-3", bet_transaction_id=bet) == (409, code)
    assert holding.money == (100_250, 0)
    assert holding.faults == set()


def test_the_rollback_of_an_unknown_bet_bars_it_for_ever(holding: Holding) -> None:
    assert holding("rollback", "k1") == (200, "rolled_back")
    assert holding("hold", "k2") == (409, "BET_ROLLED_BACK")
    assert holding("settle", "k3") == (409, "BET_ROLLED_BACK")
    assert holding("rollback", "k4") == (200, "rolled_back")
    assert holding.money == (100_000, 0)
    assert holding.faults == set()


def test_a_rollback_under_another_key_answers_as_the_first_and_moves_nothing(
    holding: Holding,
) -> None:
    holding("hold", "k1")
    first = holding.send(a_request("rollback", "k2"))
    again = holding.send(a_request("rollback", "k3"))
    assert (again.status, again.body) == (first.status, first.body)
    assert holding.money == (100_000, 0)
    assert holding.faults == set()


def test_a_hold_above_the_funds_stays_refused_under_its_key_alone(holding: Holding) -> None:
    assert holding("hold", "k1", amount_minor=100_001) == (402, "INSUFFICIENT_FUNDS")
    assert holding.send(a_request("hold", "k1", amount_minor=100_001)).replay
    assert holding("hold", "k2") == (200, "authorized")


def test_reserved_money_is_not_held(holding: Holding) -> None:
    holding.world.accounts.set_reserved(PLAYER, "EUR", 99_800)
    assert holding("hold", "k1") == (402, "INSUFFICIENT_FUNDS")


@pytest.mark.parametrize(
    ("session", "answer"),
    [
        ({"status": "closed"}, (401, "SESSION_EXPIRED")),
        ({"expires_at": 1}, (401, "SESSION_EXPIRED")),
        ({"status": "suspended"}, (401, "SESSION_SUSPENDED")),
        ({"integration": "other"}, (404, "SESSION_NOT_FOUND")),
        ({"currency": "USD"}, (400, "CURRENCY_MISMATCH")),
    ],
)
def test_a_hold_needs_a_live_session_of_its_own(
    holding: Holding, session: dict[str, object], answer: tuple[int, str]
) -> None:
    changed = replace(SESSION, **session)  # type: ignore[arg-type]
    holding.world.tables.stored_sessions["s1"] = changed
    assert holding("hold", "k1") == answer
    assert holding("rollback", "k2") == (200, "rolled_back")
    assert holding.faults == set()


def test_what_ends_a_bet_needs_no_session_and_passes_a_block(holding: Holding) -> None:
    holding("hold", "k1")
    holding("hold", "k2", bet_transaction_id="b2")
    holding.world.tables.stored_sessions.clear()
    holding.world.accounts.set_blocked(PLAYER, blocked=True)
    assert holding("settle", "k3") == (200, "credited")
    assert holding("rollback", "k4", bet_transaction_id="b2") == (200, "rolled_back")
    assert holding("hold", "k5", bet_transaction_id="b3") == (404, "SESSION_NOT_FOUND")


def test_a_blocked_player_holds_nothing(holding: Holding) -> None:
    holding.world.accounts.set_blocked(PLAYER, blocked=True)
    assert holding("hold", "k1") == (403, "RG_PLAYER_BLOCKED")


def test_the_end_of_a_bet_takes_one_read_and_one_write_while_the_wallet_rests(
    holding: Holding,
) -> None:
    holding("hold", "k1")
    holding.ledger.loads = holding.ledger.commits = 0
    holding("settle", "k2")
    assert (holding.ledger.loads, holding.ledger.commits) == (1, 1)


def test_the_end_of_a_bet_meets_a_wallet_that_moved_and_needs_one_more_write(
    holding: Holding,
) -> None:
    holding("hold", "k1")
    holding("hold", "k2", bet_transaction_id="b2")
    holding.ledger.loads = holding.ledger.commits = 0
    assert holding("settle", "k3") == (200, "credited")
    assert (holding.ledger.loads, holding.ledger.commits) == (1, 2)
    assert holding.money == (100_000, 250)


def test_the_end_of_a_bet_reads_the_wallet_after_a_second_conflict(holding: Holding) -> None:
    holding("hold", "k1")
    for number in range(6):
        other = f"o{number}"
        holding.overtaken_by(a_request("hold", other, bet_transaction_id=other, amount_minor=1))
    assert holding("settle", "k2") == (200, "credited")
    assert holding.ledger.commits == 7 + 1
    assert holding.money == (100_244, 6)
    assert holding.faults == set()


@pytest.mark.parametrize(("error", "made"), [(LOST, True), (LOST, False), (BusyError, False)])
@pytest.mark.parametrize("kind", ["hold", "settle", "rollback"])
def test_a_commit_that_fails_is_settled_by_reading_again(
    holding: Holding, kind: str, made: bool, error: type[LOST | BusyError]
) -> None:
    if kind != "hold":
        holding("hold", "k0")
    holding.failing(error, made=made)
    assert holding(kind, "k1")[0] == 200
    assert holding.money == {"hold": (99_750, 250), "settle": (100_250, 0)}.get(kind, (100_000, 0))
    assert holding.faults == set()


STEPS = [("hold", "k1"), ("hold", "k2"), ("settle", "k3"), ("settle", "k4")]
ENDS = [("rollback", "k5"), ("rollback", "k6")]


@pytest.mark.parametrize("first", STEPS + ENDS, ids="-".join)
@pytest.mark.parametrize("faster", STEPS + ENDS, ids="-".join)
@pytest.mark.parametrize("held_before", [True, False])
def test_two_at_once_end_as_if_one_came_after_the_other(
    holding: Holding, first: tuple[str, str], faster: tuple[str, str], held_before: bool
) -> None:
    serial = Holding()
    for each in (holding, serial):
        if held_before:
            each("hold", "k0")
    holding.overtaken_by(a_request(*faster))
    answer = holding(*first)
    if holding.ledger.first:  # it answered without a commit: it came first
        holding.send(a_request(*faster))
        expected = serial(*first)
        serial(*faster)
    else:
        serial(*faster)
        expected = serial(*first)
    assert answer == expected
    assert holding.money == serial.money
    assert holding.faults == set()
