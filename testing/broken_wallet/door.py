"""Who calls, and with what: signature, time, JSON and fields of a request."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

KEY: Final = "gp_test_key"
SECRET: Final = "91b2c7a4aadb48b62e"
_TYPES: Final = {
    "bet": ("bet", "tip", "freespin"),
    "win": ("win", "jackpot", "freespin", "tournament", "prize"),
    "refund": ("bet", "tip", "freespin"),
    "balance": (None,),
}
_MOST: Final = Decimal(10) ** 12
_CENT: Final = Decimal("0.01")


class RefusalError(Exception):
    """A request gets an error."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.more = status, code, more


@dataclass(frozen=True)
class Asked:
    """A request that was verified and understood; `minor` is its amount."""

    action: str
    player: str
    currency: str
    session: str | None
    minor: int = 0
    id: str = ""
    type: str | None = None
    game: str = ""
    round: str | None = None
    of: str | None = None
    finished: bool = False
    body: bytes = b""


type On = Callable[[str], bool]


def open_door(on: On, method: str, headers: list[tuple[str, Any]], body: bytes) -> Asked:
    """Return what is asked; raises `RefusalError`."""
    if method != "POST":
        raise RefusalError(405, "method_not_allowed")
    _verify(on, headers, body)
    return _read(on, _parse(on, body), body)


def _verify(on: On, headers: list[tuple[str, Any]], body: bytes) -> None:
    given: dict[str, Any] = {name.lower(): value for name, value in headers}
    if len(given) < len(headers):
        raise RefusalError(403, "invalid_signature")
    if not given.get("x-signature") and on("signature optional"):
        return
    if not all(given.get(name) for name in ("authorization", "x-timestamp", "x-signature")):
        raise RefusalError(401, "unauthorized")
    if given["authorization"] != f"Bearer {KEY}" and not on("any key"):
        raise RefusalError(401, "unauthorized")
    signature, sent = given["x-signature"], given["x-timestamp"]
    if isinstance(signature, bytes):
        if on("non-ASCII signature crashes"):
            raise UnicodeError
        signature = ""
    if not on("signature unchecked") and not _matches(on, signature, body, sent):
        status = 400 if on("signature is 400") else 403
        more = {"expected": SECRET} if on("secret told") else {}
        raise RefusalError(status, "invalid_signature", **more)
    _check_time(on, sent)


def _matches(on: On, signature: str, body: bytes, sent: str) -> bool:
    if on("body written anew"):
        body = json.dumps(json.loads(body), separators=(",", ":")).encode()
    if on("body trimmed"):
        body = body.strip()
    if on("body as latin-1"):
        body = body.decode("latin-1").encode()
    message, keys = body + sent.encode(), [SECRET]
    rights = [hmac.digest(key.encode(), message, "sha256").hex() for key in keys]
    if on("time not signed"):
        rights.append(hmac.digest(SECRET.encode(), body, "sha256").hex())
    if on("MD5 accepted"):
        rights.append(hmac.digest(SECRET.encode(), message, "md5").hex())
    if on("plain hash accepted"):
        rights.append(hashlib.sha256(message + SECRET.encode()).hexdigest())
    if on("prefix compared"):
        return any(right.startswith(signature) for right in rights)
    return signature in rights


def _check_time(on: On, sent: str) -> None:
    if not sent.endswith("Z") and not on("bad time crashes"):
        raise RefusalError(403, "invalid_signature")
    off = (datetime.now(UTC) - datetime.fromisoformat(sent)).total_seconds()
    window = 60 if on("window of a minute") else 300
    too_late = off > window and not on("no time window")
    too_early = off < -window and not on("future accepted") and not on("no time window")
    if too_late or too_early:
        raise RefusalError(403, "timestamp_out_of_range")


