"""Flexsoft: four URLs, HMAC-SHA256 over the exact body in base64, amounts in thousandths."""

import base64
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from certify.dialects import Access, Letter, decoded, encode, exact_minor, spoil, trouble
from certify.model import Answer, Minor, Reply, Request, Seat

#: Verb → URL and action.
_ROUTES: Final = {
    "auth": ("/auth", ""),
    "balance": ("/balance", ""),
    "bet": ("/withdraw", "BET"),
    "free_bet": ("/withdraw", "FREE_BET"),
    "win": ("/deposit", "WIN"),
    "free_win": ("/deposit", "FREE_BET_WIN"),
    "rollback": ("/deposit", "ROLL_BACK"),
    "close": ("/deposit", "CLOSE_ROUND"),
}


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


class Flexsoft:
    """How Flexsoft calls."""

    places_of_ids: Mapping[str, str] = {"round": "round_id", "of": "withdraw_provider_tx_id"}
    shows_balance = True

    def __init__(self, access: Access) -> None:
        self._access = access

    def letter(self, verb: str, name: str, amount: int, seat: Seat) -> Letter:
        """Return a request with the usual fields."""
        path, action = _ROUTES[verb]
        who = {"user_id": seat.player_id, "session_token": seat.session_id}
        if verb == "auth":
            token = seat.extra.get("user_token", "")
            return Letter(verb, path, {"user_token": token, "session_token": seat.session_id})
        who |= {"currency": seat.currency}
        if verb == "balance":
            return Letter(verb, path, who)
        prefix = name.rpartition("-")[0]
        own = {"action": action, "provider_tx_id": name, "round_id": f"{prefix}-round"}
        if verb == "close":
            return Letter(verb, path, own)
        game = {"game": seat.extra.get("game_id", "chicken-race")}
        return Letter(verb, path, who | game | own | {"amount": self.money(amount, seat)}, amount)

    def money(self, amount: int, seat: Seat) -> Any:
        """Write an amount: an integer in thousandths of the main unit."""
        return amount * 10 ** (3 - seat.places)

    def seal(self, letter: Letter, tweaks: Mapping[str, str], trace_id: str) -> Request:
        """Sign a request; `tweaks` spoil it."""
        plain = encode(letter.fields)
        body = spoil(plain, tweaks["body"]) if "body" in tweaks else plain
        secret, how = self._access.secret, tweaks.get("sign", "")
        right = sign(secret, body)
        forms: dict[str, str | bytes] = {
            "other-secret": sign(secret + "x", body),
            "no-secret": sign("", body),
            "empty": "",
            "garbage": "not a signature",
            "non-ascii": "é".encode() * 22,
            "hex": base64.b64decode(right).hex(),
            "url-safe": right.replace("+", "-").replace("/", "_").rstrip("="),
            "short": right[:12],
            "reserialised": sign(secret, plain),
        }
        if how == "tampered":
            body = body.replace(b'"amount":', b'"amount":1')
        key = self._access.key + ("x" if tweaks.get("key") == "unknown" else "")
        headers: list[tuple[str, str | bytes]] = [
            ("X-Public-Key", key),
            ("X-Signature", forms.get(how, right)),
        ]
        sent = [(name, value) for name, value in headers if tweaks.get("no") != name]
        plainly = [("Content-Type", "application/json"), ("X-Trace-Id", trace_id)]
        cut = tweaks.get("cut", "")
        path = tweaks.get("path", letter.path)
        return Request(path, (*plainly, *sent), body, cut=cut)  # type: ignore[arg-type]

    def read(self, verb: str, reply: Reply, places: int) -> Answer:
        """Read an answer: `code`, `message`, `data`."""
        failed = trouble(reply.status)
        if failed:
            return failed
        said, status = decoded(reply.body), reply.status
        fields = said if isinstance(said, dict) else {}
        faults = [] if isinstance(said, dict) else ["the answer is no JSON object"]
        if fields.get("code") != status:
            faults.append("`code` is not the HTTP status")
        if not isinstance(fields.get("message"), str):
            faults.append("no text `message`")
        data = fields.get("data")
        if status >= 300:
            faults += ["`data` of an error is not null"] if data is not None else []
            words = str(fields.get("message", "")).partition(":")[0]
            return Answer(
                "refused", status, reply.body, code=words, faults=tuple(faults), json=fields
            )
        data = data if isinstance(data, dict) else {}
        shown = data.get("new_balance", data.get("balance"))
        balance = None
        if verb != "close":
            balance = _minor(shown, places)
            faults += ["no integer balance"] if balance is None else []
        reference = str(data.get("operator_tx_id", ""))
        return Answer("ok", status, reply.body, balance, reference, faults=tuple(faults), json=data)


def _minor(millis: Any, places: int) -> Minor | None:
    """Return thousandths in minor units, none of them lost; `None` when they are no integer."""
    exact = exact_minor(millis, 0)
    return None if exact is None else Decimal(exact).scaleb(places - 3)
