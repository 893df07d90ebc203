"""An exclusion ends the player's open sessions, and their providers hear of it."""

from typing import Any, Final

import pytest

from casino.audit.model import Who
from casino.base.errors import BusyError, UnavailableError
from casino.providers.ports import Launched, LaunchRequest
from testing.launching import PLAYER, URL, Desk, is_watched, play_in
from tests.functional.sessions.expiry_run import IDLE_S, Run

WHO: Final = Who("local:test", "the player asked")


def exclude(desk: Desk, until: int | None = None) -> dict[str, Any]:
    """Exclude the player, and return what the audit's stream tells of it."""
    desk.world.limits.exclude(PLAYER, "self_exclusion", until, who=WHO)
    items = desk.world.client.scan(TableName=desk.world.tables.audit)["Items"]
    return {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in items]}


def test_every_open_session_of_the_player_ends_and_no_other(desk: Desk, run: Run) -> None:
    desk.world.player("bob")
    known = {"name": "Bob", "country": "DE", "birth_date": "1990-06-15", "kyc_level": "basic"}
    desk.world.profiles.change("bob", known)
    for session_id in ("sess-1", "sess-2"):
        assert desk.launch(session_id=session_id).status == 201
    assert desk.launch(session_id="sess-3", player_id="bob").status == 201
    play = play_in(desk, "sess-1")
    play.bet("1.00", transaction_id="bet-1", round_id="r1")
    run(exclude(desk))
    assert [run.status(f"sess-{n}") for n in (1, 2, 3)] == ["closed", "closed", "active"]
    assert sorted(desk.provider.closed) == ["sess-1", "sess-2"]
    assert play.bet("1.00").error == "session_expired"
    assert play.win("5.00", round_id="r1").status == 200
    assert play.refund("1.00", "bet-1").status == 200
    assert desk.launch(session_id="sess-4").error == "rg_self_excluded"


def test_a_batch_that_is_told_again_changes_nothing(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    told = exclude(desk)
    run(told)
    run(told)
    assert desk.provider.closed == ["sess-1"]


def test_a_provider_that_fails_hears_of_it_later(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.provider.close_errors = [UnavailableError()]
    run(exclude(desk))
    assert (run.status("sess-1"), is_watched(desk, "sess-1")) == ("closed", True)
    desk.clock.sleep(IDLE_S)
    run()
    assert (desk.provider.closed, is_watched(desk, "sess-1")) == (["sess-1", "sess-1"], False)


def test_a_session_that_is_being_opened_has_the_batch_told_again(desk: Desk, run: Run) -> None:
    told: list[dict[str, Any]] = []

    def meanwhile(_: LaunchRequest) -> Launched:
        told.append(exclude(desk))
        with pytest.raises(BusyError):
            run(told[0])
        return Launched(URL, "{}", "{}", 201)

    desk.provider.answers = [meanwhile]
    assert desk.launch(session_id="sess-1").status == 201
    run(told[0])
    assert run.status("sess-1") == "closed"


def test_what_is_no_exclusion_ends_nothing(desk: Desk, run: Run) -> None:
    desk.launch(session_id="sess-1")
    desk.world.limits.set(PLAYER, "EUR", {"stake": 1}, who=WHO)
    items = desk.world.client.scan(TableName=desk.world.tables.audit)["Items"]
    run({"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": each}} for each in items]})
    assert run.status("sess-1") == "active"