def _parse(on: On, body: bytes) -> dict[str, Any]:
    if len(body) > 32_768 and not on("any size"):
        raise RefusalError(413, "payload_too_large")
    depth = body.count(b"[") + body.count(b"{")
    if depth > 100:
        if on("nesting crashes"):
            raise RecursionError
        raise RefusalError(400, "malformed_json")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs) and not on("last duplicate wins"):
            raise ValueError
        return dict(pairs)

    def constant(text: str) -> Any:
        if on("NaN is zero"):
            return Decimal(0)
        raise ValueError(text)

    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if on("bad UTF-8 crashes"):
            raise
        raise RefusalError(400, "malformed_json") from None
    try:
        said = json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=constant,
            object_pairs_hook=once,
        )  # fmt: skip
        "".join(v for v in said.values() if isinstance(v, str)).encode()
    except (ValueError, AttributeError):
        if on("bad JSON crashes") or (on("surrogate crashes") and "\\ud800" in text):
            raise
        raise RefusalError(400, "malformed_json") from None
    return dict(said)


def _read(on: On, said: Mapping[str, Any], body: bytes) -> Asked:
    action = said.get("action")
    if action is None and on("action guessed"):
        action = "win" if said.get("type") == "win" else "bet"
    if action == "BET" and on("actions in any case"):
        action = "bet"
    if not isinstance(action, str) or action not in _TYPES:
        raise RefusalError(400, "unsupported_action" if action else "invalid_request")
    if on("unknown fields refused") and said.keys() & {"ticket"}:
        raise RefusalError(400, "invalid_request")
    kind = said.get("type")
    if kind not in _TYPES[action] and not on("any type"):
        raise RefusalError(400, "invalid_request")
    finished = said.get("finished", False)
    if not isinstance(finished, bool) and not on("finished is any text"):
        raise RefusalError(400, "invalid_request")
    player, currency = (_id(on, said, name) for name in ("player_id", "currency"))
    currency = "EUR" if currency == "ZZZ" and on("unknown currency is EUR") else currency
    session = _id(on, said, "session_id") if "session_id" in said else None
    if action == "balance":
        return Asked(action, player, currency, session)
    needed = ["transaction_id", "game_id", "session_id"]
    needed += ["bet_transaction_id"] if action == "refund" else []
    ids = [None if on("fields optional") and n not in said else _id(on, said, n) for n in needed]
    of = ids[3] if action == "refund" else None
    minor = _minor(on, said)
    return Asked(
        action, player, currency, session, minor, str(ids[0]), kind, str(ids[1]),
        said.get("round_id"), of, bool(finished), body,
    )  # fmt: skip


def _id(on: On, said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value == "" and on("empty ids") and name == "transaction_id":
        return ""
    if name == "transaction_id" and isinstance(value, Decimal) and on("ids of any kind"):
        return str(value)
    if not isinstance(value, str) or not value:
        raise RefusalError(400, "invalid_request")
    if on("ids cut") and name == "transaction_id":
        value = value[:200]
    if len(value) > 256 or ("\n" in value and not on("control characters")):
        raise RefusalError(400, "invalid_request")
    return value.lower() if on("ids in lower case") and name == "transaction_id" else value


def _minor(on: On, said: Mapping[str, Any]) -> int:
    amount = said.get("amount")
    if isinstance(amount, str) and on("amount as text"):
        amount = Decimal(amount or 0) if amount.replace(".", "").isdigit() else Decimal(0)
    if isinstance(amount, bool) or not isinstance(amount, Decimal):
        raise RefusalError(400, "invalid_request")
    if amount < 0 and not on("negative amounts"):
        raise RefusalError(400, "invalid_request")
    if amount > _MOST:
        if on("large amounts crash"):
            raise OverflowError
        raise RefusalError(400, "invalid_request")
    if amount != amount.quantize(_CENT) and not on("amounts rounded"):
        raise RefusalError(422, "amount_precision")
    if on("cents cut by floats"):
        return int(float(amount) * 100)
    return int(amount.quantize(_CENT) * 100)
