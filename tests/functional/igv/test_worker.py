"""From the callback to the order, through the deployed functions' own wiring.

Worker, poll and delivery die before and after each of their calls to AWS and to iGV; callbacks are
doubled, reordered, and come after the effect.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import count, permutations

import httpx
import pytest

from casino.dialects.igv.fulfil import UNDER_WAY_S
from casino.wiring import igv
from testing.igv import SELLER
from testing.integrations import with_terms
from testing.template import functions, load_template
from testing.world import World
from tests.functional.igv.house import CONTENT, House, open_house

DIES = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


@pytest.fixture
def house(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(world, monkeypatch) as house:
        yield house


@DIES
def test_a_worker_that_dies_anywhere_makes_an_order_wait_once(house: House, after: bool) -> None:
    orders: list[int] = []
    for call in count():
        orders.append(house.partner.platform.pay())
        key = house.partner.platform.webhooks[-1].request_id
        lived = house.lives(partial(house.work, key), call, after)
        house.partner.clock.advance(60)
        house.sweep()
        assert house.state(key) == "done"
        if lived:
            break
    for order_id in orders:
        assert house.callback(order_id, f"again-{order_id}") == 200
    house.sweep()
    assert {house.state(f"again-{order_id}") for order_id in orders} == {"ignored"}
    assert len(orders) > 12, "every call of a worker that logs in was tried"
    assert house.waiting == orders
    assert house.told == [str(order) for order in orders]


@DIES
def test_a_poll_that_dies_anywhere_finds_an_order_once(house: House, after: bool) -> None:
    orders: list[int] = []
    for call in count():
        orders.append(house.partner.platform.pay(lost=True))
        lived = house.lives(house.poll, call, after)
        # The one who died may hold the right to log in.
        house.partner.clock.advance(60)
        house.poll()
        house.sweep()
        assert house.state(f"poll-{orders[-1]}") == "done"
        # Else the list, and with it the number of calls, would grow with each round.
        house.partner.platform.deliver(orders[-1], CONTENT)
        if lived:
            break
    for order_id in orders:
        assert house.callback(order_id, f"late-{order_id}") == 200
    house.sweep()
    assert {house.state(f"late-{order_id}") for order_id in orders} == {"ignored"}
    assert len(orders) > 10, "every call of a poll that logs in was tried"
    assert house.waiting == orders
    assert house.told == [str(order) for order in orders]


def test_the_templates_schedule_polls(house: House) -> None:
    order_id = house.partner.platform.pay(lost=True)
    events = functions(load_template())["IgvOrdersFunction"]["Events"].values()
    (schedule,) = (each["Properties"] for each in events if each["Type"] == "Schedule")
    assert house.ask(**json.loads(schedule["Input"])) == {"found": {"igv": 1}}
    house.sweep()
    assert house.waiting == [order_id]


@DIES
def test_a_look_that_dies_anywhere_finds_the_hidden_order_once(house: House, after: bool) -> None:
    orders: list[int] = []
    for call in count():
        orders.append(house.partner.platform.pay(lost=True))
        assert house.callback(orders[-1], f"id-{call}", buyerId="666") == 200
        house.work(f"id-{call}")
        assert house.callback(orders[-1], f"id-{call}") == 200
        lived = house.lives(partial(house.work, f"doubt-id-{call}"), call, after)
        house.partner.clock.advance(60)
        house.sweep()
        assert (house.state(f"id-{call}"), house.state(f"doubt-id-{call}")) == (
            "unmatched",
            "done",
        )
        house.partner.platform.deliver(orders[-1], CONTENT)
        if lived:
            break
    assert len(orders) > 12, "every call of a look that logs in was tried"
    assert house.waiting == orders
    assert house.told == [str(order) for order in orders]


@DIES
def test_a_delivery_that_dies_anywhere_reaches_igv_once(house: House, after: bool) -> None:
    for call in count():
        order_id = house.partner.platform.pay()
        house.work(house.partner.platform.webhooks[-1].request_id)
        lived = house.lives(partial(house.deliver, order_id), call, after)
        house.partner.clock.advance(UNDER_WAY_S)
        assert house.deliver(order_id)["order"]["state"] == "delivered"
        assert house.partner.platform.deliveries[order_id] == [CONTENT]
        if lived:
            break
    assert call > 14, "every call of a delivery that logs in was tried"


ORDERS = [
    steps
    for steps in permutations(("callback", "another", "poll", "sweep"))
    if steps.index("callback") < steps.index("another")
]


@pytest.mark.parametrize("steps", ORDERS, ids="-".join)
def test_any_order_of_doubled_callbacks_and_polls_ends_alike(
    house: House, steps: tuple[str, ...]
) -> None:
    order_id = house.partner.platform.pay(lost=True)
    for step in (*steps, *steps):
        if step == "poll":
            house.poll()
        elif step == "sweep":
            house.sweep()
        else:
            assert house.callback(order_id, step) == 200
    house.sweep()
    assert (house.waiting, house.told) == ([order_id], [str(order_id)])
    states = sorted(each.state for each in house.deliveries)
    assert states == ["done", *("ignored" for _ in states[1:])]


def test_an_account_that_moves_gets_its_password_at_its_new_address_alone(house: House) -> None:
    logins: list[str] = []

    def note(request: httpx.Request) -> None:
        if request.url.path.endswith("/login"):
            logins.append(request.url.host)

    house.partner.client.event_hooks["request"] = [note]
    warm = igv.orders_handler(house.world.environment, house.world.client, house.secrets)
    for host in ("old.test", "new.test"):
        url = (("url", f"https://{host}/merchant-api"),)
        house.world.registry.put(with_terms(SELLER, settings=url))
        house.partner.platform.faults.tokens_forgotten = True
        assert warm({"action": "poll"}, None) == {"found": {"igv": 0}}
    assert logins == ["old.test", "new.test"]
