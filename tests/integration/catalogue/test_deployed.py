"""The deployed synchronisation, its roles enforced, against a simulated provider of 5,000 games."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from casino.base.times import iso_utc
from ops.errors import OpsError
from ops.verbs import catalogue
from ops.verbs.session import launch
from sandbox import ministack
from sandbox.loop import INTEGRATION, PROFILE, Loop, close_loop, introduce
from sandbox.ministack import REGION, free_port
from sandbox.processes import poll
from sandbox.up import Casino, open_casino

GAMES = 5_000
DEADLINE_S = 240.0


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder: Path = tmp_path_factory.mktemp("catalogue")
    local = ministack.start(folder, free_port(), enforce_iam=True)
    try:
        casino: Casino = open_casino(local)
        closed = close_loop(
            casino.stack, casino.operations, casino.credentials, free_port(), folder, games=GAMES
        )
        try:
            yield closed
        finally:
            closed.provider.stop()
    finally:
        local.stop()


def sync(loop: Loop, *, delta: bool = False) -> dict[str, Any]:
    data = catalogue.sync(loop.operations, INTEGRATION, delta=delta, who=loop.operations.who()).data
    assert isinstance(data, dict)
    run: dict[str, Any] = data["runs"][0]
    assert run["status"] == "done", run
    return run


@pytest.fixture(scope="module")
def synced(loop: Loop) -> Loop:
    """The same after a full run; what a test changes at the provider it synchronises itself."""
    sync(loop)
    return loop


def shown(loop: Loop) -> dict[str, Any]:
    data = catalogue.show(loop.operations, INTEGRATION).data
    assert isinstance(data, dict)
    return data


@pytest.fixture
def hasty(loop: Loop) -> Iterator[None]:
    """The function believes after every page that its time is nearly up."""
    client, name = loop.operations.functions, loop.operations.stack.sync_function
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    hurried = {**variables, "HAND_OVER_SECONDS": "900"}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": hurried})
    yield
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def test_a_full_run_stores_every_game(loop: Loop) -> None:
    run = sync(loop)

    assert (run["records"], run["pages"]) == (GAMES + 40, 26)
    now, offered = shown(loop), loop.provider.control.stats()
    assert now["games"] == GAMES
    assert now["providers"] == 40
    assert now["by_status"] == offered["catalogue"]["by_status"]
    assert now["quarantined"] == 0


def test_a_run_whose_time_is_up_goes_on_in_fresh_invocations(synced: Loop, hasty: None) -> None:
    touched = [game["id"] for game in synced.provider.control.records("games")][:1_100]
    synced.provider.control.change("games", touched, {"rtp": 0.5})
    synced.provider.control.reset_stats()

    run = sync(synced, delta=True)

    assert run["written"] == 1_100
    # Each page was asked for once: nothing was lost and nothing done twice.
    assert synced.provider.control.stats()["requests"]["games"] == 6


def test_an_unchanged_catalogue_is_synchronised_without_writing_a_record(synced: Loop) -> None:
    run = sync(synced)

    assert (run["records"], run["written"], run["unchanged"]) == (GAMES + 40, 0, GAMES + 40)


def test_a_disabled_game_leaves_the_lobby_with_one_delta_run(synced: Loop) -> None:
    api = synced.operations.api
    assert api is not None
    before = api.ask("GET", "/catalogue/games?limit=1")["games"][0]
    synced.provider.control.change("games", [before["game_id"]], {"status": "inactive"})

    run = sync(synced, delta=True)

    after = api.ask("GET", "/catalogue/games?limit=1")["games"][0]
    assert run["written"] == 1
    assert after["game_id"] != before["game_id"]
    shelf = api.ask("GET", f"/catalogue/games?status=inactive&provider={before['provider']['id']}")
    assert before["game_id"] in {game["game_id"] for game in shelf["games"]}


def test_a_disabled_game_cannot_be_launched_after_one_delta_run(synced: Loop) -> None:
    introduce(synced.operations, "p_demo_1")
    api = synced.operations.api
    assert api is not None
    query = urlencode({"status": "active", "currency": "EUR", "country": PROFILE["country"]})
    game_id = api.ask("GET", f"/catalogue/games?{query}")["games"][0]["game_id"]
    launch(synced.operations, "p_demo_1", "EUR", game_id)
    synced.provider.control.change("games", [game_id], {"status": "inactive"})

    sync(synced, delta=True)

    with pytest.raises(OpsError) as refused:
        launch(synced.operations, "p_demo_1", "EUR", game_id)
    assert refused.value.code == "game_disabled"


def test_a_tick_of_the_schedule_runs_every_integration_with_a_provider(synced: Loop) -> None:
    started = iso_utc(synced.operations.clock.now())
    client, name = synced.operations.functions, synced.operations.stack.sync_function

    answer = client.invoke(FunctionName=name, Payload=json.dumps({"mode": "delta"}).encode())

    assert json.load(answer["Payload"])["integrations"] == [INTEGRATION]

    def ran() -> bool:
        finished = synced.operations.sync_store.state(INTEGRATION).last_finished_at
        return finished is not None and finished > started

    assert poll(ran, DEADLINE_S)


def test_both_schedules_start_the_function_with_their_mode(loop: Loop) -> None:
    client = boto3.client(
        "events",
        endpoint_url=loop.operations.dynamodb.meta.endpoint_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    inputs = {
        target.get("Input"): rule["ScheduleExpression"]
        for rule in client.list_rules()["Rules"]
        for target in client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if target["Arn"].endswith(loop.operations.stack.sync_function)
    }

    assert inputs['{"mode": "delta"}'] == "rate(4 minutes)"
    assert inputs['{"mode": "full"}'].startswith("cron(")
