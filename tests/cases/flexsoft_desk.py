"""Flexsoft at a desk: a launched game of a new player, and what can be sent from there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

from casino.integrations.model import Off
from casino.wallet.model import session_key
from ops.context import Operations
from sandbox.flexsoft.signatures import seal
from testing.hooks import Reply
from tests.cases.rows import balance, enter

type Post = Callable[[str, dict[str, str], bytes], Reply]
"""Route, headers, body → the answer."""
type Launch = Callable[[str, str], tuple[str, str, str]]
"""Player, run → the user token of a launch, its session token, and our id of the session."""

#: An integration whose bets are switched off.
OFF: Final = "flexsoft-rows-off"


@dataclass
class Desk:
    """Flexsoft with a game that was launched for a new player, who has EUR 100.00."""

    operations: Operations
    integration: str
    keys: tuple[str, str]
    off: tuple[str, str]
    """The keys at `OFF`."""
    post: Post
    run: str
    player: str
    user_token: str
    token: str
    session_id: str

    def auth(self, **fields: Any) -> Reply:
        tokens = {"user_token": self.user_token, "session_token": self.token}
        return self.send("auth", tokens | fields)

    def bet(self, tx: str, amount: Any = 1_000, action: str = "BET", **fields: Any) -> Reply:
        return self.send("withdraw", self.money(action, tx, amount) | fields)

    def win(self, tx: str, amount: Any = 2_500, action: str = "WIN", **fields: Any) -> Reply:
        return self.send("deposit", self.money(action, tx, amount) | fields)

    def undo(self, bet: str, tx: str = "undo", **fields: Any) -> Reply:
        own = self.money("ROLL_BACK", tx, 0) | {"withdraw_provider_tx_id": self.id(bet)}
        return self.send("deposit", own | fields)

    def close(self, tx: str = "close", **fields: Any) -> Reply:
        own = {"action": "CLOSE_ROUND", "provider_tx_id": self.id(tx), "round_id": self.id("r")}
        return self.send("deposit", own | fields)

    def balance(self, **fields: Any) -> Reply:
        return self.send("balance", self.who | fields)

    @property
    def who(self) -> dict[str, Any]:
        return {"user_id": self.player, "session_token": self.token, "currency": "EUR"}

    def id(self, name: str) -> str:
        return f"{name}-{self.run}"

    def money(self, action: str, tx: str, amount: Any) -> dict[str, Any]:
        own = {"action": action, "provider_tx_id": self.id(tx), "amount": amount}
        return self.who | {"game": "chicken-race", "round_id": self.id("r")} | own

    def send(self, route: str, fields: dict[str, Any]) -> Reply:
        """Sign and send; a field that is `...` is left out."""
        body = {name: value for name, value in fields.items() if value is not ...}
        return self.sealed(route, json.dumps(body).encode())

    def sealed(self, route: str, body: bytes) -> Reply:
        return self.post(route, seal(*self.keys, body), body)

    def at_off(self) -> "Desk":
        """Return the player in a session of the other integration."""
        token = f"off-{self.run}"
        self.operations.sessions.open(
            self.player, "EUR", "chicken-race", who=self.operations.who("a test"),
            integration=OFF, ttl_s=600, session_id=session_key(OFF, token),
        )  # fmt: skip
        return replace(self, integration=OFF, keys=self.off, token=token)

    def end(self, status: Any) -> None:
        """Give the session another status."""
        who = self.operations.who("a test")
        self.operations.sessions.set_status(self.session_id, status, who=who)

    @property
    def cents(self) -> int:
        return balance(self.operations, self.player)


def code(reply: Reply) -> tuple[int, str]:
    """The status of a refusal, and the wallet's own code."""
    assert (reply.json["code"], reply.json["data"]) == (reply.status, None)
    return reply.status, reply.json["message"].partition(":")[0]


def switched_off(operations: Operations) -> tuple[str, str]:
    """Connect Flexsoft under `OFF`, and return its keys."""
    integration, pair = operations.integrations.add(OFF, "flexsoft", who=operations.who("a test"))
    wallet = replace(integration.wallet, bets_off=Off())
    operations.registry.put(replace(integration, wallet=wallet))
    return pair.api_key, pair.secret_key


def sit_down(
    operations: Operations, integration: str, keys: tuple[str, str], off: tuple[str, str],
    post: Post, launch: Launch,
) -> Desk:  # fmt: skip
    """Return a desk with a new player and a launched game."""
    run = uuid4().hex
    player = enter(operations, run)
    return Desk(
        operations, integration, keys, off, post, run, player, *launch(player, run)
    )  # fmt: skip
