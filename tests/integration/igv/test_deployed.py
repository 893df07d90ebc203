"""iGV beside the deployed stack: the demonstration, and what a caller finds in the stack's file."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from casino.base.errors import AdminError
from ops.verbs import merchant, order
from sandbox.igv.part import IgvPart
from sandbox.igv.signatures import seal
from sandbox.processes import TIMEOUT_S, poll


def test_the_demonstration_plays_from_the_callback_to_the_delivery(igv: IgvPart) -> None:
    played = list(igv.play())
    assert [each.status for each in played].count(401) == 1
    assert len(played) == 11


def test_a_caller_with_the_stacks_file_has_its_order_confirmed(igv: IgvPart) -> None:
    told = igv.described()
    sent = {"orderId": told["order_id"], "orderNum": told["order_num"], "sellerOrderStatus": 1}
    body = json.dumps(sent | {"buyerId": told["buyer_id"]}).encode()
    headers = seal(told["secret_key"], f"req-{told['order_id']}", int(time.time() * 1000))

    answers = [
        httpx.post(told["url"], content=body, headers=headers, timeout=TIMEOUT_S) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    orders = igv.operations.orders
    assert poll(lambda: orders.get("igv", told["order_id"]) is not None, TIMEOUT_S)


def test_a_forged_body_that_comes_first_hides_nothing_on_the_deployed_stack(igv: IgvPart) -> None:
    admin = f"{igv.process.base_url}/admin"
    paid = {"lost": True}
    order_id = httpx.post(f"{admin}/orders", json=paid, timeout=TIMEOUT_S).json()["order_id"]
    sent = {"orderId": order_id, "orderNum": f"SO{order_id}", "sellerOrderStatus": 1}
    headers = seal(igv.caller.secret_key, f"req-{order_id}", int(time.time() * 1000))

    for buyer in ("666", "88001"):
        body = json.dumps(sent | {"buyerId": buyer}).encode()
        answer = httpx.post(igv.caller.url, content=body, headers=headers, timeout=TIMEOUT_S)
        assert answer.status_code == 200

    orders = igv.operations.orders
    assert poll(lambda: orders.get("igv", order_id) is not None, TIMEOUT_S)
    found = orders.get("igv", order_id)
    assert found is not None
    assert (found.buyer_id, found.found_by) == ("88001", "poll")


def test_a_player_is_synced_and_orders_are_listed_as_a_merchant(igv: IgvPart) -> None:
    who, given = igv.operations.who("a visit"), ("igv-merchant", "p1@casino.test")
    synced: list[Any] = [
        merchant.sync(igv.operations, "p_demo_1", *given, with_code=True, who=who).data
        for _ in range(2)
    ]
    assert len({each["user_id"] for each in synced}) == 1
    assert len({each["authorization_code"] for each in synced}) == 2
    waits = igv.described()["order_id"]
    listed: Any = merchant.merchant_list(igv.operations, "igv-merchant").data
    assert str(waits) in [each["order_id"] for each in listed["orders"]]
    with pytest.raises(AdminError, match="no integration of a merchant"):
        merchant.merchant_list(igv.operations, "igv-account")


def test_orders_are_delivered_or_failed_by_ops_on_the_deployed_stack(
    igv: IgvPart, tmp_path: Path
) -> None:
    admin, operations = f"{igv.process.base_url}/admin", igv.operations
    sold, lacking = (
        httpx.post(f"{admin}/orders", json={}, timeout=TIMEOUT_S).json()["order_id"]
        for _ in range(2)
    )
    known = operations.orders.get
    assert poll(lambda: None not in (known("igv", sold), known("igv", lacking)), TIMEOUT_S)
    who, file = operations.who("the buyer waits"), tmp_path / "delivery.json"
    file.write_text('{"content": "key-1"}')
    for _ in range(2):
        order.deliver(operations, "igv", sold, file, who=who)
        order.deliver_error(operations, "igv", lacking, "no stock", who=who)
    state = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()
    assert state["deliveries"][str(sold)] == [{"content": "key-1"}]
    assert [told["remark"] for told in state["failures"][str(lacking)]] == ["no stock"]
    story: Any = order.show(operations, "igv", sold).data
    assert [record["new"] for record in story["story"]] == ["delivering", "delivered"]


def test_a_token_that_ends_is_replaced_by_one_login_of_the_deployed_worker(igv: IgvPart) -> None:
    admin = f"{igv.process.base_url}/admin"
    before = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    httpx.post(f"{admin}/faults", json={"tokens_forgotten": True}, timeout=TIMEOUT_S)
    paid = httpx.post(f"{admin}/orders", json={}, timeout=TIMEOUT_S).json()["order_id"]

    orders = igv.operations.orders
    assert poll(lambda: orders.get("igv", paid) is not None, TIMEOUT_S)
    after = httpx.get(f"{admin}/state", timeout=TIMEOUT_S).json()["logins"]
    assert after == before + 1
