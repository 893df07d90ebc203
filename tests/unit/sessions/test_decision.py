"""What a launch is, given what stands under its session_id."""

from dataclasses import replace

import pytest

from casino.sessions.model import (
    LEASE_S,
    Exchange,
    Launch,
    LaunchOrder,
    Refuse,
    Repeat,
    Start,
    begin,
    decide,
    fail,
    second_id,
    succeed,
)
from casino.wallet.model import SessionStatus

ORDER = LaunchOrder("sess-1", "game-1", "player-1", "EUR", return_url="https://casino.test/")
NOW = 1_800_000_000
REPEAT_S = 60
BEGUN = begin(ORDER, "sandbox", "attempt-1", NOW, ttl_s=3600)
MADE = succeed(BEGUN, "https://games.test/1", Exchange(), NOW + 1)
FAILED = fail(BEGUN, "provider_timeout", Exchange(), NOW + 1)


def decided(found: Launch | None, after_s: int = 0, order: LaunchOrder = ORDER) -> object:
    return decide(found, order, NOW + after_s, REPEAT_S)


def with_status(status: SessionStatus) -> Launch:
    return replace(MADE, session=replace(MADE.session, status=status))


def test_a_new_id_starts() -> None:
    assert decided(None) == Start(None)


def test_a_running_launch_is_in_progress_until_its_lease_is_over() -> None:
    assert decided(BEGUN, LEASE_S - 1) == Refuse("launch_in_progress")
    assert decided(BEGUN, LEASE_S) == Start(BEGUN)


def test_a_failed_launch_may_be_tried_again_under_its_id_until_it_is_final() -> None:
    assert decided(FAILED, 5) == Start(FAILED)
    assert decided(replace(FAILED, final=True), 5) == Refuse("session_id_used")


def test_a_launch_made_a_moment_ago_is_repeated() -> None:
    assert decided(MADE, REPEAT_S) == Repeat(MADE)
    assert decided(MADE, REPEAT_S + 1) == Refuse("session_id_used")


def test_a_session_over_its_time_is_not_repeated() -> None:
    short = replace(MADE, session=replace(MADE.session, expires_at=NOW + 10))
    assert decided(short, 10) == Refuse("session_id_used")


@pytest.mark.parametrize("status", ["closed", "suspended"])
def test_a_session_that_is_not_open_is_used_up(status: SessionStatus) -> None:
    assert decided(with_status(status), 2) == Refuse("session_id_used")


@pytest.mark.parametrize(
    "change",
    [
        {"game_id": "game-2"},
        {"player_id": "player-2"},
        {"currency": "USD"},
        {"device": "desktop"},
        {"return_url": None},
        {"language": "en"},
        {"is_demo": True},
    ],
)
@pytest.mark.parametrize("found", [BEGUN, MADE, FAILED], ids=["launching", "active", "failed"])
def test_another_launch_under_the_id_is_a_mismatch(found: Launch, change: dict[str, str]) -> None:
    other = replace(ORDER, **change)  # type: ignore[arg-type]
    assert decided(found, 1, other) == Refuse("session_mismatch")


def test_a_session_that_an_operator_opened_is_a_mismatch() -> None:
    assert decided(Launch(MADE.session)) == Refuse("session_mismatch")


def test_fields_of_an_order_do_not_run_together() -> None:
    one = replace(ORDER, game_id="ab", player_id="c")
    two = replace(ORDER, game_id="a", player_id="bc")
    assert one.fingerprint() != two.fingerprint()


def test_the_second_id_is_always_the_same_and_another() -> None:
    assert second_id("sess-1") == second_id("sess-1")
    assert len({"sess-1", second_id("sess-1"), second_id("sess-2")}) == 3
