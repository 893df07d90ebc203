"""Launches that a provider, another launch or a table spoils: no session opens by mistake."""

import re
from dataclasses import replace
from typing import Any

import pytest

from casino.base.errors import OutcomeUnknownError, UnavailableError
from casino.integrations.model import Off
from casino.providers.ports import Launched, LaunchRequest
from casino.sessions.launch import LaunchService
from casino.sessions.model import LEASE_S, second_id
from testing.launching import (
    PROVIDER_URL,
    URL,
    Desk,
    Output,
    failure,
    play_in,
)

EVIL_URLS = [
    "http://provider.test/play",
    "https://evil.test/play",
    "https://provider.test@evil.test/",
    "javascript:alert(1)",
]
FAILURES = [
    ("provider_timeout", None, 504),
    ("provider_unavailable", 500, 503),
    ("provider_circuit_open", None, 503),
    ("provider_refused", 400, 502),
    ("provider_refused", 401, 502),
    ("provider_refused", 403, 502),
    ("provider_invalid_answer", 201, 502),
]


@pytest.mark.parametrize(("code", "provider_status", "status"), FAILURES)
def test_failure_of_the_provider_leaves_a_failed_session(
    desk: Desk, output: Output, code: str, provider_status: int | None, status: int
) -> None:
    desk.provider.answers = [failure(code, provider_status)]
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.error, reply.json["session_id"]) == (status, code, "sess-1")
    stored = desk.stored("sess-1")
    assert (stored.session.status, stored.error, stored.url) == ("failed", code, None)
    assert stored.exchange is not None
    assert stored.exchange.correlation == {"x-request-id": "provider-7"}
    logged = output()
    assert '"LaunchFailures"' in logged
    assert "provider-7" in logged
    play = play_in(desk, "sess-1")
    assert play.bet("1.00").error == "session_not_active"
    assert play.balance(session_id="sess-1").error == "session_not_active"
    assert desk.show("sess-1").json["status"] == "failed"


def counted(logged: str) -> list[str]:
    """Return what was counted to the objective of launches."""
    return re.findall(r'"Name":"(\w+)".*"objective":"launch"', logged)


def test_o21_a_launch_counts_to_its_objective_unless_launches_are_switched_off(
    desk: Desk, output: Output
) -> None:
    desk.launch()
    assert counted(output()) == ["Requests"]
    desk.launch(currency="XXX")  # a refusal is an answer
    assert counted(output()) == ["Requests"]
    desk.provider.answers = [failure("provider_timeout", None)]
    desk.launch()
    assert counted(output()) == ["Requests", "Failures"]
    desk.world.configure(url=PROVIDER_URL, launches_off=Off())
    desk.clock.sleep(60)
    assert desk.launch().error == "sessions_disabled"
    assert counted(output()) == []


def test_c5_a_refused_launch_keeps_and_logs_request_and_answer(desk: Desk, output: Output) -> None:
    error = failure("provider_refused", 400)
    error.request = '{"game_id":"g-1","player_name":"LuckyFox"}'
    error.answer = '{"error":"game_closed","api_key":"gp_live_hush"}'
    desk.provider.answers = [error]
    desk.launch(session_id="sess-1")
    exchange = desk.stored("sess-1").exchange
    assert exchange is not None
    assert exchange.request == '{"game_id":"g-1","player_name":"***"}'
    assert exchange.response == '{"error":"game_closed","api_key":"***"}'
    assert exchange.status == 400
    logged = output()
    assert exchange.request in logged
    assert exchange.response in logged


def test_c5_an_answer_that_cannot_be_used_is_kept_without_its_url(desk: Desk) -> None:
    desk.provider.answers = ["https://evil.test/play?token=hush"]
    desk.launch(session_id="sess-1")
    exchange = desk.stored("sess-1").exchange
    assert exchange is not None
    assert exchange.response == '{"url": "https://evil.test/***"}'
    assert '"session_id": "sess-1"' in exchange.request


@pytest.mark.parametrize("url", EVIL_URLS)
def test_url_that_is_not_https_on_an_allowed_host_is_refused(
    desk: Desk, output: Output, url: str
) -> None:
    desk.provider.answers = [url]
    reply = desk.launch({"redirect": "true"}, session_id="sess-1")
    assert (reply.status, reply.error) == (502, "launch_url_refused")
    assert "Location" not in reply.headers
    assert desk.stored("sess-1").session.status == "failed"
    logged = output()
    assert '"LaunchFailures"' in logged
    assert url not in logged


def test_url_of_an_open_game_is_never_logged(desk: Desk, output: Output) -> None:
    desk.provider.answers = [URL]
    desk.launch(session_id="sess-1")
    desk.launch(session_id="sess-1")
    desk.show("sess-1")
    logged = output()
    assert "sess-1" in logged
    assert "token=" not in logged


def test_failed_launch_is_tried_again_under_the_same_id(desk: Desk) -> None:
    desk.provider.answers = [failure("provider_timeout"), URL]
    desk.launch(session_id="sess-1")
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.json["url"]) == (201, URL)
    assert [asked.session_id for asked in desk.provider.asked] == ["sess-1", "sess-1"]
    assert play_in(desk, "sess-1").bet("1.00").status == 200


