"""The session API's function against MiniStack and the simulated provider, over real HTTP.

It runs in this process, wired from its environment as on Lambda, so that its calls can be counted
at the wire and its provider can be made to fail.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import botocore.httpsession
import pytest

from casino.aws import clients as bootstrap_aws
from casino.catalogue.model import Game, Provider
from casino.catalogue.store.game_items import game_item, provider_item
from casino.sessions.model import second_id
from sandbox.ministack import free_port
from sandbox.provider.process import ProviderProcess, start
from testing.hooks import API_KEY, SECRET_KEY, Handler, load_function
from testing.launching import PLAYER, api_event, introduce
from testing.world import World, build_world

DEADLINE_S = "2"


@dataclass
class Stage:
    """A player, a synced game, and the function in front of a provider that may be spoilt."""

    world: World
    provider: ProviderProcess
    handler: Handler
    game_id: str

    def launch(self, session_id: str | None = None, **fields: Any) -> dict[str, Any]:
        body = {"game_id": self.game_id, "player_id": PLAYER, "currency": "EUR"} | fields
        if session_id is not None:
            body["session_id"] = session_id
        response = self.handler(api_event("POST", None, body), None)
        return {"status_code": response["statusCode"], **json.loads(response["body"])}

    def show(self, session_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.handler(api_event("GET", session_id), None)["body"]
        )
        return answer


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    folder: Path = tmp_path_factory.mktemp("provider")
    hooks = "http://127.0.0.1:9/hooks"
    started = start(free_port(), hooks, API_KEY, SECRET_KEY, folder=folder, games=200, providers=5)
    yield started
    started.stop()


@pytest.fixture
def stage(
    aws: dict[str, str], provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    provider.control.reset()
    # An account of its own, so that tests do not meet each other's tables.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", str(uuid4().int)[:12])
    bootstrap_aws._session.cache_clear()
    world = build_world("launch")
    world.player(PLAYER)
    introduce(world)
    world.configure(url=provider.provider_url, close_sessions=True)
    game_id = _stock(world, provider)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LAUNCH_DEADLINE_SECONDS", DEADLINE_S)
    monkeypatch.setenv("STAGE", "local")
    yield Stage(world, provider, load_function("launch_session"), game_id)
    provider.control.clear_faults()
    bootstrap_aws._session.cache_clear()


def _stock(world: World, provider: ProviderProcess) -> str:
    """Put one game of the provider into the catalogue, as a synchronisation would."""
    control = provider.control
    studios = {s["id"]: s for s in control.records("providers") if "EUR" in s["currencies"]}
    game = next(
        g
        for g in control.records("games")
        if g["status"] == "active" and not g["deleted_at"] and g["provider_id"] in studios
    )
    studio = studios[game["provider_id"]]
    table = world.environment["CATALOGUE_TABLE"]
    stored = Provider("sandbox", studio["id"], studio["name"], ("EUR",), (), "ab" * 32)
    world.client.put_item(TableName=table, Item=provider_item(stored))
    updated_at = game["updated_at"]
    offered = Game(
        "sandbox", game["id"], studio["id"], game["name"], "active", updated_at, "cd" * 32
    )
    world.client.put_item(TableName=table, Item=game_item(offered))
    return str(game["id"])


@pytest.fixture
def aws_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operation of every request to AWS that leaves this process."""
    calls: list[str] = []
    send = botocore.httpsession.URLLib3Session.send

    def counted(self: Any, request: Any) -> Any:
        target = request.headers.get("X-Amz-Target", b"")
        calls.append(target.decode() if isinstance(target, bytes) else str(target))
        return send(self, request)

    monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", counted)
    return calls


def sessions_of(stage: Stage) -> int:
    return int(stage.provider.control.stats()["sessions_created"])


def asked(stage: Stage) -> int:
    return int(stage.provider.control.stats()["requests"]["sessions"])


def test_warm_launch_makes_three_calls_to_aws_and_one_to_the_provider(
    stage: Stage, aws_calls: list[str]
) -> None:
    assert stage.launch()["status_code"] == 201
    stage.provider.control.reset_stats()
    aws_calls.clear()

    assert stage.launch("sess-1")["status_code"] == 201

    assert [call.partition(".")[2] for call in aws_calls] == [
        "BatchGetItem",
        "TransactWriteItems",
        "TransactWriteItems",
    ]
    assert asked(stage) == 1
    aws_calls.clear()
    assert stage.launch("sess-1")["status_code"] == 201
    assert [call.partition(".")[2] for call in aws_calls] == ["BatchGetItem"]
    assert asked(stage) == 1


def test_launch_url_is_the_providers_and_the_provider_has_the_wallets_balance(
    stage: Stage,
) -> None:
    made = stage.launch("sess-1", device="desktop", language="en")
    there = stage.provider.control.session("sess-1")
    assert made["url"] == there["url"]
    assert there["request"]["balance"] == "1000.00"
    assert there["request"]["player_name"] == "LuckyFox"


def test_two_errors_and_then_a_session_is_a_launch(stage: Stage) -> None:
    stage.provider.control.add_fault("status", "sessions", status=500, times=2)
    assert stage.launch("sess-1")["status_code"] == 201
    assert (asked(stage), sessions_of(stage)) == (3, 1)


