"""Flexsoft's part of the demonstration on the deployed stack, whose roles are enforced."""

import httpx

from ops.verbs import ledger
from sandbox.flexsoft.part import FlexsoftPart
from sandbox.flexsoft.signatures import seal
from sandbox.up import Casino


def test_every_step_of_the_demonstration_is_answered_as_it_must(
    casino: Casino, flexsoft: FlexsoftPart
) -> None:
    assert len(list(flexsoft.play())) == 19
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_the_stack_file_holds_all_that_a_caller_needs(flexsoft: FlexsoftPart) -> None:
    told = flexsoft.described()
    assert told["url"].endswith("/flexsoft/v1")
    for player in told["players"]:
        tokens = {name: player[name] for name in ("user_token", "session_token")}
        body = httpx.Request("POST", told["url"], json=tokens).content
        headers = seal(told["public_key"], told["secret_key"], body)
        for _ in range(2):
            answer = httpx.post(f"{told['url']}/auth", content=body, headers=headers, timeout=30)
            assert answer.status_code == 200, answer.text
            assert answer.json()["data"]["user_id"] == player["user_id"]
