"""iGSP: one URL, the body's `action`, HMAC-SHA256 over body and timestamp in lower-case hex."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from certify.dialects import (
    Access,
    Letter,
    amount_text,
    decoded,
    encode,
    exact_minor,
    spoil,
    trouble,
)
from certify.model import Answer, Raw, Reply, Request, Seat

_TYPES: Final = {"bet": "bet", "win": "win", "refund": "bet"}
_GAME: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def sign(secret: str, body: bytes, timestamp: str) -> str:
    """Return the signature of a body that is sent at a time."""
    return hmac.digest(secret.encode(), body + timestamp.encode(), "sha256").hex()


class Igsp:
    """How an iGSP provider calls."""

    places_of_ids: Mapping[str, str] = {"round": "round_id", "of": "bet_transaction_id"}
    shows_balance = True

    def __init__(self, access: Access) -> None:
        self._access = access

    def letter(self, verb: str, name: str, amount: int, seat: Seat) -> Letter:
        """Return a request with all the fields that the contract requires."""
        who = {"action": verb, "player_id": seat.player_id, "currency": seat.currency}
        if verb == "balance":
            return Letter(verb, "", who | {"session_id": seat.session_id})
        fields: dict[str, Any] = who | {
            "amount": amount_text(amount, seat),
            "game_id": seat.extra.get("game_id", _GAME),
            "transaction_id": name,
            "session_id": seat.session_id,
            "type": _TYPES[verb],
        }
        return Letter(verb, "", fields, amount)

    def money(self, amount: int, seat: Seat) -> Any:
        """Write an amount: a JSON number of the main unit."""
        return amount_text(amount, seat)

    def seal(self, letter: Letter, tweaks: Mapping[str, str], trace_id: str) -> Request:
        """Sign a request now; `tweaks` spoil it."""
        plain = encode(_respelled(letter, tweaks))
        body = spoil(plain, tweaks["body"]) if "body" in tweaks else plain
        timestamp = _timestamp(tweaks.get("time", "0"))
        signature = self._signature(tweaks.get("sign", ""), plain, body, timestamp)
        if tweaks.get("sign") == "tampered":
            body = body.replace(b'"amount":', b'"amount":1')
        if tweaks.get("sign") == "other-time":
            timestamp = _timestamp("-7")
        headers: list[tuple[str, str | bytes]] = [
            ("Content-Type", tweaks.get("type", "application/json")),
            ("X-Trace-Id", trace_id),
        ]
        headers += self._headers(tweaks, timestamp, signature)
        method, cut = tweaks.get("method", "POST"), tweaks.get("cut", "")
        return Request(letter.path, tuple(headers), body, method, cut)  # type: ignore[arg-type]

    def _signature(self, how: str, plain: bytes, body: bytes, timestamp: str) -> str | bytes:
        secret = self._access.secret
        right = sign(secret, body, timestamp)
        if how == "previous":
            return sign(str(self._access.extra["previous_secret"]), body, timestamp)
        forms: dict[str, str | bytes] = {
            "upper": right.upper(),
            "other-secret": sign(secret + "x", body, timestamp),
            "no-secret": sign("", body, timestamp),
            "empty": "",
            "garbage": "not a signature",
            "non-ascii": "é".encode() * 32,
            "short": right[:16],
            "long": right + "00",
            "base64": base64.b64encode(bytes.fromhex(right)).decode(),
            "body-only": sign(secret, body, ""),
            "time-only": sign(secret, b"", timestamp),
            "time-first": hmac.digest(secret.encode(), timestamp.encode() + body, "sha256").hex(),
            "md5": hmac.digest(secret.encode(), body + timestamp.encode(), "md5").hex(),
            "plain-hash": hashlib.sha256(body + timestamp.encode() + secret.encode()).hexdigest(),
            "reserialised": sign(secret, plain, timestamp),
        }
        return forms.get(how, right)

    def _headers(
        self, tweaks: Mapping[str, str], timestamp: str, signature: str | bytes
    ) -> list[tuple[str, str | bytes]]:
        key = self._access.key
        authorization = {
            "unknown": f"Bearer {key}x",
            "empty": "Bearer ",
            "basic": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
            "bare": key,
        }.get(tweaks.get("key", ""), f"Bearer {key}")
        if tweaks.get("sign") == "previous":
            authorization = f"Bearer {self._access.extra.get('previous_key', key)}"
        headers: dict[str, str | bytes] = {
            "Authorization": authorization,
            "X-Timestamp": timestamp,
            "X-Signature": signature,
        }
        sent = [(name, value) for name, value in headers.items() if tweaks.get("no") != name]
        if "twice" in tweaks:
            sent.append((tweaks["twice"], headers[tweaks["twice"]]))
        return sent

    def read(self, verb: str, reply: Reply, places: int) -> Answer:
        """Read an answer by the contract's schemas."""
        failed = trouble(reply.status)
        if failed:
            return failed
        said, status, body = decoded(reply.body), reply.status, reply.body
        fields = said if isinstance(said, dict) else {}
        faults = [] if isinstance(said, dict) else ["the answer is no JSON object"]
        if status >= 300:
            needed = ("error",) if status in (401, 403) else ("error", "message")
            faults += [f"no text `{f}`" for f in needed if not isinstance(fields.get(f), str)]
            if fields.get("status", status) != status:
                faults.append("`status` is not the HTTP status")
            code = str(fields.get("error", ""))
            return Answer(
                "refused", status, body, code=code, faults=tuple(faults), json=fields,
                reference=str(fields.get("transaction_id", "")),
            )  # fmt: skip
        if status != 200:
            faults.append(f"{status} is not 200")
        balance = exact_minor(fields.get("balance"), places)
        if balance is None:
            faults.append("`balance` is no number with the currency's decimals")
        elif balance < 0:
            faults.append("the balance is below zero")
        reference = fields.get("transaction_id", "")
        if verb != "balance" and not (isinstance(reference, str) and reference):
            faults.append("no text `transaction_id`")
        return Answer(
            "ok", status, body, balance, str(reference), faults=tuple(faults), json=fields
        )


def _respelled(letter: Letter, tweaks: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the fields with the amount or the id written in a way that has a name."""
    fields = dict(letter.fields)
    if "number" in tweaks:
        value = fields["amount"].text
        shift = value[::-1].find(".")
        spelled = {"padded": value + "0", "exponent": f"{letter.amount}e-{shift}"}
        fields["amount"] = Raw(spelled.get(tweaks["number"], tweaks["number"]))
    if "id" in tweaks:
        fields["transaction_id"] += "x" * 10_000 if tweaks["id"] == "long" else "\n\0"
    return fields


def _timestamp(how: str) -> str:
    moment = datetime.now(UTC)
    words = {
        "garbage": "yesterday",
        "empty": "",
        "unix": str(int(moment.timestamp())),
        "far": "9999-12-31T23:59:59Z",
        "millis": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "zone": moment.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="seconds"),
        "naive": moment.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    if how in words:
        return words[how]
    return (moment + timedelta(seconds=int(how))).strftime("%Y-%m-%dT%H:%M:%SZ")
