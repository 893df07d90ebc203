"""The simulated WinUpGo against the deployed template: token, scopes, signature, rounds."""

from uuid import uuid4

import pytest

from ops.verbs import ledger
from sandbox.ministack import MiniStack
from sandbox.up import Casino
from sandbox.winupgo import Winupgo, connect_winupgo


@pytest.fixture(scope="module")
def winupgo(casino: Casino, local: MiniStack) -> Winupgo:
    pool = casino.stack.outputs["WinupgoPoolId"]
    return connect_winupgo(
        casino.operations, local.endpoint, casino.stack.base_url, pool, "p_demo_1"
    )


def test_it_plays_rounds_in_two_steps_and_the_ledger_is_proven(
    casino: Casino, winupgo: Winupgo
) -> None:
    steps = [title for title, _, _ in winupgo.play()]
    assert steps[:3] == ["open a session", "hold", "settle"]
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_no_token_and_an_invented_one_are_turned_away(winupgo: Winupgo) -> None:
    for token in ("none", "a.b.c"):
        answer = winupgo.send(token, "/bets/rollback", uuid4().hex, {"bet_id": "b1"})
        assert answer.status_code == 401, answer.text