def test_conflict_makes_one_new_id_and_says_so(desk: Desk) -> None:
    desk.provider.answers = [failure("provider_conflict", 409), URL]
    reply = desk.launch(session_id="sess-1")
    second = second_id("sess-1")
    assert reply.status == 201
    assert (reply.json["session_id"], reply.json["replaces"]) == (second, "sess-1")
    assert [asked.session_id for asked in desk.provider.asked] == ["sess-1", second]
    first = desk.stored("sess-1")
    assert (first.session.status, first.replaced_by) == ("failed", second)
    assert play_in(desk, second).bet("1.00").status == 200
    assert desk.show("sess-1").json["replaced_by"] == second


def test_repeat_after_a_conflict_finds_the_second_session(desk: Desk) -> None:
    desk.provider.answers = [failure("provider_conflict", 409), URL]
    first = desk.launch(session_id="sess-1")
    again = desk.launch(session_id="sess-1")
    assert (again.status, again.json) == (201, first.json)
    assert len(desk.provider.asked) == 2


def test_two_conflicts_make_no_third_id(desk: Desk) -> None:
    conflict = failure("provider_conflict", 409)
    desk.provider.answers = [conflict, conflict, conflict]
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.error) == (502, "provider_conflict")
    again = desk.launch(session_id="sess-1")
    assert again.error == "provider_conflict"
    assert {asked.session_id for asked in desk.provider.asked} == {"sess-1", second_id("sess-1")}


def test_conflict_after_which_the_provider_fails_is_tried_again_under_the_second_id(
    desk: Desk,
) -> None:
    desk.provider.answers = [failure("provider_conflict", 409), failure("provider_timeout"), URL]
    assert desk.launch(session_id="sess-1").error == "provider_timeout"
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.json["replaces"]) == (201, "sess-1")
    assert [asked.session_id for asked in desk.provider.asked][1:] == [second_id("sess-1")] * 2


def test_launch_that_died_is_taken_over_after_its_lease(desk: Desk) -> None:
    def die(_: LaunchRequest) -> Launched:
        raise KeyboardInterrupt

    desk.provider.answers = [die, URL]
    with pytest.raises(KeyboardInterrupt):
        desk.launch(session_id="sess-1")
    assert desk.launch(session_id="sess-1").error == "launch_in_progress"
    desk.clock.sleep(LEASE_S)
    assert desk.launch(session_id="sess-1").json["url"] == URL


def test_try_that_was_taken_over_changes_nothing(desk: Desk) -> None:
    def too_late(_: LaunchRequest) -> Launched:
        desk.clock.sleep(LEASE_S)
        desk.provider.answers = [URL]
        assert desk.launch(session_id="sess-1").json["url"] == URL
        raise failure("provider_timeout")

    desk.provider.answers = [too_late]
    assert desk.launch(session_id="sess-1").error == "provider_timeout"
    assert desk.stored("sess-1").session.status == "active"
    assert desk.stored("sess-1").url == URL


def test_slow_try_that_was_taken_over_answers_with_the_session_that_is_there(desk: Desk) -> None:
    def too_late(_: LaunchRequest) -> Launched:
        desk.clock.sleep(LEASE_S)
        desk.provider.answers = [URL]
        desk.launch(session_id="sess-1")
        return Launched(f"{URL}&late=1", "{}", "{}", 201)

    desk.provider.answers = [too_late]
    assert desk.launch(session_id="sess-1").json["url"] == URL


def test_unexpected_error_is_answered_and_leaves_no_open_session(
    desk: Desk, output: Output
) -> None:
    desk.provider.answers = [ZeroDivisionError("secret")]
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.error) == (500, "internal_error")
    assert desk.stored("sess-1").session.status == "launching"
    assert "secret" not in output()


class Broken:
    """The launches' table, of which one call fails after it was or was not made."""

    def __init__(self, desk: Desk, method: str, error: Exception, *, made: bool) -> None:
        self._real, self._method, self._error, self._made = desk.launches, method, error, made

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name != self._method:
            return real

        def fails(*arguments: Any) -> Any:
            if self._made:
                real(*arguments)
            raise self._error

        return fails


@pytest.mark.parametrize("made", [True, False])
def test_launch_whose_end_cannot_be_written_gives_no_url(desk: Desk, made: bool) -> None:
    broken = Broken(desk, "end", OutcomeUnknownError(), made=made)
    service = LaunchService(
        broken,
        desk.counterparts,
        desk.provider,
        desk.clock,
    )
    failing = replace(desk, endpoint=replace(desk.endpoint, launches=service))
    reply = failing.launch(session_id="sess-1")
    assert (reply.status, reply.error, reply.json["retryable"]) == (503, "outcome_unknown", True)
    assert "url" not in reply.json
    again = desk.launch(session_id="sess-1")
    assert again.status == 201 if made else again.error == "launch_in_progress"


def test_table_that_cannot_be_read_is_unavailable(desk: Desk) -> None:
    broken = Broken(desk, "load", UnavailableError(), made=False)
    service = LaunchService(broken, desk.counterparts, desk.provider, desk.clock)
    failing = replace(desk, endpoint=replace(desk.endpoint, launches=service))
    assert failing.launch().error == "unavailable"
    assert desk.provider.asked == []


def test_write_whose_reply_was_lost_is_known_again(desk: Desk) -> None:
    desk.launch(session_id="sess-1")
    stored = desk.stored("sess-1")
    assert desk.launches.end(stored, stored.ended_at)
    assert not desk.launches.end(replace(stored, attempt="another"), stored.ended_at)
