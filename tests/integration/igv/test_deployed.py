"""iGV beside the deployed stack: the demonstration, and what a caller finds in the stack's file."""

import json
import time

import httpx

from sandbox.igv.part import IgvPart
from sandbox.igv.signatures import seal
from sandbox.processes import TIMEOUT_S, poll


def test_the_demonstration_plays_from_the_callback_to_the_delivery(igv: IgvPart) -> None:
    played = list(igv.play())
    assert [each.status for each in played].count(401) == 1
    assert len(played) == 9


def test_a_caller_with_the_stacks_file_has_its_order_confirmed(igv: IgvPart) -> None:
    told = igv.described()
    order = {"orderId": told["order_id"], "orderNum": told["order_num"], "sellerOrderStatus": 1}
    body = json.dumps(order | {"buyerId": told["buyer_id"]}).encode()
    headers = seal(told["secret_key"], f"req-{told['order_id']}", int(time.time() * 1000))

    answers = [
        httpx.post(told["url"], content=body, headers=headers, timeout=TIMEOUT_S) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    orders = igv.operations.orders
    assert poll(lambda: orders.get("igv", told["order_id"]) is not None, TIMEOUT_S)


def test_a_token_that_ends_is_replaced_by_one_login_of_the_deployed_worker(igv: IgvPart) -> None:
    admin = f"{igv.process.base_url}/admin"
    before = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    httpx.post(f"{admin}/faults", json={"tokens_forgotten": True}, timeout=TIMEOUT_S)
    paid = httpx.post(f"{admin}/orders", json={}, timeout=TIMEOUT_S).json()["order_id"]

    orders = igv.operations.orders
    assert poll(lambda: orders.get("igv", paid) is not None, TIMEOUT_S)
    after = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    assert after == before + 1
