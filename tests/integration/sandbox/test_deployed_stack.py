"""The real template, built and deployed, with its roles enforced: the way of `make run`."""

import gzip
import json
import time
from uuid import uuid4

import httpx
import pytest

from casino.aws.invoke import ask
from casino.dialects.registry import family
from ops.verbs import ledger, scorecard
from sandbox.demo import encode
from sandbox.ministack import MiniStack
from sandbox.stack import STACK_NAME
from sandbox.up import Casino, open_casino, open_seat
from testing import guide


def test_demonstration_is_answered_as_documented_and_the_ledger_is_proven(casino: Casino) -> None:
    titles = [played.step.title for played in casino.play()]
    assert (titles[0], titles[-1]) == ("balance (starts an environment)", "balance")
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()
    card = json.loads(scorecard.scorecard(casino.operations, hours=1).as_json())
    figures = [each["figures"] for each in card["integrations"]]
    assert sum(each["requests"] for each in figures) >= len(titles) - 1  # a forged one is none
    assert min(max(each[name] for each in figures) for name in ("duplicates", "bad_signatures"))


def test_the_cashier_pays_in_and_is_told_what_became_of_it(casino: Casino) -> None:
    titles = [played.step.title for played in casino.pay_in_and_look(uuid4().hex)]
    assert titles[-9:] == [
        "a limit of 500.00 for a bet",
        "a bet of 500.01",
        "a bonus of 20.00, to be staked once",
        "bet 15.00 of it",
        "win 12.00: bonus money again",
        "pay out 10.01",
        "bet 5.00: all of it is wagered",
        "the bonus is cash",
        "pay out 22.00",
    ]


def test_the_same_is_answered_at_the_url_of_each_action_by_a_function_with_less_rights(
    casino: Casino,
) -> None:
    base_url = f"{casino.stack.base_url}/webhooks/igsp/v1"
    played = list(casino.play(lambda action: f"{base_url}/{action}"))
    assert {step.step.fields["action"] for step in played} == {"balance", "bet", "win", "refund"}


def test_c1_the_guides_own_sequence_over_http(casino: Casino) -> None:
    run = uuid4().hex
    seat = open_seat(casino.operations, f"p_guide_{run}", "EUR", "97.50")
    for request, balance in guide.exchanges(seat.player_id, seat.session_id, run):
        body = encode(request)
        signed = family("igsp").sign(body, casino.credentials, time.time())
        answer = httpx.post(casino.stack.hooks_url, content=body, headers=signed, timeout=30)
        assert answer.status_code == 200
        assert answer.text.startswith(f'{{"balance":{balance}')


def test_o7_the_deployed_versions_are_rehearsed(casino: Casino) -> None:
    open_seat(casino.operations, "rehearsal-player", "EUR", "5.00")
    name = f"CodeDeployHook_{STACK_NAME}-rehearse"
    assert ask(casino.operations.functions, name, {}) == {"faults": []}
    wallet = casino.operations.accounts.wallet("rehearsal-player", "EUR")
    assert wallet is not None
    assert wallet.balance_minor == 500


@pytest.mark.parametrize("body", [b'{"action":"balance\xff"}', gzip.compress(b"{}", mtime=0)])
def test_m12_bytes_that_are_no_text_arrive_as_they_were_signed(casino: Casino, body: bytes) -> None:
    signed = family("igsp").sign(body, casino.credentials, time.time())
    headers = {"Content-Type": "application/json"} | signed
    answer = httpx.post(casino.stack.hooks_url, content=body, headers=headers, timeout=30)
    # Altered bytes would not have their signature: 403.
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_json")


def test_health_answers(casino: Casino) -> None:
    answer = httpx.get(f"{casino.stack.base_url}/health")
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "version", "time"}


def test_casino_can_be_opened_again_on_a_running_stack(local: MiniStack, casino: Casino) -> None:
    before = casino.operations.accounts.wallet("p_demo_2", "USD")
    again = open_casino(local)
    assert again.credentials == casino.credentials
    assert again.operations.accounts.wallet("p_demo_2", "USD") == before


def test_o10_the_deployed_hooks_have_the_lean_client(casino: Casino) -> None:
    list(casino.play())
    logs = casino.operations.logs
    (group,) = [
        group["logGroupName"]
        for group in logs.describe_log_groups()["logGroups"]
        if "HooksLogs" in group["logGroupName"]
    ]
    told = [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
    started = [line for line in told if '"message":"started"' in line]
    assert started
    assert all('"aws_client":"lean"' in line for line in started)
