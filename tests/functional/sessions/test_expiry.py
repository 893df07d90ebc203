"""The schedule against the real tables: what is closed, what goes on, and who is told."""

from collections.abc import Callable
from typing import Any

import pytest

from casino.base.errors import UnavailableError
from casino.providers.ports import Launched, LaunchRequest
from casino.sessions import expiry
from casino.sessions.closing import MOST_TELLS
from casino.sessions.model import LEASE_S, RETRY_WINDOW_S
from testing.launching import PLAYER, URL, Desk, Output, failure, is_watched, play_in
from tests.functional.sessions.expiry_run import IDLE_S, Run


def _raise(error: BaseException) -> Callable[[LaunchRequest], Launched]:
    def answer(_: LaunchRequest) -> Launched:
        raise error

    return answer


def test_session_that_nobody_plays_is_closed_and_its_provider_told(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.clock.sleep(IDLE_S - 60)
    assert run() == {"in_play": 1, "handed_over": False}
    desk.clock.sleep(61)
    assert run() == {"dormant": 1, "handed_over": False}
    assert run.status("sess-1") == "closed"
    assert desk.provider.closed == ["sess-1"]
    assert play_in(desk, "sess-1").bet("1.00").error == "session_expired"
    assert run() == {"handed_over": False}


def _place_bet(play: Any) -> None:
    play.bet("1.00")


def _win(play: Any) -> None:
    play.win("1.00")


def _refused_bet(play: Any) -> None:
    play.bet("99999.00")


@pytest.mark.parametrize("hook", [_place_bet, _win, _refused_bet])
def test_play_keeps_a_session_open_without_a_write_to_it(
    desk: Desk, run: Run, hook: Callable[[Any], None]
) -> None:
    """The hook runs on the machine's clock, so the session is made to be older than its play."""
    desk.clock.elapsed = -IDLE_S + 60
    desk.launch(session_id="sess-1")
    before = desk.stored("sess-1")
    desk.clock.elapsed = 0
    hook(play_in(desk, "sess-1"))
    assert desk.stored("sess-1") == before
    desk.clock.elapsed = IDLE_S - 60
    assert run() == {"in_play": 1, "handed_over": False}
    assert run.status("sess-1") == "active"
    desk.clock.elapsed = IDLE_S + 60
    assert run() == {"dormant": 1, "handed_over": False}


def test_play_in_another_session_keeps_this_one_from_nothing(desk: Desk, run: Run) -> None:
    desk.clock.elapsed = -IDLE_S + 60
    desk.launch(session_id="sess-1")
    desk.launch(session_id="sess-2")
    desk.clock.elapsed = 0
    play = play_in(desk, "sess-2")
    for _ in range(30):  # more than a page of the index
        play.bet("1.00")
    desk.world.deposit(PLAYER, "EUR", "1.00")
    desk.clock.elapsed = IDLE_S - 60
    assert run() == {"dormant": 1, "in_play": 1, "handed_over": False}
    assert (run.status("sess-1"), run.status("sess-2")) == ("closed", "active")


def test_index_that_lags_behind_the_wallet_closes_nothing(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    client, table = desk.world.client, desk.world.tables.wallets
    key = {"player_id": {"S": PLAYER}, "currency": {"S": "EUR"}}
    client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD seq :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"in_play": 1, "handed_over": False}
    assert run.status("sess-1") == "active"


def test_a6_refusals_under_a_players_name_keep_no_session_open(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    stranger = play_in(desk, "sess-nobody")
    for _ in range(30):
        assert stranger.bet("1.00").error == "session_not_found"
    desk.clock.sleep(IDLE_S + 1)
    run.most = 1
    assert run() == {"dormant": 1, "handed_over": False}


def test_a6_a_walk_through_a_crowded_wallet_is_bounded_and_moves_on(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    player = play_in(desk, "sess-1")
    for _ in range(30):
        player.bet("99999.00")
    desk.clock.sleep(IDLE_S + 1)
    run.most = 25
    assert run() == {"in_play": 1, "handed_over": False}
    run.most = 31
    assert run() == {"handed_over": False}, "it is looked at again later"
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"dormant": 1, "handed_over": False}


def test_session_over_its_time_is_closed_although_it_is_played(desk: Desk, run: Run) -> None:
    desk.clock.elapsed = -12 * 3600
    desk.launch(session_id="sess-1")
    play_in(desk, "sess-1").bet("1.00")
    desk.clock.elapsed = 1
    assert run() == {"expired": 1, "handed_over": False}
    assert run.status("sess-1") == "closed"


def test_suspended_session_lasts_until_its_time_is_over(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.world.sessions.set_status("sess-1", "suspended")
    desk.clock.sleep(2 * IDLE_S)
    assert run() == {"in_play": 1, "handed_over": False}
    desk.clock.sleep(12 * 3600)
    assert run() == {"expired": 1, "handed_over": False}


def test_demo_session_leaves_no_trace_of_play_so_it_lasts_its_time(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1", is_demo=True)
    desk.clock.sleep(2 * IDLE_S)
    assert run() == {"in_play": 1, "handed_over": False}
    desk.clock.sleep(12 * 3600)
    assert run() == {"expired": 1, "handed_over": False}


def test_session_that_an_operator_opened_expires_too(desk: Desk, run: Run) -> None:
    opened = desk.world.session(PLAYER, ttl_s=7200)
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"dormant": 1, "handed_over": False}
    assert run.status(opened) == "closed"


def test_provider_hears_of_a_session_that_an_operator_closed(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.world.sessions.set_status("sess-1", "closed")
    assert run() == {"told": 1, "handed_over": False}
    assert desk.provider.closed == ["sess-1"]
    assert not is_watched(desk, "sess-1")


def test_launch_that_died_is_failed_and_later_its_provider_told(desk: Desk, run: Run) -> None:
    desk.provider.answers = [_raise(KeyboardInterrupt())]
    with pytest.raises(KeyboardInterrupt):
        desk.launch(session_id="sess-1")
    assert run() == {"handed_over": False}
    desk.clock.sleep(LEASE_S + 1)
    assert run() == {"failed": 1, "handed_over": False}
    assert (run.status("sess-1"), desk.stored("sess-1").error) == ("failed", "outcome_unknown")
    assert desk.provider.closed == []
    desk.clock.sleep(RETRY_WINDOW_S)
    assert run() == {"told": 1, "handed_over": False}
    assert desk.provider.closed == ["sess-1"]
    assert desk.launch(session_id="sess-1").error == "session_id_used"


@pytest.mark.parametrize(
    ("code", "told"),
    [("provider_timeout", ["sess-1"]), ("provider_refused", []), ("provider_circuit_open", [])],
)
def test_provider_that_may_hold_a_failed_launch_is_told(
    desk: Desk, run: Run, code: str, told: list[str]
) -> None:
    desk.provider.answers = [failure(code)]
    desk.launch(session_id="sess-1")
    desk.clock.sleep(RETRY_WINDOW_S + 1)
    run()
    assert desk.provider.closed == told
    assert run.status("sess-1") == "failed"


def test_failed_launch_that_was_tried_again_is_not_closed(desk: Desk, run: Run) -> None:
    desk.provider.answers = [failure("provider_timeout"), URL]
    desk.launch(session_id="sess-1")
    desk.launch(session_id="sess-1")
    desk.clock.sleep(RETRY_WINDOW_S + 1)
    assert run() == {"in_play": 1, "handed_over": False}
    assert desk.provider.closed == []


def test_provider_that_does_not_hear_is_told_again_and_then_left_alone(
    desk: Desk, run: Run, output: Output
) -> None:
    desk.launch(session_id="sess-1")
    desk.provider.close_errors = [failure("provider_timeout")] * 10
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"dormant_later": 1, "handed_over": False}
    assert run() == {"handed_over": False}
    for _ in range(MOST_TELLS - 2):
        desk.clock.sleep(3 * 3600)
        assert run() == {"later": 1, "handed_over": False}
    desk.clock.sleep(3 * 3600)
    assert run() == {"given_up": 1, "handed_over": False}
    assert '"SessionsNotTold"' in output()
    assert desk.provider.closed == ["sess-1"] * MOST_TELLS
    assert run() == {"handed_over": False}
    assert run.status("sess-1") == "closed"


def test_secret_that_cannot_be_read_stops_no_other_session(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.launch(session_id="sess-2")
    desk.provider.close_errors = [UnavailableError()]
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"dormant": 1, "dormant_later": 1, "handed_over": False}
    assert (run.status("sess-1"), run.status("sess-2")) == ("closed", "closed")


def test_run_that_died_after_closing_is_finished_by_the_next(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.provider.close_errors = [KeyboardInterrupt()]  # type: ignore[list-item]
    desk.clock.sleep(IDLE_S + 1)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert run.status("sess-1") == "closed"
    desk.clock.sleep(3600)
    assert run() == {"told": 1, "handed_over": False}
    assert desk.provider.closed == ["sess-1", "sess-1"]


def test_two_runs_at_once_tell_a_provider_once(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.clock.sleep(IDLE_S + 1)
    first = list(desk.watch.due(int(desk.clock.now()), 10))
    assert run() == {"dormant": 1, "handed_over": False}
    assert not desk.watch.close(first[0].launch, int(desk.clock.now()))
    assert not desk.watch.look_again(first[0], int(desk.clock.now()))
    assert desk.provider.closed == ["sess-1"]


def test_run_without_time_hands_over_and_the_next_one_goes_on(
    desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 3)
    for n in range(7):
        desk.launch(session_id=f"sess-{n}")
    desk.clock.sleep(IDLE_S + 1)
    left = iter([100.0, 100.0, 100.0, 100.0, 10.0])
    run.time_left_s = lambda: next(left)
    assert run() == {"dormant": 4, "handed_over": True}
    assert run.handovers == [run.invoked_function_arn]
    run.time_left_s = lambda: 300.0
    assert run() == {"dormant": 3, "handed_over": False}
    assert sorted(desk.provider.closed) == [f"sess-{n}" for n in range(7)]
