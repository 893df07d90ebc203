"""Orders and partners' settings as people see and change them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from casino.aws.dynamodb import transact
from casino.orders.model import SoldOrder
from testing.igv import MERCHANT
from testing.integrations import an_integration
from testing.world import World
from tests.functional.ops.console import Console, LocalFunctions

AT = "2026-01-01T00:00:00Z"
SEVEN = SoldOrder("igv", 7, "SO7", "88001", "awaiting_delivery", AT, AT, "callback")
DONE = SoldOrder("igv", 8, "SO8", "88002", "delivered", AT, AT, "poll", "ab" * 32)


@dataclass
class Asked:
    """The deployed function: what it was asked, and its one answer."""

    answer: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        self.events.append(event)
        return self.answer


def told(world: World, answer: dict[str, Any]) -> tuple[Console, Asked, LocalFunctions]:
    function = Asked(answer)
    functions = LocalFunctions(function)
    return Console(world, functions=functions), function, functions


@pytest.fixture
def shop(world: World) -> World:
    for order in (SEVEN, DONE):
        assert not transact(world.client, [world.orders.first(order)])
    return world


@pytest.fixture
def merchant(shop: World) -> World:
    shop.registry.put(MERCHANT)
    shop.player("ann")
    return shop


def test_orders_that_wait_are_listed_and_others_by_their_state(shop: World) -> None:
    console = Console(shop)
    assert [o["order_id"] for o in console.json("order", "list")["orders"]] == ["7"]
    found = console.json("order", "list", "--state", "delivered", "--integration", "igv")
    assert [o["order_id"] for o in found["orders"]] == ["8"]
    assert console.json("order", "list", "--integration", "other")["orders"] == []


def test_an_order_is_shown(shop: World) -> None:
    shown = Console(shop).json("order", "show", "igv", "7")
    assert (shown["order"]["state"], shown["story"]) == ("awaiting_delivery", [])


def test_a_delivery_is_asked_of_the_deployed_function(shop: World, tmp_path: Path) -> None:
    file = tmp_path / "delivery.json"
    file.write_text('{"content": "key-1"}')
    console, function, functions = told(shop, {"order": vars_of(DONE)})

    shown = console.json(
        "order", "deliver", "igv", "7", "--file", str(file), "--reason", "the buyer waits"
    )

    assert shown["order"]["state"] == "delivered"
    (event,) = function.events
    assert functions.names[0].endswith("-igv-orders")
    assert event["content"] == {"content": "key-1"}
    assert (event["action"], event["order_id"], event["reason"]) == (
        "deliver",
        7,
        "the buyer waits",
    )
    assert event["who"]


def test_a_failure_is_asked_of_the_deployed_function(shop: World) -> None:
    console, function, _ = told(shop, {"order": vars_of(DONE) | {"state": "delivery_error"}})
    words = ("--remark", "no stock", "--picture", "https://x.test/1.png", "--reason", "r")

    shown = console.json("order", "deliver-error", "igv", "7", *words)

    assert shown["order"]["state"] == "delivery_error"
    assert function.events[0]["pictures"] == ["https://x.test/1.png"]


def test_what_the_function_refuses_is_said(shop: World) -> None:
    refused = {"error": {"code": "order_not_waiting", "message": "order 8 is delivered"}}
    console, _, _ = told(shop, refused)
    ended = console("order", "deliver-error", "igv", "8", "--remark", "x", "--reason", "r")
    assert ended.code == 1
    assert "order 8 is delivered" in ended.err


def test_a_delivery_needs_readable_json_and_an_order_that_is_known(
    shop: World, tmp_path: Path
) -> None:
    console, function, _ = told(shop, {})
    file = str(tmp_path / "missing.json")
    assert console("order", "deliver", "igv", "7", "--file", file, "--reason", "r").code == 1
    assert console("order", "show", "igv", "99").code == 1
    assert console("order", "list", "--state", "odd").code == 1
    assert function.events == []


def test_a_merchants_orders_are_asked_of_the_deployed_function(merchant: World) -> None:
    order = {"order_id": 2**60, "number": "SO9", "buyer_id": "88001", "status": 1}
    console, function, functions = told(merchant, {"orders": [order]})

    shown = console.json("order", "merchant-list", "igv-merchant", "--page", "2")

    assert shown == {"orders": [order | {"order_id": str(2**60)}], "page": 2}
    assert function.events == [{"action": "orders", "integration": "igv-merchant", "page": 2}]
    assert functions.names[0].endswith("-igv-merchant")


@pytest.mark.parametrize("with_code", [False, True])
def test_a_player_is_synced_on_the_record_and_the_code_is_shown_on_demand(
    merchant: World, with_code: bool
) -> None:
    console, function, functions = told(merchant, {"user_id": "7", "authorization_code": "once-1"})
    given = ("--integration", "igv-merchant", "--email", "ann@example.org", "--last-name", "Fox")
    code = ("--with-code",) if with_code else ()

    shown = console.json("player", "sync", "ann", *given, *code, "--reason", "she asked for it")

    assert shown.pop("authorization_code", "") == ("once-1" if with_code else "")
    assert shown == {"player_id": "ann", "integration": "igv-merchant", "user_id": "7"}
    (event,) = function.events
    assert (event["number"], event["email"], event["first_name"]) == ("ann", "ann@example.org", "")
    assert functions.names[0].endswith("-igv-merchant")
    record = console.json("audit", "--player", "ann")["records"][-1]
    assert (record["what"], record["new"]) == ("sync", "igv-merchant")
    assert "example.org" not in str(record)


def test_nobody_unknown_is_synced_and_what_was_refused_is_said(merchant: World) -> None:
    refused = {"error": {"code": "provider_refused", "message": "10003: Request signature error."}}
    console, function, _ = told(merchant, refused)
    words = ("--integration", "igv-merchant", "--email", "a@example.org", "--reason", "r")
    assert console("player", "sync", "nobody", *words).code == 1
    assert console("player", "sync", "ann", "--integration", "nobody", *words[2:]).code == 1
    assert function.events == []
    ended = console("player", "sync", "ann", *words)
    assert (ended.code, "10003" in ended.err) == (1, True)


def test_a_partners_settings_are_changed_one_by_one(shop: World) -> None:
    console = Console(shop)
    name = next(iter(shop.registry.names()))
    first = ("integration", "partner", name)
    console.json(*first, "--set", "merchant=casino", "--set", "orders_path=/v2/orders")
    shown = console.json(*first, "--set", "merchant=", "--calls-as", name)

    assert shown["settings"] == {"orders_path": "/v2/orders"}
    found = shop.registry.get(name)
    assert found is not None
    assert (found.partner.calls_as, found.partner.settings) == (
        name,
        (("orders_path", "/v2/orders"),),
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "Merchant=x"),
        ("--set", "merchant"),
        ("--set", "url=http://iGV.example"),
        ("--set", "a=" + "x" * 501),
        ("--calls-as", "nobody"),
    ],
)
def test_what_a_partner_cannot_have_is_refused(shop: World, words: tuple[str, str]) -> None:
    name = next(iter(shop.registry.names()))
    assert Console(shop)("integration", "partner", name, *words).code == 1


def test_one_game_of_a_partner_belongs_to_one_integration(shop: World) -> None:
    console, said = Console(shop), ("--set", "game_id=game-1")
    for name, family in (("one", "invo"), ("two", "invo"), ("calls", "invo-account")):
        shop.registry.put(an_integration(name, family))
    for name in ("one", "one", "calls"):
        assert console("integration", "partner", name, *said).code == 0
    assert console("integration", "partner", "two", *said).code == 1
    console.json("integration", "partner", "one", "--set", "game_id=")
    assert console("integration", "partner", "two", *said).code == 0


def vars_of(order: SoldOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in SoldOrder.__slots__}
