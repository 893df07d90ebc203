"""What providers send: each message once as what it asks for, and once as signed bytes."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from casino.dialects.registry import family
from casino.integrations.model import WinLimits
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from casino.wallet.hold import session_naming
from casino.wallet.model import Transaction
from testing.back_office import event_of
from testing.credentials import pair_of
from testing.integrations import an_integration, with_terms
from testing.world import GAME, SANDBOX

CURRENCY: Final = "EUR"
#: The casino's own cashier, which moves money by the accounts' API.
CASHIER: Final = "cashier"
_BRAND: Final = {"X-Brand-Id": "brand-7", "X-Region": "EU", "X-Provider-Id": "studio"}
_CLAIMS: Final = {
    "client_id": "client-1",
    "scope": "winupgo/sessions:write winupgo/bets:write winupgo/settlements:write",
}
#: From where on wins of iGSP and WinUpGo are held.
LARGEST_WIN: Final = 6_500
_LIMITS: Final = ((CURRENCY, WinLimits(single_minor=LARGEST_WIN)),)
_WORDS: Final = {
    "IDEMPOTENCY_MISMATCH": "transaction_mismatch",
    "SIGNATURE_EXPIRED": "timestamp_out_of_range",
    "INTERNAL": "internal_error",
    "RG_PLAYER_BLOCKED": "player_blocked",
}
#: The brand of the integrations that name none.
HOME: Final = "house"
#: Dialect → its integration.
INTEGRATIONS: Final = {
    "igsp": with_terms(SANDBOX, win_limits=_LIMITS),
    "flexsoft": an_integration("flexsoft-eu", "flexsoft", url="https://provider.test"),
    "winupgo": an_integration(
        "studio-eu",
        "winupgo",
        brand_id="brand-7",
        region="EU",
        provider_id="studio",
        client_id="client-1",
        opens_sessions=True,
        win_limits=_LIMITS,
    ),
}


def first_pair(dialect: str) -> Pair:
    """Return the credentials that a provider begins with."""
    return pair_of(f"{dialect}-first")


@dataclass(frozen=True)
class Message:
    """A request of a provider, which may be sent any number of times; `name` is the history's.

    One that `reads` asks for the balance of the player that `asks` names.
    """

    name: str
    dialect: str
    asks: Transaction
    path: str
    body: bytes
    reads: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what names its outcome."""
        return self.asks.integration, self.asks.transaction_id

    @property
    def words(self) -> str:
        """Return what it asks for, for people."""
        if self.reads:
            return f"balance of {self.asks.player_id}"
        word = self.asks.type if self.asks.kind in ("bet", "win", "notice") else self.asks.kind
        if self.asks.kind in ("notice", "rollback"):
            return f"{word} of {self.asks.player_id}"
        return f"{word} of {major(self.asks.amount_minor)}, {self.asks.player_id}"

    def event(self, pair: Pair | None, now: float) -> Mapping[str, Any]:
        """Return the request as a function gets it, signed now."""
        key = self.asks.transaction_id
        if self.dialect == CASHIER:
            return event_of("POST", self.path, json.loads(self.body), key) | {
                "headers": {"Idempotency-Key": key, "X-Trace-Id": self.name}
            }
        named = {"X-Trace-Id": self.name}
        context: dict[str, Any] = {
            "requestId": self.name,
            "identity": {"sourceIp": "192.0.2.10"},
        }
        if self.dialect == "winupgo":
            named |= {"X-Idempotency-Key": key, **_BRAND}
            context["authorizer"] = {"claims": _CLAIMS}
        particulars = Particulars(request_id=key, path=self.path, headers=named)
        assert pair is not None
        signed = family(self.dialect).sign(self.body, pair, now, particulars)
        headers = named | signed
        return {
            "path": self.path,
            "httpMethod": "POST",
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "requestContext": context,
            "body": self.body.decode(),
            "isBase64Encoded": False,
        }

    def altered(self) -> "Message | None":
        """Return another request under the same id: one cent more; `None` where none is named."""
        if self.reads or self.asks.kind == "notice":
            return None
        asks = replace(self.asks, amount_minor=self.asks.amount_minor + 1)
        return replace(write(asks, self.dialect), name=f"{self.name} altered")


def write(asks: Transaction, dialect: str) -> Message:
    """Return the message that asks for a transaction."""
    path, body = _WRITERS[dialect](asks)
    return Message(asks.transaction_id, dialect, asks, path, body)


def balance_of(bet: Message) -> Message:
    """Return the request of the balance of the player who bets; it has no outcome to keep."""
    asks = replace(bet.asks, transaction_id=f"{bet.name} balance")
    fields = {"player_id": asks.player_id, "currency": asks.currency}
    if bet.dialect == "igsp":
        text = json.dumps({"action": "balance", **fields, "session_id": asks.session_id})
        return Message(asks.transaction_id, "igsp", asks, bet.path, text.encode(), reads=True)
    token = (asks.session_id or "").partition("#")[2]
    text = json.dumps({"user_id": asks.player_id, "currency": CURRENCY, "session_token": token})
    path = "/flexsoft/v1/balance"
    return Message(asks.transaction_id, "flexsoft", asks, path, text.encode(), reads=True)


