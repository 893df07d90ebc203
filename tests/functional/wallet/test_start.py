"""What a hook function does before its first request, and what it forgives then."""

import gc
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from casino.aws.lean import clients as lean_clients
from casino.aws.start import frozen_start
from casino.integrations.model import Integration
from casino.wiring import hooks
from testing.hooks import Caller, load_function
from testing.launching import Output
from testing.play import Play
from testing.world import World


class Line:
    """What leaves for AWS; it can be cut."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.cut = False

    def send(self, event_name: str, request: AWSPreparedRequest, **_: object) -> Any:
        self.calls.append(event_name.rsplit(".", 1)[-1])
        if self.cut:
            return AWSResponse(request.url, 503, HTTPHeaders(), _Nothing())
        return None


class _Nothing:
    def stream(self) -> list[bytes]:
        return [b'{"__type": "ServiceUnavailable"}']


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    line = Line()
    for name in ("dynamodb_client", "secrets_client"):
        client = getattr(hooks, name)()
        client.meta.events.register_first("before-send", line.send)
        monkeypatch.setattr(hooks, name, lambda client=client: client)
    return line


def test_primed_function_answers_its_first_bet_with_two_calls(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "sandbox, none-of-that-name")
    session = world.player("player-912")
    send = Caller(load_function("hooks"))
    assert "GetSecretValue" in line.calls
    line.calls.clear()

    assert Play(world, send, session_id=session).bet("10.00").status == 200

    assert line.calls == ["BatchGetItem", "TransactWriteItems"]


def test_function_without_names_opens_its_connection_with_one_consistent_read(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "")
    send = Caller(load_function("hooks"))
    assert line.calls == ["Query"]
    line.calls.clear()
    send({"action": "balance", "player_id": "player-912", "currency": "EUR"})
    assert line.calls == ["BatchGetItem", "GetSecretValue", "BatchGetItem"]


def test_what_fails_as_the_function_starts_is_met_again_by_the_request_and_by_no_other(
    world: World,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
    output: Output,
) -> None:
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "sandbox")
    session = world.player("player-912")
    line.cut = True
    play = Play(world, Caller(load_function("hooks")), session_id=session)
    assert "'trace_id': 'init'" in output()

    refused = play.bet("10.00", transaction_id="bet-1")
    assert (refused.status, refused.error) == (503, "unavailable")

    line.cut = False
    assert play.bet("10.00", transaction_id="bet-1").status == 200


def test_integration_that_cannot_be_read_keeps_no_other_from_being_read(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registry.put(Integration("broken", "igsp", "test/integration/no-such-secret"))
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "broken,sandbox")
    session = world.player("player-912")
    send = Caller(load_function("hooks"))
    line.calls.clear()

    assert Play(world, send, session_id=session).bet("10.00").status == 200

    assert line.calls == ["BatchGetItem", "TransactWriteItems"]


def test_nothing_more_is_read_ahead_when_the_start_has_taken_long(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "PRIMING_S", -1.0)
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "none-of-that-name,sandbox")
    load_function("hooks")
    assert line.calls == ["Query"]


def test_what_the_start_leaves_behind_is_never_searched_for_garbage() -> None:
    with frozen_start():
        assert not gc.isenabled()
        before = gc.get_freeze_count()
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    gc.unfreeze()


def test_collector_is_back_when_the_start_fails() -> None:
    with pytest.raises(RuntimeError), frozen_start():
        raise RuntimeError
    assert gc.isenabled()
    gc.unfreeze()


@pytest.mark.parametrize("client", ["botocore", "lean"])
def test_o10_an_environment_says_which_client_it_has(
    world: World, monkeypatch: pytest.MonkeyPatch, output: Output, client: str
) -> None:
    monkeypatch.setenv("WALLET_AWS_CLIENT", client)
    monkeypatch.setenv("PRIMED_INTEGRATIONS", "")
    # The lean client finds nobody here, and what it cannot read ahead is no reason not to start.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") if client == "lean" else None
    monkeypatch.setattr(lean_clients, "_FILES", {})
    load_function("hooks")
    assert output().count(f'"message":"started","aws_client":"{client}"') == 1
