"""iGV beside the deployed stack: the demonstration, and what a caller finds in the stack's file."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from sandbox.igv.part import IgvPart, open_part
from sandbox.igv.signatures import seal
from sandbox.part import Stage
from sandbox.processes import TIMEOUT_S, poll


@pytest.fixture(scope="module")
def part(stage: Stage) -> Iterator[IgvPart]:
    """A simulated iGV, connected there."""
    opened = open_part(stage)
    yield opened
    opened.process.stop()


def test_the_demonstration_plays_from_the_callback_to_the_delivery(part: IgvPart) -> None:
    played = list(part.play())
    assert [each.status for each in played].count(401) == 1
    assert len(played) == 9


def test_a_caller_with_the_stacks_file_has_its_order_confirmed(part: IgvPart) -> None:
    told = part.described()
    order = {"orderId": told["order_id"], "orderNum": told["order_num"], "sellerOrderStatus": 1}
    body = json.dumps(order | {"buyerId": told["buyer_id"]}).encode()
    headers = seal(told["secret_key"], f"req-{told['order_id']}", int(time.time() * 1000))

    answers = [
        httpx.post(told["url"], content=body, headers=headers, timeout=TIMEOUT_S) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    orders = part.operations.orders
    assert poll(lambda: orders.get("igv", told["order_id"]) is not None, TIMEOUT_S)


def test_a_token_that_ends_is_replaced_by_one_login_of_the_deployed_worker(part: IgvPart) -> None:
    admin = f"{part.process.base_url}/admin"
    before = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    httpx.post(f"{admin}/faults", json={"tokens_forgotten": True}, timeout=TIMEOUT_S)
    paid = httpx.post(f"{admin}/orders", json={}, timeout=TIMEOUT_S).json()["order_id"]

    orders = part.operations.orders
    assert poll(lambda: orders.get("igv", paid) is not None, TIMEOUT_S)
    after = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    assert after == before + 1
