"""Receivers, stream and worker of the deployed template, whose roles are enforced."""

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from casino.deliveries.model import Delivery
from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from ops.verbs import delivery, identity, rotation
from sandbox.invo.caller import Caller
from sandbox.up import Casino
from tests.integration.integrations.senders import until

PLAYER = "p_demo_1"


def connect(casino: Casino, kind: str) -> Caller:
    """Connect a partner of its own; the caller has what both sides need."""
    operations, name = casino.operations, f"{kind}-{uuid4().hex[:8]}"
    secret = f"whsec_{uuid4().hex}"
    operations.integrations.add(
        name, kind, pair=Pair(name, secret), who=operations.who("a partner")
    )
    path = {"invo": "invo/v1/webhooks", "igv-seller": "igv/v1/callbacks"}[kind]
    url = f"{casino.stack.base_url}/{path}/{name}"
    email = f"{uuid4().hex}@example.org"
    return Caller(url, "", secret, "", PLAYER, email, uuid4().hex, "EUR")


def name_of(caller: Caller) -> str:
    return caller.url.rpartition("/")[2]


def ended(casino: Casino, caller: Caller, key: str, state: str) -> Delivery:
    """Wait until a delivery has a state."""

    def found() -> Delivery:
        return casino.operations.deliveries.get(name_of(caller), key)

    until(lambda: found().state == state, f"{key} is {state}")
    return found()


def balance(casino: Casino) -> int:
    wallet = casino.operations.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    return wallet.balance_minor


def send(caller: Caller, event: dict[str, Any], *secrets: str) -> httpx.Response:
    signed = secrets or (caller.signing_secret,)
    headers, body = caller.packed(event, time.time(), secrets=signed, zipped=True)
    return httpx.post(caller.url, content=body, headers=headers, timeout=30)


@pytest.fixture
def invo(casino: Casino) -> Caller:
    """Return a partner that the receiver knows: a new key takes five seconds at most."""
    caller = connect(casino, "invo")
    hello = caller.event("webhook.test", {}, "hello")
    until(lambda: send(caller, hello).status_code == 200, "the partner is known")
    ended(casino, caller, "hello", "ignored")
    return caller


def test_a_purchase_for_nobody_waits_and_is_credited_once_after_a_person_said_whose_it_is(
    casino: Casino, invo: Caller
) -> None:
    operations, before = casino.operations, balance(casino)
    who = operations.who("a ticket")
    event = invo.event("purchase.completed", invo.purchase(uuid4().hex, "12.00"), "key-1")
    for _ in range(2):
        answer = send(invo, event)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    waits = ended(casino, invo, "key-1", "unmatched")
    assert json.loads(waits.body) == event
    assert balance(casino) == before

    identity.set_identity(operations, PLAYER, name_of(invo), invo.player_email, who=who)
    delivery.retry(operations, name_of(invo), "key-1", who=who)
    ended(casino, invo, "key-1", "done")
    assert send(invo, event).status_code == 200
    send(invo, event | {"idempotency_key": "key-2"})
    ended(casino, invo, "key-2", "ignored")
    assert balance(casino) == before + 1200
    assert "is received" not in delivery.list_(operations, None, name_of(invo)).as_text()


def test_a_forged_delivery_gets_401_over_http_and_is_stored_nowhere(
    casino: Casino, invo: Caller
) -> None:
    event = invo.event("webhook.test", {}, "key-1")
    assert send(invo, event, "whsec_of_somebody_else").status_code == 401
    elsewhere = replace(invo, url=invo.url + "-nobody")
    assert send(elsewhere, event).status_code == 401
    assert delivery.list_(casino.operations, None, name_of(invo)).data == {"deliveries": []}
    assert send(invo, event).status_code == 200
    ended(casino, invo, "key-1", "ignored")


def test_a_new_signing_secret_is_staged_before_invo_signs_with_it(
    casino: Casino, invo: Caller, tmp_path: Path
) -> None:
    new, file = f"whsec_{uuid4().hex}", tmp_path / "pair.json"
    file.write_text(json.dumps({"api_key": name_of(invo), "secret_key": new}))
    rotation.stage(
        casino.operations, name_of(invo), str(file), who=casino.operations.who("a ticket")
    )
    until(
        lambda: send(invo, invo.event("webhook.test", {}, "new"), new).status_code == 200,
        "the staged secret verifies",
    )
    assert send(invo, invo.event("webhook.test", {}, "old")).status_code == 200
    both = send(invo, invo.event("webhook.test", {}, "both"), "x" * 32, new)
    assert both.status_code == 200


def test_a_rotated_signing_secret_verifies_beside_the_old_one_for_seven_days(
    casino: Casino, invo: Caller, tmp_path: Path
) -> None:
    operations, name = casino.operations, name_of(invo)
    who, old = operations.who("a rotation"), invo.signing_secret
    new, file = f"whsec_{uuid4().hex}", tmp_path / "pair.json"
    file.write_text(json.dumps({"api_key": name, "secret_key": new}))
    rotation.stage(operations, name, str(file), who=who)
    rotation.rotate(operations, name, who=who)

    signed = {"new": (new,), "old": (old,), "both": (old, new), "turned": (new, old)}
    for key, secrets in signed.items():
        event = invo.event("webhook.test", {}, key)
        taken = partial(send, invo, event, *secrets)
        until(lambda: taken().status_code == 200, key)  # noqa: B023 - called at once
        ended(casino, invo, key, "ignored")
    assert (
        send(invo, invo.event("webhook.test", {}, "no"), f"whsec_{uuid4().hex}").status_code == 401
    )
    (ends_at,) = dict(operations.integrations.named(name).rotation.retirements).values()
    left_s = ends_at - time.time()
    assert 6.9 < left_s / 86_400 <= 7
    rotation.retire_previous(operations, name, who=who)
    late = invo.event("webhook.test", {}, "late")
    until(lambda: send(invo, late, old).status_code == 401, "the old secret is dead")
    assert send(invo, late, old, new).status_code == 200


def test_a_callback_of_igv_is_stored_and_nothing_of_it_believed(casino: Casino) -> None:
    igv = connect(casino, "igv-seller")
    body, request_id = b'{"orderId":1,"orderNum":"SO1","sellerOrderStatus":1,"buyerId":"1"}', "r-1"
    signed = family("igv-seller").sign(
        body,
        Pair("k", igv.signing_secret),
        time.time() - 35 * 60,
        Particulars(request_id=request_id),
    )

    def status() -> int:
        return httpx.post(igv.url, content=body, headers=signed, timeout=30).status_code

    until(lambda: status() == 200, "the partner is known")
    assert status() == 200
    found = ended(casino, igv, request_id, "unmatched")
    assert found.body == body
    assert "account" in found.reason
    forged = signed | {"X-Signature": "0" * 64}
    assert httpx.post(igv.url, content=body, headers=forged, timeout=30).status_code == 401
