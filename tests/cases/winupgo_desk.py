"""WinUpGo at a desk: a session of a new player, and what can be sent from there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

from casino.integrations.access import give_access
from casino.integrations.model import AccessTerms, Off
from ops.context import Operations
from sandbox.winupgo.caller import Caller
from testing.hooks import Reply
from tests.cases.rows import enter

SCOPES: Final = "sessions:write bets:write settlements:write events:publish"

#: The studio's other integration: it opens no sessions, and its bets are switched off.
CLOSED: Final = "winupgo-rows-closed"

type Post = Callable[[str, dict[str, str], bytes, str], Reply]
"""Resource, headers, body, scopes → the answer."""
type Said = tuple[int, str]


@dataclass
class Desk:
    """A studio with a session of a new player, who has EUR 100.00."""

    operations: Operations
    caller: Caller
    post: Post
    closed: Caller
    """Its keys at `CLOSED`."""
    run: str
    session_id: str = ""
    scopes: str = SCOPES

    def hold(self, key: str = "a", amount: Any = 2.5, **fields: Any) -> Reply:
        return self.send("/bets/authorize", key, {
            "session_id": self.session_id, **self.bet("b"), "amount": self.money(amount), **fields,
        })  # fmt: skip

    def settle(self, key: str = "s", win: Any = 5, currency: str = "EUR", **fields: Any) -> Reply:
        paid = {"win": self.money(win, currency)}
        return self.send("/bets/settle", key, self.bet("b") | paid | fields)

    def give_back(self, key: str = "r", **fields: Any) -> Reply:
        return self.send("/bets/rollback", key, self.bet("b") | fields)

    def open(self, key: str = "o", **fields: Any) -> Reply:
        who = {name: getattr(self.caller, name) for name in ("player_id", "game_id", "currency")}
        return self.send("/sessions", key, who | fields)

    def tell(self, key: str = "e", **fields: Any) -> Reply:
        names = {"event_type": "bet.settled", "schema_version": "1.2.0", "event_id": self.run}
        whose = {"tenant_id": self.caller.brand_id, "region": self.caller.region}
        event = names | whose | {"occurred_at": "2026-05-01T00:00:00Z", "payload": {"n": 1}}
        return self.send("/events", key, event | fields)

    def bet(self, name: str) -> dict[str, Any]:
        return {"bet_id": f"{name}-{self.run}", "round_id": f"r-{self.run}"}

    def money(self, amount: Any, currency: str = "EUR") -> dict[str, Any]:
        return {"amount": amount, "currency": currency}

    def send(self, resource: str, key: str, fields: dict[str, Any]) -> Reply:
        body = json.dumps(fields).encode()
        return self.post(resource, self.headers(resource, key, body), body, self.scopes)

    def headers(self, resource: str, key: str, body: bytes, **more: Any) -> dict[str, str]:
        return self.caller.headers(resource, f"{key}-{self.run}", body, **more)

    def at_closed(self) -> "Desk":
        return replace(self, caller=replace(self.closed, player_id=self.caller.player_id))

    @property
    def wallet(self) -> tuple[int, int]:
        """The balance and what is held, in cents."""
        wallet = self.operations.accounts.wallet(self.caller.player_id, "EUR")
        assert wallet is not None
        return wallet.balance_minor, wallet.held_minor


def said(reply: Reply) -> Said:
    return reply.status, str(reply.json.get("code") or reply.json.get("status"))


def connect(operations: Operations, name: str, client_id: str) -> Caller:
    """Connect a studio of brand-7 under a name, and return its keys."""
    closed = name == CLOSED
    who = operations.who("a test")
    _, pair = operations.integrations.add(name, "winupgo", who=who)
    terms = AccessTerms("brand-7", "EU", "studio", client_id, opens_sessions=not closed)
    give_access(operations.registry, operations.clock, name, terms, who=who)
    if closed:
        known = operations.registry.get(name)
        assert known is not None
        wallet = replace(known.wallet, bets_off=Off())
        operations.registry.put(replace(known, wallet=wallet))
    return Caller(
        "", "/winupgo/v1", pair.api_key, pair.secret_key, "brand-7", "EU", "studio", "",
        "studio:slot_forge_02", "EUR", "", client_id, "", "",
    )  # fmt: skip


def sit_down(operations: Operations, caller: Caller, closed: Caller, post: Post) -> Desk:
    """Return a desk whose player has a session that the studio opened."""
    run = uuid4().hex
    player = enter(operations, run)
    desk = Desk(operations, replace(caller, player_id=player), post, closed, run)
    opened = desk.open("desk")
    assert opened.status == 201, opened
    desk.session_id = opened.json["session_id"]
    return desk