def opening(name: str, player_id: str) -> tuple[Message, str]:
    """Return WinUpGo's order of a session, and the session's id, which hangs on the order's key."""
    integration = INTEGRATIONS["winupgo"].name
    digest = hashlib.sha256(f"{integration}#{name}".encode()).hexdigest()[:32]
    session_id = session_naming(player_id, digest)
    asks = Transaction(
        integration, name, "notice", "session", player_id, CURRENCY, 0, GAME, session_id
    )
    fields = {"player_id": player_id, "game_id": GAME, "currency": CURRENCY}
    body = json.dumps(fields).encode()
    return Message(name, "winupgo", asks, "/winupgo/v1/sessions", body), session_id


def major(minor: int) -> Decimal:
    """Return an amount as people write it."""
    return Decimal(minor).scaleb(-2)


def _igsp(asks: Transaction) -> tuple[str, bytes]:
    fields = {
        "action": asks.kind,
        "player_id": asks.player_id,
        "currency": asks.currency,
        "game_id": asks.game_id,
        "transaction_id": asks.transaction_id,
        "session_id": asks.session_id,
        "type": asks.type,
        "round_id": asks.round_id,
        "bet_transaction_id": asks.bet_transaction_id,
        "finished": asks.finished,
    }
    text = json.dumps({name: value for name, value in fields.items() if value is not None})
    body = f'{text[:-1]}, "amount": {major(asks.amount_minor)}}}'
    return "/webhooks/igsp/v1/platforms/game-provider/hooks", body.encode()


_FLEXSOFT: Final = {
    ("bet", "bet"): ("withdraw", "BET"),
    ("win", "win"): ("deposit", "WIN"),
    ("refund", "bet"): ("deposit", "ROLL_BACK"),
}


def _flexsoft(asks: Transaction) -> tuple[str, bytes]:
    route, action = _FLEXSOFT[asks.kind, asks.type]
    fields = {
        "action": action,
        "user_id": asks.player_id,
        "session_token": (asks.session_id or "").partition("#")[2],
        "currency": asks.currency,
        "amount": asks.amount_minor * 10,
        "provider_tx_id": asks.transaction_id,
        "round_id": asks.round_id,
        "withdraw_provider_tx_id": asks.bet_transaction_id,
        "game": GAME,
    }
    named = {name: value for name, value in fields.items() if value is not None}
    return f"/flexsoft/v1/{route}", json.dumps(named).encode()


_WINUPGO: Final = {"hold": "authorize", "settle": "settle", "rollback": "rollback"}


def _winupgo(asks: Transaction) -> tuple[str, bytes]:
    money = {"amount": float(major(asks.amount_minor)), "currency": asks.currency}
    fields: dict[str, Any] = {"bet_id": asks.bet_transaction_id, "round_id": asks.round_id}
    if asks.kind == "hold":
        fields |= {"session_id": asks.session_id, "amount": money}
    elif asks.kind == "settle":
        fields["win"] = money
    return f"/winupgo/v1/bets/{_WINUPGO[asks.kind]}", json.dumps(fields).encode()


def _cashier(asks: Transaction) -> tuple[str, bytes]:
    path = f"/players/{asks.player_id}/wallets/{asks.currency}/{asks.kind}s"
    fields = {"amount": float(major(asks.amount_minor)), "reason": "a simulation"}
    return path, json.dumps(fields).encode()


_WRITERS: Final[Mapping[str, Callable[[Transaction], tuple[str, bytes]]]] = {
    "igsp": _igsp,
    "flexsoft": _flexsoft,
    "winupgo": _winupgo,
    CASHIER: _cashier,
}


def told_balance(dialect: str, body: str) -> int | None:
    """Return the balance that an answer tells, in minor units; `None` where it tells none."""
    fields = json.loads(body, parse_float=Decimal)
    if dialect == CASHIER and "spendable" in fields:
        return int(Decimal(fields["spendable"]).scaleb(2))
    if dialect == "igsp" and "balance" in fields:
        return int(Decimal(fields["balance"]).scaleb(2))
    if dialect == "flexsoft" and fields.get("data"):
        data = fields["data"]
        return int(data.get("new_balance", data.get("balance"))) // 10
    return None


def code_of(dialect: str, body: str) -> str:
    """Return the wallet's code in an answer, as far as the dialect tells it."""
    fields = json.loads(body)
    if dialect in ("igsp", CASHIER):
        return str(fields.get("error", "ok"))
    if dialect == "flexsoft":
        return "ok" if fields["code"] == 200 else str(fields["message"]).partition(":")[0]
    word = str(fields.get("code", "ok"))
    return _WORDS.get(word, word.lower())
