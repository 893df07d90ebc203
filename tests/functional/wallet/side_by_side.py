"""Plays one casino and its reference model side by side: what is sent to one is told to the other.

Requests go through the JSON codec in any spelling: the order of the fields, the spacing and the
zeros of an amount are no part of what a request is.
"""

import json
import random
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from casino.dialects.igsp.requests import parse_hook
from casino.wallet.model import PLATFORM, Kind, Player, Transaction
from casino.wallet.queries import BalanceQuery
from casino.wallet.service import Result
from testing.casinos import casino_on
from testing.clock import FakeClock
from testing.desk import wallet_over
from testing.transactions import INTEGRATION, SESSION
from tests.functional.wallet.reference import DECIMALS, Reference, Request

WALLETS = [("p1", "EUR"), ("p1", "JPY"), ("p2", "EUR")]
#: Session → player, currency, integration.
SESSIONS = {
    "s1": ("p1", "EUR", "sandbox"),
    "s2": ("p1", "JPY", "sandbox"),
    "s3": ("p2", "EUR", "sandbox"),
    "s4": ("p1", "EUR", "sandbox"),
    "foreign": ("p1", "EUR", "other"),
}
OWN = ["s1", "s2", "s3", "s4"]
TTL_S = 3600


def wire(request: Request, spelling: int) -> bytes:
    """Write a request as JSON: fields in any order, any spacing, with or without empty fields."""
    fancy = random.Random(spelling)
    amount = Decimal(request["minor"]).scaleb(-DECIMALS[request["currency"]])
    zeros = fancy.choice(["", "0", "000"]) if "." in str(amount) else ""
    fields = {name: json.dumps(value) for name, value in request.items() if value is not None}
    del fields["minor"]
    fields["amount"] = f"{amount}{zeros}"
    if not request["finished"] and fancy.random() < 0.5:
        del fields["finished"]
    if request["action"] != "refund" and request["round_id"] is None and fancy.random() < 0.5:
        fields["round_id"] = "null"
    if fancy.random() < 0.3:
        fields["comment"] = json.dumps(f"unknown {spelling}")
    names = list(fields)
    fancy.shuffle(names)
    comma, colon = fancy.choice([(",", ":"), (", ", ": "), (" ,\n\t", " :\r\n")])
    return ("{" + comma.join(f'"{name}"{colon}{fields[name]}' for name in names) + "}").encode()


class SideBySide:
    """A casino of three wallets and five sessions, and the reference that watches it."""

    def __init__(self, foundation: str) -> None:
        self.stack = ExitStack()
        self.casino = self.stack.enter_context(casino_on(foundation))
        self.clock = FakeClock()
        self.wallet = wallet_over(self.casino, self.clock)
        self.integration = INTEGRATION
        self.model = Reference()
        self.sent: list[Request] = []
        self._ids = count(1)
        self._open()

    def _open(self) -> None:
        for player_id in ("p1", "p2"):
            self.casino.accounts.add_player(Player(player_id, blocked=False, created_at="now"))
        for wallet in WALLETS:
            self.casino.accounts.add_wallet(*wallet)
            self.model.open_wallet(*wallet)
        for session_id, (player_id, currency, integration) in SESSIONS.items():
            session = replace(
                SESSION,
                session_id=session_id,
                player_id=player_id,
                currency=currency,
                integration=integration,
                expires_at=int(self.clock.now()) + TTL_S,
            )
            assert self.casino.sessions.add(session)
            self.model.sessions[session_id] = {
                "player_id": player_id,
                "currency": currency,
                "integration": integration,
                "state": "active",
            }
        for wallet in WALLETS:
            self.platform("deposit", wallet, 100_000)

    def fresh(self) -> str:
        """Return an id that nobody used."""
        return f"t{next(self._ids)}"

    def money(self, action: str, session_id: str, **fields: Any) -> Request:
        """Return a request of the session's own player and currency, unless told otherwise."""
        player_id, currency, _ = SESSIONS.get(session_id, ("p1", "EUR", ""))
        return {
            "action": action,
            "transaction_id": self.fresh(),
            "player_id": player_id,
            "currency": currency,
            "session_id": session_id,
            "finished": False,
        } | fields

    def send(self, request: Request, spelling: int) -> None:
        """Send a provider's request, and compare the answer."""
        typed = parse_hook(
            wire(request, spelling), None, self.integration.name, f"trace-{spelling}"
        )
        assert not isinstance(typed, BalanceQuery)
        answer = self.wallet.transact(typed, self.integration.wallet)
        self._compare(request, answer)
        if answer.code != "transaction_mismatch":
            self.sent.append(request)

    def platform(self, action: Kind, wallet: tuple[str, str], minor: int) -> None:
        """Deposit or withdraw, and compare the answer."""
        request: Request = {
            "action": action,
            "transaction_id": self.fresh(),
            "player_id": wallet[0],
            "currency": wallet[1],
            "minor": minor,
            "type": action,
        }
        typed = Transaction(
            PLATFORM, request["transaction_id"], action, action, *wallet, amount_minor=minor
        )
        self._compare(request, self.wallet.transact(typed, self.integration.wallet))

    def _compare(self, request: Request, answer: Result) -> None:
        expected = self.model.expected(request)
        assert answer.code in expected, (request, answer, expected)
        assert answer.replay is self.model.is_replay(request), (request, answer)
        assert json.loads(answer.body).get("error", "ok") == answer.code
        if answer.replay:
            self.model.check_copy(request, answer.body)
            return
        rule = self.model.rule(request) if answer.code == "ok" else answer.code
        assert answer.rule == rule, (request, answer)
        self.model.record(request, answer.code, answer.body)
        self.model.check_body(request, answer.code, answer.body)
