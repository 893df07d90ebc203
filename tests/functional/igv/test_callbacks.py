"""A callback from the simulated platform to the order that waits: the cases of docs/igv.md."""

import json
import random
from collections.abc import Iterator

import pytest

from casino.integrations.model import Integration, Off
from sandbox.igv.signatures import seal
from testing.clock import START
from testing.igv import SECRET
from testing.integrations import with_terms
from tests.functional.igv.shop import Shop, open_shop

BODY = b'{"orderId":1,"orderNum":"SO1","sellerOrderStatus":1,"buyerId":"7"}'
NOW_MS = int(START * 1000)


SEALED: dict[str, str | list[str]] = {**seal(SECRET, "id-1", NOW_MS)}
SIGNED = ("X-Request-Id", "X-Timestamp", "X-Signature")


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_an_order_waits_once_it_has_been_fetched(shop: Shop) -> None:
    order_id = shop.partner.platform.pay()
    assert shop.waiting == []

    shop.work()

    assert shop.statuses == [200]
    assert shop.waiting == [order_id]
    assert shop.told == [str(order_id)]
    assert shop.orders.stored["igv", order_id].found_by == "callback"


def test_retries_after_5_and_35_minutes_succeed_with_the_first_ones_timestamp(shop: Shop) -> None:
    shop.down = 2
    order_id = shop.partner.platform.pay()
    for minutes, arrived in ((5, 0), (29, 0), (1, 1), (60, 1)):
        shop.partner.clock.advance(minutes * 60)
        shop.partner.platform.advance(0)
        assert len(shop.statuses) == arrived
    shop.work()

    (callback,) = shop.partner.platform.webhooks
    assert callback.statuses == [0, 0, 200]
    assert shop.waiting == [order_id]


@pytest.mark.parametrize("answer", [201, 202, 204, 301, 401, 500])
def test_the_platform_repeats_what_is_not_answered_with_exactly_200(answer: int) -> None:
    """What the simulation must do for the tests beside this one to mean something."""
    with open_shop() as shop:
        shop.partner.platform.post = lambda url, headers, body: answer
        shop.partner.platform.pay()
        shop.partner.platform.advance(7200)
        assert shop.partner.platform.webhooks[0].statuses == [answer] * 3


def test_a_lost_callback_is_found_by_the_poll(shop: Shop) -> None:
    order_id = shop.partner.platform.pay(lost=True)
    shop.partner.platform.advance(0)
    assert shop.poll.run() == {"igv": 1}
    shop.work()

    assert shop.waiting == [order_id]
    assert shop.orders.stored["igv", order_id].found_by == "poll"
    assert shop.notes.metrics["LostCallbacks"] == 1


@pytest.mark.parametrize("first", ["poll", "callback"])
def test_the_poll_and_a_late_callback_of_one_order_act_once(shop: Shop, first: str) -> None:
    shop.down = 1
    order_id = shop.partner.platform.pay()
    shop.poll.run()
    if first == "poll":
        shop.work()
    shop.partner.clock.advance(300)
    shop.partner.platform.advance(0)
    shop.poll.run()
    shop.work()

    assert shop.waiting == [order_id]
    assert shop.told == [str(order_id)]
    assert sorted(shop.states) == ["done", "ignored"]


def test_orders_that_are_known_and_callbacks_on_their_way_are_not_lost(shop: Shop) -> None:
    shop.partner.platform.pay()
    shop.work()
    assert shop.poll.run() == {"igv": 0}

    shop.partner.platform.pay()
    real_sleep = shop.partner.clock.sleep

    def arrives(seconds: float) -> None:
        real_sleep(seconds)
        shop.work()

    shop.partner.clock.sleep = arrives  # type: ignore[method-assign]
    assert shop.poll.run() == {"igv": 0}
    assert shop.notes.metrics["LostCallbacks"] == 0


def test_a_poll_that_fails_is_counted_and_the_next_one_finds_the_order(shop: Shop) -> None:
    shop.partner.platform.pay(lost=True)
    shop.partner.platform.faults.errors = 4
    assert shop.poll.run() == {"igv": -1}
    assert shop.notes.metrics["OrderPollFailures"] == 1
    assert shop.poll.run() == {"igv": 1}


def test_copies_are_answered_200_and_act_once(shop: Shop) -> None:
    order_id = shop.partner.platform.pay()
    request_id = shop.partner.platform.webhooks[0].request_id
    assert [shop.callback(order_id, request_id) for _ in range(3)] == [200] * 3
    assert shop.callback(order_id, "another-id") == 200
    shop.work()
    assert shop.callback(order_id, "after-the-effect") == 200
    shop.work()

    assert shop.told == [str(order_id)]
    assert sorted(shop.states) == ["done", "ignored", "ignored"]


def test_an_order_that_waits_no_more_is_left_alone(shop: Shop) -> None:
    order_id = shop.partner.platform.pay()
    shop.partner.platform.deliver(order_id, {})
    shop.work()
    assert (shop.waiting, shop.states) == ([], ["ignored"])


def test_a_platform_that_does_not_answer_is_asked_again_later(shop: Shop) -> None:
    order_id = shop.partner.platform.pay()
    shop.partner.platform.faults.errors = 4
    shop.work()
    assert (shop.waiting, shop.states) == ([], ["received"])

    shop.partner.clock.advance(120)
    shop.work()
    assert shop.waiting == [order_id]


