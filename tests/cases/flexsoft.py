"""Each row of the table of docs/flexsoft.md, played."""

import json
from typing import Final

from sandbox.flexsoft.signatures import seal
from tests.cases.flexsoft_desk import Desk, code
from tests.cases.rows import Rows, enter

#: Rows that no request alone brings about, and the test that shows them.
ELSEWHERE: Final = {
    "any: busy, unavailable, outcome not known": (
        "test_a_fault_never_doubles_loses_or_misreports_an_action"
    ),
}
ROWS: Final = Rows[Desk]()
row = ROWS.row


@row(
    "`/auth`: the `user_token` of a launch, within ten minutes, on an open session",
    "`/auth`: the same exchange again, while the session is open",
    "`/auth`: a used token with another `session_token`; a token that is unknown or over; a session"
    " that is over",
)
def exchange(desk: Desk) -> None:
    welcome = {"user_id": desk.player, "balance": 100_000, "currency": "EUR"}
    assert desk.auth().json["data"] == welcome
    assert desk.auth().json["data"] == welcome
    assert code(desk.auth(session_token="ps_other"))[0] == 401
    assert code(desk.auth(user_token="nobody.knows"))[0] == 401
    desk.end("closed")
    assert code(desk.auth())[0] == 401


@row(
    "`/withdraw`: `BET`", "`/withdraw`: `BET` above the spendable balance",
    "`/withdraw`: `FREE_BET`, whatever its `amount`",
)  # fmt: skip
def bets(desk: Desk) -> None:
    assert desk.bet("b", 2_500).json["data"]["new_balance"] == 97_500
    first, copy = desk.bet("much", 97_510), desk.bet("much", 97_510)
    assert (code(first), copy.text) == ((402, "insufficient_funds"), first.text)
    assert desk.bet("free", 5_000_000, "FREE_BET").json["data"]["new_balance"] == 97_500


@row("`/withdraw`: session unknown, closed, suspended or expired")
def no_session(desk: Desk) -> None:
    assert code(desk.bet("b", session_token="nobody"))[0] == 401
    for status in ("suspended", "closed"):
        desk.end(status)
        assert code(desk.bet(status))[0] == 401
    assert desk.cents == 100_00


@row("`/withdraw`: another player's session, or another currency")
def another_session(desk: Desk) -> None:
    other = enter(desk.operations, f"other-{desk.run}")
    assert code(desk.bet("b1", user_id=other)) == (409, "player_mismatch")
    assert code(desk.bet("b2", currency="USD")) == (409, "currency_mismatch")


@row("`/withdraw`: blocked player, bets switched off")
def stopped(desk: Desk) -> None:
    who = desk.operations.who("a test")
    off = desk.at_off()
    assert code(off.bet("b1")) == (409, "bets_disabled")
    assert off.win("w1").status == 200
    desk.operations.players.set_blocked(desk.player, blocked=True, who=who)
    assert code(desk.bet("b2")) == (409, "player_blocked")
    assert desk.cents == 102_50


@row(
    "`/withdraw`: a bet that was rolled back before it came",
    "`/deposit`: `ROLL_BACK` of an unknown bet",
    "`/deposit`: … without a session that shows the player",
)
def late_bet(desk: Desk) -> None:
    assert desk.undo("b1", "x1").json["data"]["new_balance"] == 100_000
    assert code(desk.undo("b2", "x2", session_token=...))[0] == 404
    for bet in ("b1", "b2"):
        assert code(desk.bet(bet)) == (409, "bet_cancelled")
    assert desk.cents == 100_00


@row(
    "`/deposit`: `WIN`, `FREE_BET_WIN`",
    "`/deposit`: a win without a session that is known",
)
def wins(desk: Desk) -> None:
    desk.bet("b")
    desk.end("closed")
    assert desk.win("w1").json["data"]["new_balance"] == 101_500
    assert desk.win("w2", 700, "FREE_BET_WIN").json["data"]["new_balance"] == 102_200
    assert desk.win("w3", session_token="nobody").status == 200
    strange = {"session_token": "nobody", "round_id": desk.id("other")}
    assert desk.win("w4", withdraw_provider_tx_id=desk.id("b"), **strange).status == 200
    assert code(desk.win("w5", **strange))[0] == 401
    assert desk.operations.history.find(desk.integration, desk.id("w5")) is None


