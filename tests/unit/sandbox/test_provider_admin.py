"""A web page that the developer has open cannot command a simulated counterpart."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from importlib import import_module
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from testing.provider import InProcess, provider

#: What a page elsewhere says of itself, and one that reaches this machine by a name of its own.
PAGES: Final = (
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:81"},
    {"Host": "evil.test"},
    {"Host": "127.0.0.1.evil.test:8090"},
)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Host": "127.0.0.1:8090"}, 204),
        ({"Host": "[::1]:8090"}, 204),
        ({"Origin": "http://provider.test"}, 204),
        ({"Host": "evil.test"}, 403),
        ({"Host": "127.0.0.1.evil.test:8090"}, 403),
        ({"Host": "["}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "http://provider.test:81"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_a14_the_admin_answers_its_own_host_and_origin_alone(
    headers: dict[str, str], status: int
) -> None:
    with provider() as there:
        answer = there.client.post("/admin/reset", headers=headers)
        assert answer.status_code == status


@contextmanager
def counterpart(name: str) -> Iterator[tuple[Starlette, httpx.Client]]:
    """Yield a counterpart's application, and a client on this machine."""
    package, base_url = f"sandbox.{name}", "http://127.0.0.1"
    given = {each.name: "x" for each in fields(import_module(f"{package}.caller").Caller)}
    app = import_module(f"{package}.app").create_app(base_url, given)
    with asyncio.Runner() as runner:
        yield app, httpx.Client(transport=InProcess(app, runner), base_url=base_url)


@pytest.mark.parametrize("name", ["flexsoft", "igv", "invo", "winupgo"])
def test_every_admin_route_of_every_counterpart_refuses_a_web_page(name: str) -> None:
    with counterpart(name) as (app, client):
        asked = [
            (method, route.path)
            for route in app.routes
            if isinstance(route, Route) and route.path.startswith("/admin/")
            for method in route.methods or ()
        ]
        assert ("GET", "/admin/state") in asked
        for method, path in asked:
            for page in PAGES:
                assert client.request(method, path, headers=page).status_code == 403, (path, page)
        assert client.get("/admin/state", headers={"Origin": "http://127.0.0.1"}).status_code == 200


@pytest.mark.parametrize("name", ["igv", "invo"])
def test_a_request_with_a_fault_that_a_sender_does_not_have_sets_none(name: str) -> None:
    with counterpart(name) as (_, client):
        wanted = {"errors": 7, "__class__": "x"}
        assert client.post("/admin/faults", json=wanted).status_code == 400
        assert client.get("/admin/state").json()["faults"]["errors"] == 0
        assert client.post("/admin/faults", json={"errors": 7}).json()["errors"] == 7
