"""Limits over HTTP on the deployed stack, with its roles enforced: set, met, and an exclusion."""

import time
from functools import partial
from uuid import uuid4

from sandbox.up import Casino, open_seat
from tests.integration.accounts.test_api import bet, send

#: How long the stream of the audit may take to end a session, in seconds.
PATIENCE_S = 60.0


def test_a_limit_is_set_met_and_checked_and_an_exclusion_ends_the_session(casino: Casino) -> None:
    seat = open_seat(casino.operations, f"limits-{uuid4()}", "EUR", "100.00")
    player, post = f"/players/{seat.player_id}", partial(send, casino, "POST")
    wanted = {"currency": "EUR", "limits": {"loss_day": 0.75}}
    assert send(casino, "PUT", f"{player}/limits", wanted).status == 200
    assert bet(casino, seat, f"bet-{uuid4()}").status == 200
    assert bet(casino, seat, f"bet-{uuid4()}").error == "rg_loss_limit"
    (wallet,) = send(casino, "GET", f"{player}/limits").json["wallets"]
    assert wallet["limits"] == [
        {"limit": "loss_day", "value": "0.75", "used": "0.50", "left": "0.25"}
    ]
    told = check(casino, seat.player_id, seat.session_id, 0.26)
    assert (told["allowed"], told["code"]) == (False, "rg_loss_limit")
    assert check(casino, seat.player_id, seat.session_id, 0.25)["allowed"] is True
    assert post(f"{player}/limits/confirmations", {"currency": "EUR"}).error == "nothing_to_confirm"
    excluded = post(f"{player}/exclusions", {"exclusion": "self_exclusion", "until": None})
    assert (excluded.status, excluded.json["until"]) == (200, "9999-12-31T23:59:59.000Z")
    assert bet(casino, seat, f"bet-{uuid4()}").error in ("rg_self_excluded", "session_expired")
    deadline = time.monotonic() + PATIENCE_S
    while casino.operations.sessions.launched(seat.session_id).session.status != "closed":
        assert time.monotonic() < deadline, "the session is still open"
    records = casino.operations.audit.records(f"player#{seat.player_id}")
    assert [record.what for record in records][-2:] == ["set limits", "self_exclusion"]


def check(casino: Casino, player_id: str, session_id: str, amount: float) -> dict[str, object]:
    """Ask what a bet would meet."""
    body = {"player_id": player_id, "currency": "EUR", "amount": amount, "session_id": session_id}
    answer = send(casino, "POST", "/rg/check", body, reason=None)
    assert answer.status == 200, answer.body
    return answer.json
