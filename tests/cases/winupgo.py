"""Each row of the tables of docs/winupgo.md, played."""

import json
from dataclasses import replace
from typing import Final

from tests.cases.rows import Rows, balance
from tests.cases.winupgo_desk import CLOSED, SCOPES, Desk, said

#: Rows that no request alone brings about, and the test that shows them.
ELSEWHERE: Final = {
    "contention, unknown outcome": "test_a_fault_never_doubles_loses_or_misreports_an_action"
}
ROWS: Final = Rows[Desk]()
row = ROWS.row


@row("same key, same content")
def copies(desk: Desk) -> None:
    for send in (desk.hold, desk.settle):
        first, copy = send(), send()
        assert (copy.status, copy.text, copy.replayed) == (200, first.text, True)
    desk.hold("a2", **desk.bet("b2"))
    first, copy = desk.give_back(**desk.bet("b2")), desk.give_back(**desk.bet("b2"))
    assert (copy.text, copy.replayed) == (first.text, True)
    assert desk.wallet == (102_50, 0)


@row("same key, other content or resource")
def mismatches(desk: Desk) -> None:
    desk.hold()
    for reply in (desk.hold(amount=2.51), desk.settle("a"), desk.give_back("a")):
        assert said(reply) == (409, "IDEMPOTENCY_MISMATCH")
    assert desk.wallet == (97_50, 2_50)


@row("new key, bet already authorized or settled")
def duplicates(desk: Desk) -> None:
    desk.hold()
    assert said(desk.hold("a2")) == (409, "DUPLICATE")
    desk.settle()
    assert said(desk.settle("s2")) == (409, "DUPLICATE")
    assert desk.wallet == (102_50, 0)


@row("settlement without authorization")
def too_early(desk: Desk) -> None:
    assert said(desk.settle()) == (409, "BET_NOT_AUTHORIZED")
    assert said(desk.hold()) == (200, "authorized")
    assert said(desk.settle()) == (200, "credited")


@row("settlement after rollback, rollback after settlement")
def either_end(desk: Desk) -> None:
    desk.hold()
    desk.give_back()
    assert said(desk.settle()) == (409, "BET_ROLLED_BACK")
    desk.hold("a2", **desk.bet("b2"))
    desk.settle("s2", **desk.bet("b2"))
    assert said(desk.give_back("r2", **desk.bet("b2"))) == (409, "BET_ALREADY_SETTLED")
    assert desk.wallet == (102_50, 0)


@row("settlement in another currency or round than the hold")
def another_round(desk: Desk) -> None:
    desk.hold()
    assert said(desk.settle(currency="USD")) == (400, "CURRENCY_MISMATCH")
    assert said(desk.settle(round_id="another")) == (409, "ROUND_MISMATCH")
    assert said(desk.settle()) == (200, "credited")


@row("win of 0")
def loss(desk: Desk) -> None:
    desk.hold()
    assert said(desk.settle(win=0)) == (200, "credited")
    assert desk.wallet == (97_50, 0)


@row("rollback of an unknown bet", "rollback again, any key")
def never_held(desk: Desk) -> None:
    first = desk.give_back()
    assert said(first) == (200, "rolled_back")
    assert said(desk.hold()) == (409, "BET_ROLLED_BACK")
    again = desk.give_back("r2")
    assert (again.status, again.json["rollback_id"]) == (200, first.json["rollback_id"])
    desk.hold("a2", **desk.bet("b2"))
    first, again = (desk.give_back(key, **desk.bet("b2")) for key in ("r3", "r4"))
    assert (again.status, again.json["rollback_id"]) == (200, first.json["rollback_id"])
    assert desk.wallet == (100_00, 0)


@row("hold above the spendable balance")
def too_much(desk: Desk) -> None:
    first, copy = desk.hold(amount=100.01), desk.hold(amount=100.01)
    assert (said(first), copy.text, copy.replayed) == (
        (402, "INSUFFICIENT_FUNDS"),
        first.text,
        True,
    )
    assert said(desk.hold("a2", amount=100)) == (200, "authorized")


@row("blocked player; bets switched off")
def stopped(desk: Desk) -> None:
    desk.hold()
    who, player = desk.operations.who("a test"), desk.caller.player_id
    desk.operations.players.set_blocked(player, blocked=True, who=who)
    assert said(desk.hold("a2", **desk.bet("b2"))) == (403, "RG_PLAYER_BLOCKED")
    assert said(desk.settle()) == (200, "credited")
    off = desk.at_closed()
    off.session_id = off.operations.sessions.open(
        player, "EUR", "slot", who=who, integration=CLOSED, ttl_s=600
    ).session_id
    assert said(off.hold()) == (409, "BETS_DISABLED")
    assert said(off.settle()) == (409, "BET_NOT_AUTHORIZED")
    assert said(off.give_back()) == (200, "rolled_back")


