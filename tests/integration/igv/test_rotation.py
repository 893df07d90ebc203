"""The three pairs of iGV are staged and rotated on the deployed stack, each as its family does."""

import json
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from casino.base.errors import AdminError
from casino.signing.pair import Pair
from ops.verbs import merchant, partner, rotation
from sandbox.igv.part import ACCOUNT, MERCHANT, IgvPart
from sandbox.igv.signatures import new_key, public_half
from sandbox.part import Stage
from sandbox.processes import TIMEOUT_S, poll
from tests.integration.integrations.senders import until


def admin(igv: IgvPart, route: str, **given: object) -> dict[str, object]:
    url = f"{igv.process.base_url}/admin/{route}"
    told: dict[str, object] = httpx.post(url, json=given, timeout=TIMEOUT_S).json()
    return told


def staged(igv: IgvPart, name: str, secret_key: str, folder: Path) -> None:
    """Stage a secret under the api_key that the integration has."""
    operations, file = igv.operations, folder / "pair.json"
    current = operations.integrations.versions(operations.integrations.named(name))[0]
    file.write_text(json.dumps({"api_key": current.api_key, "secret_key": secret_key}))
    rotation.stage(operations, name, str(file), who=operations.who("a rotation"))


def rotate(igv: IgvPart, name: str) -> None:
    rotation.rotate(igv.operations, name, who=igv.operations.who("a rotation"))


def test_a_callback_key_verifies_staged_and_replaced_until_it_is_retired(
    stage: Stage, igv: IgvPart, tmp_path: Path
) -> None:
    operations, name, old = stage.operations, f"igv-{uuid4().hex[:8]}", uuid4().hex
    who, new = operations.who("a rotation"), uuid4().hex
    operations.integrations.add(name, "igv-seller", pair=Pair(name, old), who=who)
    partner.partner(operations, name, calls_as=ACCOUNT, who=who)
    caller = replace(igv.caller, url=f"{stage.base_url}/igv/v1/callbacks/{name}")

    def answer(secret: str) -> int:
        """Send a callback of a new order; return the status, and see a taken one confirmed."""
        order_id = int(str(admin(igv, "orders", lost=True)["order_id"]))
        listed = httpx.get(f"{igv.process.base_url}/admin/state", timeout=TIMEOUT_S).json()
        order = next(each for each in listed["orders"] if each["orderId"] == order_id)
        sender = replace(caller, secret_key=secret)
        headers, body = sender.callback(order, uuid4().hex, int(time.time() * 1000))
        status = httpx.post(sender.url, headers=headers, content=body, timeout=TIMEOUT_S)
        if status.status_code == 200:
            known = operations.orders.get
            assert poll(lambda: known(name, order_id) is not None, TIMEOUT_S)
        return status.status_code

    until(lambda: answer(old) == 200, "the receiver is known")
    assert answer(new) == 401
    staged(igv, name, new, tmp_path)
    until(lambda: answer(new) == 200, "the staged key verifies")
    assert answer(old) == 200
    rotate(igv, name)
    assert (answer(new), answer(old)) == (200, 200)
    rotation.retire_previous(operations, name, who=who)
    until(lambda: answer(old) == 401, "the old key is dead")
    assert answer(new) == 200


def test_an_accounts_password_is_rotated_once_igv_takes_it(igv: IgvPart, tmp_path: Path) -> None:
    def confirmed() -> bool:
        """Let somebody buy, while no token holds any more."""
        admin(igv, "faults", tokens_forgotten=True)
        order_id = int(str(admin(igv, "orders")["order_id"]))
        return poll(lambda: igv.operations.orders.get("igv", order_id) is not None, TIMEOUT_S)

    new = f"Passw0rd-{uuid4().hex}"
    staged(igv, ACCOUNT, new, tmp_path)
    with pytest.raises(AdminError, match="refuses the new password"):
        rotate(igv, ACCOUNT)
    assert confirmed(), "with the old password"

    admin(igv, "rotate", password=new)
    rotate(igv, ACCOUNT)
    assert confirmed(), "with the new password"


def test_a_merchants_key_is_rotated_once_igv_has_its_public_half(
    igv: IgvPart, tmp_path: Path
) -> None:
    def listed() -> bool:
        try:
            merchant.merchant_list(igv.operations, MERCHANT)
        except AdminError:
            return False
        return True

    new = new_key()
    staged(igv, MERCHANT, new, tmp_path)
    with pytest.raises(AdminError, match="does not take the new key"):
        rotate(igv, MERCHANT)
    assert listed(), "with the old key"

    admin(igv, "rotate", public_key=public_half(new))
    rotate(igv, MERCHANT)
    until(listed, "signed with the new key")
