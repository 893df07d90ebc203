"""The simulated WinUpGo against the deployed template: token, scopes, signature, rounds."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casino.aws.invoke import ask
from ops.verbs import hold, integration, ledger, rotation
from ops.verbs.access import access
from sandbox.up import Casino
from sandbox.winupgo.caller import Caller
from sandbox.winupgo.part import WinupgoPart
from tests.functional.winupgo.partner import pair_text
from tests.integration.integrations.senders import until


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


def test_a_studio_that_dies_after_its_hold_loses_no_stake(
    casino: Casino, winupgo: WinupgoPart
) -> None:
    operations, caller, run = casino.operations, winupgo.caller, uuid4().hex
    token, bet = caller.token(), {"bet_id": run, "round_id": run}
    amount = {"amount": 1.50, "currency": caller.currency}
    player = {name: getattr(caller, name) for name in ("player_id", "game_id", "currency")}
    session_id = caller.send(token, "/sessions", f"{run}-s", player).json()["session_id"]
    stake = bet | {"session_id": session_id, "amount": amount}
    assert caller.send(token, "/bets/authorize", f"{run}-a", stake).status_code == 200
    # Here it dies. Somebody looks, asks, and gives the stake back.
    (held,) = [each for each in held_at(casino) if each["bet_id"] == run]
    assert (held["amount"], held["player_id"]) == (Decimal("1.50"), caller.player_id)
    measured = ask(operations.functions, f"{operations.stack.name}-measure-holds", {})
    assert measured == {"open": 0, "oldest": {}, "handed_over": False}  # it is as young as a round
    hold.release(operations, held["integration"], run, who=operations.who("the studio died"))
    assert run not in {each["bet_id"] for each in held_at(casino)}
    settled = caller.send(token, "/bets/settle", f"{run}-e", bet | {"win": amount})
    assert (settled.status_code, settled.json()["code"]) == (409, "BET_ROLLED_BACK")
    again = caller.send(token, "/bets/authorize", f"{run}-a", stake)
    assert again.headers["Idempotent-Replayed"] == "true"
    proof = ledger.verify(operations, None, None, everything=True)
    assert proof.exit_code == 0, proof.as_text()


def held_at(casino: Casino) -> list[dict[str, Any]]:
    """Return what `ops hold list` prints."""
    holds: list[dict[str, Any]] = json.loads(
        hold.list_(casino.operations).as_json(), parse_float=Decimal
    )["holds"]
    return holds


def test_an_ed25519_key_is_added_staged_and_rotated_while_it_signs_bets(
    casino: Casino, winupgo: WinupgoPart, tmp_path: Path
) -> None:
    operations, who, name = casino.operations, casino.operations.who("a test"), "studio-ed"
    keys = [Ed25519PrivateKey.generate() for _ in range(2)]
    old, new = (replace(winupgo.caller, key_id="ed-key", secret_key=key) for key in keys)
    file, token, run = tmp_path / "pair.json", old.token(), uuid4().hex
    file.write_text(pair_text(keys[0], "ed-key"))
    integration.add(operations, name, "winupgo", credentials_file=file, who=who)
    access(operations, name, "brand-7", "EU", "studio", old.client_id, opens_sessions=True, who=who)

    def send(caller: Caller, resource: str, **fields: object) -> httpx.Response:
        return caller.send(token, resource, run + resource, fields)

    player = {name: getattr(old, name) for name in ("player_id", "game_id", "currency")}
    until(lambda: send(old, "/sessions", **player).status_code == 201, "the key being known")
    session_id = send(old, "/sessions", **player).json()["session_id"]
    bet = {"bet_id": run, "round_id": run}
    amount = {"amount": 1.50, "currency": old.currency}
    held = send(old, "/bets/authorize", **bet, session_id=session_id, amount=amount)
    assert held.json()["status"] == "authorized", held.text
    assert send(new, "/bets/settle", **bet, win=amount).status_code == 401
    file.write_text(pair_text(keys[1], "ed-key"))
    rotation.stage(operations, name, str(file), who=who)
    staged = "the staged key being taken"
    until(lambda: send(new, "/bets/settle", **bet, win=amount).status_code == 200, staged)
    rotation.rotate(operations, name, who=who)

    def late() -> httpx.Response:
        return send(old, "/bets/settle", **bet, win=amount)

    until(lambda: late().headers.get("X-Secret-Version") == "previous", "the end of the rotation")
    assert late().headers["Idempotent-Replayed"] == "true"