@row("session over, suspended; unknown or another integration's")
def session_over(desk: Desk) -> None:
    desk.hold()
    live, sessions, who = desk.session_id, desk.operations.sessions, desk.operations.who("a test")
    sessions.set_status(live, "suspended", who=who)
    assert said(desk.hold("a2", **desk.bet("b2"))) == (401, "SESSION_SUSPENDED")
    sessions.set_status(live, "closed", who=who)
    assert said(desk.hold("a3", **desk.bet("b3"))) == (401, "SESSION_EXPIRED")
    foreign = sessions.open(
        desk.caller.player_id, "EUR", "slot", who=who, integration="sandbox", ttl_s=600
    )
    for key, session in (("a4", "nowhere"), ("a5", foreign.session_id)):
        desk.session_id = session
        assert said(desk.hold(key, **desk.bet(key))) == (404, "SESSION_NOT_FOUND")
    assert said(desk.settle()) == (200, "credited")


@row("amount of 0")
def nothing_held(desk: Desk) -> None:
    assert said(desk.hold(amount=0)) == (200, "authorized")
    assert said(desk.settle()) == (200, "credited")
    assert desk.wallet == (105_00, 0)


@row("more decimals than the currency has, text, negative")
def no_amount(desk: Desk) -> None:
    for number, amount in enumerate((2.505, "2.50", -1)):
        assert said(desk.hold(f"a{number}", amount=amount)) == (400, "INVALID_REQUEST")
        assert said(desk.settle(f"s{number}", win=amount)) == (400, "INVALID_REQUEST")
    assert desk.wallet == (100_00, 0)


@row("session where the integration opens none; for an unknown player")
def no_session(desk: Desk) -> None:
    assert said(desk.at_closed().open()) == (403, "SESSIONS_NOT_ALLOWED")
    assert said(desk.open(player_id="nobody")) == (404, "PLAYER_NOT_FOUND")


@row("event: unknown type or major version", "event: known `event_id`, same or other content")
def events(desk: Desk) -> None:
    assert said(desk.tell(event_type="bet.invented")) == (400, "UNKNOWN_EVENT")
    assert said(desk.tell(schema_version="2.0.0")) == (400, "UNKNOWN_EVENT")
    first, again = desk.tell(), desk.tell("e2")
    assert (first.status, again.text, again.replayed) == (200, first.text, True)
    assert said(desk.tell("e3", payload={"n": 2})) == (409, "DUPLICATE")


@row("access token")
def scopes(desk: Desk) -> None:
    for send, scope in (
        (desk.open, "sessions:write"), (desk.hold, "bets:write"), (desk.give_back, "bets:write"),
        (desk.settle, "settlements:write"), (desk.tell, "events:publish"),
    ):  # fmt: skip
        desk.scopes = " ".join(sorted(set(SCOPES.split()) - {scope}))
        assert said(send(scope)) == (403, "FORBIDDEN_SCOPE")
        desk.scopes = scope
        assert send(scope).status != 403
    desk.scopes = ""
    assert desk.hold("a9").status == 401


@row("headers")
def missing_headers(desk: Desk) -> None:
    body = json.dumps(desk.bet("b")).encode()
    for name in ("X-Trace-Id", "X-Idempotency-Key", "X-Brand-Id", "X-Region", "X-Provider-Id"):
        headers = desk.headers("/bets/rollback", "r", body)
        del headers[name]
        assert said(desk.post("/bets/rollback", headers, body, SCOPES)) == (400, "MISSING_HEADER")


@row("signature")
def wrong_signature(desk: Desk) -> None:
    body = json.dumps(desk.bet("b")).encode()
    good = desk.headers("/bets/rollback", "r", body)
    for wrong in (
        good | {"Signature": f"sig1=:{'A' * 43}=:"},
        good | {"Signature-Input": good["Signature-Input"].replace(' "x-region"', "")},
        desk.headers("/bets/settle", "r", body),
        desk.headers("/bets/rollback", "r", body + b" "),
    ):
        reply = desk.post("/bets/rollback", wrong, body, SCOPES)
        assert said(reply) == (401, "INVALID_SIGNATURE"), reply
    late = desk.headers("/bets/rollback", "r", body, created=1_700_000_000)
    assert said(desk.post("/bets/rollback", late, body, SCOPES)) == (401, "SIGNATURE_EXPIRED")
    strange = replace(desk.caller, key_id="nobody").headers("/bets/rollback", "r", body)
    assert said(desk.post("/bets/rollback", strange, body, SCOPES)) == (401, "UNAUTHORIZED")
    assert balance(desk.operations, desk.caller.player_id) == 100_00


@row("brand")
def another_brand(desk: Desk) -> None:
    mine = desk.caller
    for change in ({"brand_id": "brand-8"}, {"region": "LATAM"}, {"provider_id": "other"}):
        desk.caller = replace(mine, **change)
        assert said(desk.give_back()) == (403, "FORBIDDEN_BRAND")