@row(
    "`/deposit`: a win that names its bet and another round",
    "`/deposit`: … before the bet came",
)
def foreign_round(desk: Desk) -> None:
    desk.bet("b1")
    desk.win("w1", withdraw_provider_tx_id=desk.id("b1"), round_id=desk.id("other"))
    assert code(desk.undo("b1")) == (409, "round_finished")
    early = {"withdraw_provider_tx_id": desk.id("b2"), "round_id": desk.id("r3")}
    assert desk.win("w2", **early).status == 200
    assert desk.bet("b2", round_id=desk.id("r2")).status == 200
    assert desk.undo("b2", "x2", round_id=desk.id("r2")).status == 200
    assert desk.cents == 100_00 - 100 + 2 * 250


@row(
    "`/deposit`: `ROLL_BACK` of a bet",
    "`/deposit`: a second `ROLL_BACK` of the bet, under a new id",
    "`/deposit`: a win of a round whose every bet was rolled back",
)
def undone(desk: Desk) -> None:
    desk.bet("b")
    desk.bet("f", 500, "FREE_BET", round_id=desk.id("free"))
    assert desk.undo("b", amount=7_000).json["data"]["new_balance"] == 100_000
    assert desk.undo("b", "again").json["data"]["new_balance"] == 100_000
    assert desk.undo("f", "free").json["data"]["new_balance"] == 100_000
    assert code(desk.win("w")) == (409, "round_refunded")


@row("`/deposit`: `ROLL_BACK` of a bet that was refused")
def undone_refusal(desk: Desk) -> None:
    desk.bet("b", 9_000_000)
    assert desk.undo("b").json["data"]["new_balance"] == 100_000


@row(
    "`/deposit`: `ROLL_BACK` after a paid win of its round",
    "`/deposit`: `ROLL_BACK` that names a win or a rollback",
)
def barred(desk: Desk) -> None:
    desk.bet("b")
    desk.win("w")
    assert code(desk.undo("b")) == (409, "round_finished")
    assert code(desk.undo("w", "x2"))[0] == 409
    assert code(desk.undo("x3", "x3"))[0] == 409
    assert desk.cents == 101_50


@row("`/deposit`: `CLOSE_ROUND`")
def closed_round(desk: Desk) -> None:
    first, copy = desk.close(), desk.close()
    assert (first.status, copy.text, copy.replayed) == (200, first.text, True)
    assert "new_balance" not in first.json["data"]
    assert desk.cents == 100_00


@row("`/balance`: known user", "`/balance`: unknown user")
def balances(desk: Desk) -> None:
    told = {"user_id": desk.player, "balance": 100_000, "currency": "EUR"}
    assert desk.balance().json["data"] == told
    assert desk.balance(session_token=...).json["data"] == told
    stranger = enter(desk.operations, f"stranger-{desk.run}")
    for user in ("nobody", stranger):
        refused = desk.balance(user_id=user, session_token=...)
        assert code(refused) == (404, "player_not_found")


@row("any: known `provider_tx_id`, same content", "any: known `provider_tx_id`, other content")
def copies(desk: Desk) -> None:
    for first, copy in ((desk.bet("b"), desk.bet("b")), (desk.win("w"), desk.win("w"))):
        assert (first.status, copy.text, copy.replayed) == (200, first.text, True)
    for reply in (desk.bet("b", 1_010), desk.win("b"), desk.win("w", 2_510)):
        assert code(reply) == (409, "transaction_mismatch")
    assert desk.cents == 101_50


@row("any: malformed, missing field, wrong URL for the `action`, larger than 32 KiB")
def malformed(desk: Desk) -> None:
    for amount in (1_005, -1_000, 10.0, "1000", None):
        assert code(desk.bet("b", amount))[0] == 400
    for missing in ("provider_tx_id", "user_id", "action"):
        assert code(desk.send("withdraw", desk.money("BET", "b", 1_000) | {missing: ...}))[0] == 400
    assert code(desk.send("withdraw", desk.money("WIN", "w", 1_000))) == (400, "unsupported_action")
    assert code(desk.send("deposit", desk.money("BET", "b", 1_000))) == (400, "unsupported_action")
    for body in (b"", b"[]", b"{", b'{"a":1,"a":2}', b" " * 40_000):
        assert code(desk.sealed("withdraw", body))[0] == 400
    assert desk.cents == 100_00


@row("any: signature, key or address")
def stranger(desk: Desk) -> None:
    body = json.dumps(desk.who).encode()
    public, secret = desk.keys
    for headers in (
        {}, {"X-Public-Key": public}, seal("pk_other", secret, body), seal(public, "guess", body),
        seal(public, secret, body + b" "),
    ):  # fmt: skip
        assert code(desk.post("balance", headers, body))[0] == 401
