"""What the store of sold orders and the shelf of a token promise: the fakes and AWS's alike."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from casino.audit.model import AuditRecord
from casino.aws.clients import secrets_client
from casino.aws.dynamodb import transact
from casino.integrations.ports import Shelved, TokenShelf
from casino.integrations.store.token_shelf import AwsTokenShelf
from casino.orders.model import SoldOrder
from casino.orders.ports import Orders
from testing.casinos import casino_on
from testing.fake_orders import FakeOrders
from testing.fake_shelf import FakeShelf
from testing.transactions import AT
from testing.world import World

AUDIT = AuditRecord("order#igv#7", "order.delivering", "an operator", AT)
SEVEN = SoldOrder("igv", 2**63 - 1, "SO7", "88001", "awaiting_delivery", AT, AT, "callback")


@pytest.fixture(params=["in memory", "on DynamoDB"])
def orders(request: pytest.FixtureRequest) -> Iterator[Orders]:
    with casino_on(request.param) as casino:
        yield casino.orders if isinstance(casino, World) else FakeOrders()


@pytest.fixture(params=["in memory", "on AWS"])
def shelf(request: pytest.FixtureRequest) -> Iterator[TokenShelf]:
    with casino_on("on DynamoDB" if request.param == "on AWS" else "in memory") as casino:
        if isinstance(casino, World):
            secrets = secrets_client()
            yield AwsTokenShelf(
                secrets, casino.client, casino.tables, "test/token/igv", "igv-account"
            )
        else:
            yield FakeShelf()


def add(orders: Orders, order: SoldOrder) -> bool:
    """Commit the write that a worker commits with the delivery."""
    write = orders.first(order)
    if callable(write):
        return bool(write())
    assert not isinstance(orders, FakeOrders)
    return not transact(orders._client, [write])  # type: ignore[attr-defined]


def test_an_order_is_added_once_and_read_as_it_was_written(orders: Orders) -> None:
    assert orders.get("igv", SEVEN.order_id) is None
    assert add(orders, SEVEN)
    assert not add(orders, replace(SEVEN, buyer_id="4711"))
    assert orders.get("igv", SEVEN.order_id) == SEVEN
    assert orders.get("other", SEVEN.order_id) is None


def test_orders_are_listed_by_integration_and_state(orders: Orders) -> None:
    done = replace(SEVEN, order_id=8, state="delivered")
    other = replace(SEVEN, integration="second")
    for order in (SEVEN, done, other):
        assert add(orders, order)

    assert list(orders.every("igv", "delivered")) == [done]
    assert {order.order_id for order in orders.every("igv", None)} == {SEVEN.order_id, 8}
    assert len(list(orders.every(None, "awaiting_delivery"))) == 2


def test_of_two_changes_the_second_finds_that_the_order_has_changed(orders: Orders) -> None:
    assert add(orders, SEVEN)
    moved = replace(SEVEN, state="delivering", content="aa" * 32, changed_at="later")
    assert orders.change(SEVEN, moved, AUDIT)
    assert not orders.change(SEVEN, replace(SEVEN, state="failing"), AUDIT)
    assert orders.get("igv", SEVEN.order_id) == moved


def test_an_order_that_nobody_added_cannot_change(orders: Orders) -> None:
    assert not orders.change(SEVEN, replace(SEVEN, state="delivering"), AUDIT)
    assert orders.get("igv", SEVEN.order_id) is None


def test_an_empty_shelf_holds_nothing(shelf: TokenShelf) -> None:
    assert shelf.read() == Shelved()


def test_what_was_written_last_is_read(shelf: TokenShelf) -> None:
    shelf.write(Shelved("token-1", 1_000.5))
    shelf.write(Shelved("token-2", 2_000.5, "fingerprint", 7.25))
    assert shelf.read() == Shelved("token-2", 2_000.5, "fingerprint", 7.25)
    assert "token-2" not in repr(shelf.read())


def test_a_claim_is_one_environments_until_it_is_released_or_over(shelf: TokenShelf) -> None:
    assert shelf.claim(100.0, 115.0)
    assert not shelf.claim(114.9, 130.0)
    assert shelf.claim(115.0, 130.0)
    assert not shelf.claim(120.0, 135.0)
    shelf.release(130.0)
    assert shelf.claim(120.0, 135.0)


def test_a_login_that_took_too_long_does_not_end_the_next_ones_claim(shelf: TokenShelf) -> None:
    assert shelf.claim(100.0, 115.0)
    assert shelf.claim(116.0, 131.0)
    shelf.release(115.0)
    assert not shelf.claim(120.0, 135.0)


def test_a_token_is_encrypted_with_the_key_of_the_stack() -> None:
    with casino_on("on DynamoDB") as casino:
        assert isinstance(casino, World)
        secrets = secrets_client()
        parts = (casino.client, casino.tables, "test/token/igv", "igv-account")
        AwsTokenShelf(secrets, *parts, "alias/tokens").write(Shelved())
        assert secrets.describe_secret(SecretId="test/token/igv")["KmsKeyId"] == "alias/tokens"