def test_retry_after_an_answer_that_was_lost_makes_no_second_session(stage: Stage) -> None:
    stage.provider.control.add_fault("status", "sessions", status=503, carried_out=True)
    assert stage.launch("sess-1")["status_code"] == 201
    assert sessions_of(stage) == 1


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "an answer after the deadline": ("provider_timeout", {"kind": "timeout", "times": 0}),
    "errors without end": ("provider_unavailable", {"kind": "status", "status": 500, "times": 0}),
    "too many requests": ("provider_unavailable", {"kind": "status", "status": 429, "times": 0}),
    "an answer cut short": ("provider_unavailable", {"kind": "truncated", "times": 0}),
    "half of an answer": ("provider_invalid_answer", {"kind": "broken_page"}),
    "garbage": ("provider_invalid_answer", {"kind": "garbage"}),
    "another status": ("provider_invalid_answer", {"kind": "garbage", "status": 200}),
    "a bad request": ("provider_refused", {"kind": "status", "status": 400}),
    "unauthorized": ("provider_refused", {"kind": "status", "status": 401}),
    "forbidden": ("provider_refused", {"kind": "status", "status": 403}),
    "an http URL elsewhere": ("launch_url_refused", {"kind": "launch_url"}),
    "a foreign host": (
        "launch_url_refused",
        {"kind": "launch_url", "url": "https://evil.example/play"},
    ),
    "a script": ("launch_url_refused", {"kind": "launch_url", "url": "javascript:alert(1)"}),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_of_the_provider_leaves_a_failed_session_and_moves_the_alarm(
    stage: Stage, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, fault = FAULTS[case]
    stage.provider.control.add_fault(endpoint="sessions", **fault)
    answer = stage.launch("sess-1")
    assert answer["error"] == code
    assert stage.show("sess-1")["status"] == "failed"
    assert "url" not in stage.show("sess-1")
    assert '"LaunchFailures":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("case", ["an answer after the deadline", "garbage"])
def test_launch_succeeds_under_its_id_once_the_provider_is_well(stage: Stage, case: str) -> None:
    _, fault = FAULTS[case]
    stage.provider.control.add_fault(endpoint="sessions", **fault)
    stage.launch("sess-1")
    stage.provider.control.clear_faults()
    assert stage.launch("sess-1")["status_code"] == 201
    assert sessions_of(stage) == 1


def test_conflict_makes_one_new_id_that_the_provider_takes(stage: Stage) -> None:
    stage.provider.control.add_fault("status", "sessions", status=409)
    made = stage.launch("sess-1")
    assert made["status_code"] == 201
    assert (made["session_id"], made["replaces"]) == (second_id("sess-1"), "sess-1")
    assert [s["session_id"] for s in stage.provider.control.sessions()] == [second_id("sess-1")]


def test_closed_session_is_closed_at_the_provider(stage: Stage) -> None:
    stage.launch("sess-1")
    stage.handler(api_event("DELETE", "sess-1"), None)
    assert stage.provider.control.session("sess-1")["status"] == "closed"


def test_two_simultaneous_launches_of_one_id_make_one_session(stage: Stage) -> None:
    """Two functions with a connection and caches of their own start at the same moment."""
    handlers = [stage.handler, load_function("launch_session")]
    stage.provider.control.add_fault("slow", "sessions", delay_s=0.5)
    barrier = Barrier(len(handlers))

    def launch(handler: Handler) -> dict[str, Any]:
        barrier.wait(timeout=10)
        return Stage(stage.world, stage.provider, handler, stage.game_id).launch("sess-1")

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(launch, handlers))

    assert sorted(answer["status_code"] for answer in answers) == [201, 409]
    (loser,) = (answer for answer in answers if answer["status_code"] == 409)
    assert (loser["error"], loser["retryable"]) == ("launch_in_progress", True)
    assert (asked(stage), sessions_of(stage)) == (1, 1)
    (winner,) = (answer for answer in answers if answer["status_code"] == 201)
    assert stage.launch("sess-1")["url"] == winner["url"]


def test_many_launches_at_once_each_get_their_own_session(stage: Stage) -> None:
    with ThreadPoolExecutor(4) as pool:
        calls: list[Callable[[], dict[str, Any]]] = [stage.launch] * 12
        answers = list(pool.map(lambda call: call(), calls))
    assert {answer["status_code"] for answer in answers} == {201}
    assert len({answer["url"] for answer in answers}) == 12


class Invocation:
    """What Lambda says of an invocation that has time enough."""

    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:expire-sessions"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def test_schedule_tells_the_provider_of_a_session_that_an_operator_closed(stage: Stage) -> None:
    stage.launch("sess-1")
    stage.world.sessions.set_status("sess-1", "closed")
    run: Any = load_function("expire_sessions")
    # The session that the player was made with was opened long ago, and never played.
    assert run({}, Invocation()) == {"dormant": 1, "told": 1, "handed_over": False}
    assert stage.provider.control.session("sess-1")["status"] == "closed"
    assert run({}, Invocation()) == {"handed_over": False}
