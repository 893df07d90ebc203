"""The page of events shows what arrives on the bus of the stack."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from casino.events.model import Event
from ops.context import Operations
from sandbox.console.house import House
from sandbox.console.pages import events
from testing.world import World
from tests.functional.ops.console import Console

type ReadRows = Callable[[str], list[list[str]]]


@pytest.fixture
def bus(operations: Operations) -> Any:
    """EventBridge, with a bus of its own."""
    client = operations.aws("events")
    client.create_event_bus(Name="bus")
    return client


@pytest.fixture
def house(world: World, stack_file: Path, bus: Any) -> House:
    told = Console(world).operations
    stack = replace(told.stack, events=replace(told.stack.events, bus="bus"))
    return House(stack_file, lambda _: replace(told, stack=stack))


def publish(house: House, number: int, event_type: str = "bet.placed") -> None:
    """Put an event into the listener's queue, as a rule of the bus does."""
    told = {"transaction_id": f"bet-{number}", "integration": "sandbox"}
    event = Event(
        event_type, "1.0.0", f"event-{number}", "2026-01-01T00:00:00.000Z", "tenant", "region",
        "player-912", "trace", None, number, told,
    )  # fmt: skip
    queues = house.operations.queues
    [url] = queues.list_queues()["QueueUrls"]
    queues.send_message(QueueUrl=url, MessageBody=f'{{"detail": {event.text()}}}')


def test_what_is_published_is_listed_the_newest_first(
    open_site: Callable[[House], httpx.Client], house: House, rows: ReadRows
) -> None:
    site = open_site(house)
    assert "Nothing yet" in site.get("/events").text
    publish(house, 1)
    publish(house, 2, "<script>")
    page = site.get("/parts/events").text
    assert [row[:4] for row in rows(page)[1:]] == [
        ["<script>", "player-912", "2", "bet-2"],
        ["bet.placed", "player-912", "1", "bet-1"],
    ]
    assert "<script>" not in page
    filtered = site.get("/events", params={"type": "bet", "player": "912"}).text
    assert [row[0] for row in rows(filtered)[1:]] == ["bet.placed"]
    opened = site.get("/event", params={"id": "event-1"})
    assert "/entry?integration=sandbox&amp;transaction=bet-1" in opened.text
    assert site.get("/event", params={"id": "event-3"}).status_code == 404


def test_the_queue_leaves_with_the_console(
    open_site: Callable[[House], httpx.Client], house: House, bus: Any
) -> None:
    open_site(house).get("/events")
    assert len(bus.list_rules(EventBusName="bus")["Rules"]) == 1
    house.close()
    assert bus.list_rules(EventBusName="bus")["Rules"] == []
    assert house.operations.queues.list_queues().get("QueueUrls", []) == []


def test_the_oldest_events_are_forgotten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEPT", 2)
    hearing = house.keep(events.Hearing)
    assert hearing.latest() == []
    for number in range(4):
        publish(house, number)
    assert [event.event_id for event, _ in hearing.latest()] == ["event-3", "event-2"]
    house.close()
