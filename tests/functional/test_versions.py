"""Routes that end say so in every answer, whoever asks; who uses them is counted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from casino.wiring.settings import SettingsError
from testing.hooks import HOOKS, Caller, Handler, load_function, proxy_event
from testing.play import Play
from testing.template import functions, load_template
from testing.world import World

ENDS = {"Deprecation": "@1767225600", "Sunset": "Wed, 01 Jul 2026 00:00:00 GMT"}


def routes() -> Iterator[tuple[str, str]]:
    """Yield a function of the API with its first route; all of a function answer alike."""
    for function in functions(load_template()).values():
        paths = [
            event["Properties"]["Path"]
            for event in function.get("Events", {}).values()
            if event["Type"] == "Api"
        ]
        name = function["CodeUri"].removeprefix("functions/").strip("/")
        if paths and name != "health":
            yield name, paths[0]


ROUTES = sorted(routes())


def table(*paths: str) -> str:
    return ",".join(f"{path}@1767225600:1782864000" for path in paths)


def environment(world: World, monkeypatch: pytest.MonkeyPatch, name: str, ending: str) -> Handler:
    monkeypatch.setenv("DEPRECATED_ROUTES", ending)
    return load_function(name)


@pytest.mark.parametrize(("name", "route"), ROUTES)
def test_o25_every_function_of_the_api_says_which_of_its_routes_end(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, route: str
) -> None:
    event = proxy_event(b"", {}, route)
    for ending, expected in ((table(route), ENDS), (table("/other"), {}), ("", {})):
        answer = environment(world, monkeypatch, name, ending)(event, None)
        told = {name: answer["headers"][name] for name in ENDS if name in answer["headers"]}
        assert told == expected, answer
        assert answer["statusCode"] >= 300


def test_o25_a_replay_says_what_ends_and_keeps_its_status_and_body(
    play: Play, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = play.bet("5.00", transaction_id="t1")
    assert ENDS.keys().isdisjoint(first.headers)
    handler = environment(play.world, monkeypatch, "hooks", table(HOOKS))
    capsys.readouterr()
    copy = Play(play.world, Caller(handler), session_id=play.session_id).bet(
        "5.00", transaction_id="t1"
    )
    assert copy.replayed
    assert (copy.status, copy.text) == (first.status, first.text)
    assert ENDS.items() <= copy.headers.items()
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["integration"], line["OldVersionUses"], line["OldVersionNearEnd"]) == (
        *("sandbox", 1, 1),
    )


def test_o25_the_casinos_own_services_are_counted_together_and_named_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    route = "/players/{player_id}"
    handler = environment(world, monkeypatch, "accounts", table(route))
    event: dict[str, Any] = proxy_event(b"", {}, route) | {
        "httpMethod": "GET", "pathParameters": {"player_id": "nobody"},
    }  # fmt: skip
    event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::1:role/cashier"
    assert handler(event, None)["statusCode"] == 404
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [uses] = [line for line in lines if "OldVersionUses" in line]
    [near] = [line for line in lines if "OldVersionNearEnd" in line]
    assert uses["integration"] == "platform"
    assert (near["route"], near["caller"]) == (route, "arn:aws:iam::1:role/cashier")


def test_a_partner_that_is_not_let_in_is_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    route = "/invo/v1/webhooks/{integration}"
    handler = environment(world, monkeypatch, "invo", table(route))
    event = proxy_event(b"", {}, route) | {"pathParameters": {"integration": "anybody"}}
    answer = handler(event, None)
    assert (answer["statusCode"] >= 400, ENDS.items() <= answer["headers"].items()) == (True, True)
    assert "OldVersion" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["hooks", "accounts", "invo"])
def test_o25_a_table_that_is_malformed_stops_the_start_and_says_where(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(SettingsError, match="DEPRECATED_ROUTES: '/b' is not"):
        environment(world, monkeypatch, name, f"{table('/a')},/b")
