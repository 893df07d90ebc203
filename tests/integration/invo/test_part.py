"""Invo's part of the demonstration on the deployed stack, whose roles are enforced."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ops.verbs import ledger
from sandbox.invo.caller import Caller
from sandbox.invo.part import ACCOUNT, InvoPart, Telling
from sandbox.processes import poll
from sandbox.up import Casino
from testing.template import PROJECT


def test_every_delivery_of_the_demonstration_ends_as_it_must(
    casino: Casino, invo: InvoPart
) -> None:
    before = balance(invo)
    played = list(invo.play())
    assert len(played) == 14
    assert balance(invo) - before == 3_000, "25.00 and 10.00, less 5.00; 7.00 came and went"
    token, first, again = (each.balance for each in played[-3:])
    assert (token, first) == ("", again), "one order"
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def balance(invo: InvoPart) -> int:
    wallet = invo.operations.accounts.wallet(invo.caller.player_id, invo.caller.currency)
    assert wallet is not None
    return wallet.balance_minor


def test_the_stack_file_holds_all_that_a_caller_needs(invo: InvoPart) -> None:
    told = invo.described()
    assert told["url"].endswith("/invo/v1/webhooks/invo")
    caller, key = Caller(**told), f"told-{uuid4().hex}"
    event = caller.event("webhook.test", {}, key)
    headers, body = caller.packed(
        event, time.time(), secrets=(told["signing_secret"],), zipped=False
    )
    answer = httpx.post(told["url"], content=body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (200, "stored")


def test_a_player_who_was_unknown_is_credited_after_retry(casino: Casino, invo: InvoPart) -> None:
    run, operations, who = uuid4().hex[:12], casino.operations, casino.operations.who("a test")
    data = invo.caller.purchase(f"new-{run}", "3.00", identity_id=f"id_{run}", player_email="")
    event = invo.caller.event("purchase.completed", data, f"new-{run}")
    before = balance(invo)
    invo.tell(Telling("nobody known", event, "unmatched"))
    operations.identities.set(invo.caller.player_id, "invo", who=who, identity_id=f"id_{run}")
    operations.deliveries.retry("invo", f"new-{run}", who=who)
    invo.tell(Telling("the same delivery again", event))
    assert balance(invo) - before == 300
    operations.identities.set(
        invo.caller.player_id, "invo", who=who, identity_id=invo.caller.identity_id
    )


def test_a_dispute_of_money_that_is_spent_leaves_nothing_below_zero_and_a_debt_on_the_record(
    casino: Casino, invo: InvoPart
) -> None:
    run, operations, who = uuid4().hex[:12], casino.operations, casino.operations.who("a test")
    player, told = (
        f"p_owes_{run}",
        replace(invo, caller=replace(invo.caller, player_id=f"p_owes_{run}")),
    )
    operations.players.create(player, "EUR", who=who)
    operations.identities.set(player, "invo", who=who, identity_id=f"id_{run}")
    data = invo.caller.purchase(f"owed-{run}", "40.00", identity_id=f"id_{run}", player_email="")
    told.tell(Telling("a purchase", invo.caller.event("purchase.completed", data, f"owed-{run}")))
    operations.players.withdraw(player, "EUR", 30_00, f"spent-{run}", who=who)

    disputed = {"order_id": f"owed-{run}", "dispute_id": run, "currency_debited": "40.00"}
    event = invo.caller.event("purchase.disputed", disputed, f"disputed-{run}")
    for _ in range(2):
        played = told.tell(Telling("a dispute", event))
    assert played.balance == "0.00"
    found = operations.deliveries.get("invo", f"disputed-{run}")
    assert found.reason == "40.00 EUR taken back, 30.00 of it owed"
    assert [each.event_type for each in found.told] == ["purchase.taken_back", "purchase.owed"]
    entry: Any = ledger.explain(operations, f"reversal/owed-{run}/dispute/{run}").data
    amounts = {account: str(amount) for account, amount in entry["postings"].items()}
    assert amounts == {"integration": "40.00", "owed": "-30.00", "player": "-10.00"}
    proof = ledger.verify(operations, player, "EUR")
    assert proof.exit_code == 0, proof.as_text()


def test_a_new_key_is_tried_at_the_simulated_invo(casino: Casino, invo: InvoPart) -> None:
    account = casino.operations.integrations.named(ACCOUNT)
    assert account.base_url == invo.process.base_url


SENDERS = [("php", "sender.php"), ("node", "sender.mjs"), (sys.executable, "sender.py")]


@pytest.mark.parametrize(("runtime", "sender"), SENDERS, ids=["PHP", "Node", "Python"])
def test_a_sender_written_from_the_guide_is_credited_once(
    invo: InvoPart, runtime: str, sender: str
) -> None:
    if shutil.which(runtime) is None:
        pytest.skip(f"no {runtime} on this machine, see examples/README.md")
    before, caller = balance(invo), invo.caller
    configuration = {
        "WALLET_URL": caller.url,
        "GAME_ID": caller.game_id,
        "SIGNING_SECRET": caller.signing_secret,
        "IDENTITY_ID": caller.identity_id,
        "CURRENCY": caller.currency,
    }
    played = subprocess.run(
        [runtime, str(PROJECT / "examples" / "invo" / sender)],
        env={"PATH": os.environ["PATH"], **configuration},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.splitlines() == [
        "purchase 200 stored",
        "again 200 known",
        "forged 401 invalid_signature",
    ]
    assert poll(lambda: balance(invo) == before + 250, 90)
