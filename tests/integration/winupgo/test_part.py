"""The simulated WinUpGo against the deployed template: token, scopes, signature, rounds."""

from decimal import Decimal
from uuid import uuid4

from ops.verbs import ledger
from sandbox.up import Casino
from sandbox.winupgo.part import WinupgoPart


def test_it_plays_rounds_in_two_steps_and_the_ledger_is_proven(
    casino: Casino, winupgo: WinupgoPart
) -> None:
    balances = [played.balance for played in winupgo.play()]
    assert len(balances) == 18
    opened, held, *_, refused = (Decimal(balance) for balance in balances)
    assert held == opened - 2  # a hold is out of the balance at once
    assert refused == opened - 2 + 5 - 1  # one bet won, one lost, the others were given back
    proof = ledger.verify(casino.operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def test_no_token_and_an_invented_one_are_turned_away(winupgo: WinupgoPart) -> None:
    for token in ("none", "a.b.c"):
        answer = winupgo.caller.send(token, "/bets/rollback", uuid4().hex, {"bet_id": "b1"})
        assert answer.status_code == 401, answer.text