def test_a_token_that_ends_in_the_middle_of_work_costs_one_login_and_no_delivery(
    shop: Shop,
) -> None:
    first = shop.partner.platform.pay()
    shop.work()
    orders = [first] + [shop.partner.platform.pay() for _ in range(4)]
    shop.partner.platform.faults.tokens_forgotten = True
    shop.work()

    assert shop.waiting == orders
    assert shop.states == ["done"] * 5
    assert shop.partner.platform.logins == 2


def test_a_revoked_login_rings_once_and_what_came_meanwhile_is_acted_on_later(shop: Shop) -> None:
    shop.partner.platform.faults.login_revoked = True
    orders = [shop.partner.platform.pay() for _ in range(5)]
    shop.work()
    assert (shop.waiting, set(shop.states)) == ([], {"received"})
    assert shop.partner.logins.failures.count("credentials_refused") == 1
    assert shop.partner.platform.refused_logins == 1

    shop.partner.platform.faults.login_revoked = False
    shop.partner.clock.advance(3600)
    shop.work()
    assert shop.waiting == orders


def test_a_receiver_without_an_account_waits_for_a_person(shop: Shop) -> None:
    shop.registry.integrations["igv"] = with_terms(shop.registry.integrations["igv"], calls_as="")
    shop.partner.platform.pay()
    shop.work()
    assert shop.states == ["unmatched"]
    assert "which account" in shop.deliveries[0].reason


# The door


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (seal(SECRET, "id-1", NOW_MS), 200),
        (seal(SECRET, "id-1", NOW_MS - 40 * 60_000), 200),
        (seal(SECRET, "id-1", NOW_MS - 40 * 60_000 - 1_000), 401),
        (seal(SECRET, "id-1", NOW_MS + 300_000), 200),
        (seal(SECRET, "id-1", NOW_MS + 301_000), 401),
        (seal("another-secret-of-32-characters-", "id-1", NOW_MS), 401),
        (seal(SECRET, "id-1", NOW_MS) | {"X-Request-Id": "id-2"}, 401),
        (seal(SECRET, "id-1", NOW_MS) | {"X-Timestamp": str(NOW_MS + 1)}, 401),
        (seal(SECRET, "id-1", NOW_MS) | {"X-Signature": "0" * 63}, 401),
        ({"Content-Type": "application/json"}, 401),
        *(({n: value for n, value in SEALED.items() if n != name}, 401) for name in SIGNED),
        *((SEALED | {name: [SEALED[name]] * 2}, 401) for name in SIGNED),
    ],
)
def test_the_door(shop: Shop, headers: dict[str, str | list[str]], status: int) -> None:
    assert shop.send(headers, BODY) == status
    assert len(shop.deliveries) == (status == 200)


def test_the_signature_is_looked_at_before_the_body_and_before_what_is_known(shop: Shop) -> None:
    assert shop.send(SEALED, BODY) == 200
    forged = SEALED | {"X-Signature": "0" * 64}
    assert [shop.send(forged, body) for body in (BODY, b"[]", b"", b"\xff")] == [401] * 4
    assert len(shop.deliveries) == 1


def test_a_line_tells_what_came_and_what_was_answered(shop: Shop) -> None:
    for headers in (SEALED, SEALED | {"X-Signature": "0" * 64}):
        shop.send(headers, BODY)
    lines = shop.notes.named("delivery")
    shown = ("integration", "key", "kind", "outcome", "status")
    assert [[line[name] for name in shown] for line in lines] == [
        ["igv", "id-1", "order.status.1", "stored", 200],
        ["igv", "", "", "invalid_signature", 401],
    ]
    assert all(line["trace_id"] for line in lines)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b"\xff", 400), (b"{}", 200), (b"{" + b" " * 16 * 1024 + b"}", 413)],
)
def test_a_body_has_to_be_an_object_and_no_more(shop: Shop, body: bytes, status: int) -> None:
    assert shop.send(seal(SECRET, "id-1", NOW_MS), body) == status
    shop.work()
    assert shop.waiting == []


def test_a_disabled_receiver_answers_as_an_unknown_one(shop: Shop) -> None:
    def off(name: str) -> Integration | None:
        return None

    object.__setattr__(shop.receiver, "integration", off)
    assert shop.send(seal(SECRET, "id-1", NOW_MS), BODY) == 401


def test_random_requests_are_refused_or_stored_and_never_an_error_of_ours(shop: Shop) -> None:
    rng, kept = random.Random(7), 0
    for number in range(300):
        headers: dict[str, str] = dict(seal(SECRET, f"id-{number}", NOW_MS))
        body = json.dumps({"orderId": rng.randrange(-5, 10**20), "buyerId": "7"}).encode()
        if rng.random() < 0.8:
            name = rng.choice(["X-Request-Id", "X-Timestamp", "X-Signature"])
            at = rng.randrange(len(headers[name]))
            swap = chr(ord(headers[name][at]) ^ rng.choice((1, 2, 4, 16)))
            headers[name] = headers[name][:at] + swap + headers[name][at + 1 :]
            assert shop.send(headers, body) in (200, 401)
        else:
            kept += 1
            assert shop.send(headers, body) == 200
    assert len(shop.deliveries) == kept


def test_callbacks_are_received_while_partners_are_switched_off_and_acted_on_once(
    shop: Shop,
) -> None:
    shop.registry.offs = {"partners": Off()}
    order_id = shop.partner.platform.pay()
    shop.work()
    assert (shop.poll.run(), shop.partner.platform.logins) == ({}, 0)
    assert (shop.statuses, shop.states, shop.waiting) == ([200], ["received"], [])
    shop.registry.offs = {}
    shop.work()
    shop.work()
    assert shop.poll.run() == {"igv": 0}
    assert (shop.waiting, shop.told) == ([order_id], [str(order_id)])
