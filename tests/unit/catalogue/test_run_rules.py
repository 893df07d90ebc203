"""The rules of a synchronisation, as pure functions: marks, circles, drops, stale runs."""

from dataclasses import replace
from itertools import chain, cycle

import pytest

from casino.catalogue.run import (
    Run,
    SyncAbortedError,
    SyncState,
    advanced,
    dropped,
    is_stale,
    new_mark,
    restarted,
    updated_after,
)

START = "2026-01-01T12:00:00.000Z"


def a_run(**changes: object) -> Run:
    run = Run("run-1", "delta", START, phase="games")
    return replace(run, **changes)  # type: ignore[arg-type]


def step(run: Run, cursor: str | None, digest: str = "") -> Run:
    return advanced(run, cursor, digest, False, None)


def test_the_mark_is_the_latest_time_that_was_stored() -> None:
    run = a_run(games_highest="2026-01-01T09:00:00+01:00")

    assert new_mark(SyncState("hub"), run, "games") == "2026-01-01T08:00:00.000000Z"


def test_the_mark_never_passes_the_start_of_the_run_by_the_providers_clock() -> None:
    run = a_run(games_highest="2099-01-01T00:00:00Z")

    assert new_mark(SyncState("hub"), run, "games") == "2026-01-01T11:55:00.000000Z"


def test_a_delta_run_never_moves_the_mark_back_but_a_full_one_may() -> None:
    state = SyncState("hub", game_mark="2026-01-01T10:00:00.000000Z")
    run = a_run(games_highest="2026-01-01T09:00:00Z")

    assert new_mark(state, run, "games") == state.game_mark
    full = replace(run, mode="full")
    assert new_mark(state, full, "games") == "2026-01-01T09:00:00.000000Z"


@pytest.mark.parametrize("changes", [{"short": True}, {"games_highest": None}])
def test_a_run_that_proves_nothing_leaves_the_mark(changes: dict[str, object]) -> None:
    state = SyncState("hub", game_mark="2026-01-01T10:00:00.000000Z")
    run = a_run(**{"games_highest": "2026-01-01T11:00:00Z", **changes})

    assert new_mark(state, run, "games") == state.game_mark


def test_a_delta_run_looks_back_a_little_and_a_full_run_asks_for_everything() -> None:
    state = SyncState("hub", game_mark="2026-01-01T10:00:00.000000Z")

    assert updated_after(state, a_run(), "games") == "2026-01-01T09:59:00.000000Z"
    assert updated_after(state, a_run(mode="full"), "games") is None
    assert updated_after(state, a_run(), "providers") is None


@pytest.mark.parametrize("length", [1, 2, 3, 7, 20])
def test_pages_in_a_circle_are_noticed_whatever_its_length(length: int) -> None:
    cursors = chain(["start-1", "start-2"], cycle(f"cursor-{n}" for n in range(length)))
    read: list[Run] = [a_run()]

    def read_on() -> None:
        while len(read) < 500:
            read.append(step(read[-1], next(cursors)))

    with pytest.raises(SyncAbortedError, match="repeated_cursor"):
        read_on()
    assert len(read) < 6 * length + 10


def test_a_long_list_without_a_circle_is_read_to_its_end() -> None:
    run = a_run()
    for number in range(2_000):
        run = step(run, f"cursor-{number}", f"digest-{number}")

    run = step(run, None)

    assert (run.phase, run.game_pages, run.cursor) == ("closing", 2_001, None)


def test_a_page_that_comes_twice_is_noticed() -> None:
    run = step(a_run(), "cursor-1", "digest")

    with pytest.raises(SyncAbortedError, match="repeated_page"):
        step(run, "cursor-2", "digest")


def test_a_list_read_anew_starts_at_its_first_page() -> None:
    run = restarted(step(step(a_run(), "cursor-1", "a"), "cursor-2", "b"))

    assert (run.cursor, run.page, run.phase, run.run_id) == (None, 0, "games", "run-1")
    step(run, "cursor-1", "a")


@pytest.mark.parametrize(
    ("count", "before", "unexpected"),
    [(100, None, False), (80, 100, False), (79, 100, True), (0, 1, True), (0, 0, False)],
)
def test_a_drop_is_less_than_the_share_of_the_last_full_run(
    count: int, before: int | None, unexpected: bool
) -> None:
    assert dropped(count, before, 0.8) is unexpected


def test_c2_one_missing_of_a_few_is_no_drop() -> None:
    assert not dropped(2, 3, 0.8)
    assert dropped(1, 3, 0.8)
    assert dropped(0, 1, 0.8)


def test_an_interrupted_run_is_stale_after_six_hours() -> None:
    assert not is_stale(a_run(), "2026-01-01T17:59:00.000Z")
    assert is_stale(a_run(), "2026-01-01T18:01:00.000Z")
