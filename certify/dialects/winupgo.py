"""WinUpGo: holds and settlements, OAuth2 tokens, HTTP Message Signatures (RFC 9421) over the body.

No answer tells a balance, so the scenarios judge statuses, ids and bytes.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from certify.dialects import (
    Access,
    AccessError,
    Letter,
    amount_text,
    decoded,
    encode,
    spoil,
    trouble,
)
from certify.model import Answer, Reply, Request, Seat, now

_ROUTES: Final = {
    "open": "/sessions",
    "authorize": "/bets/authorize",
    "settle": "/bets/settle",
    "rollback": "/bets/rollback",
    "event": "/events",
}
_SUCCESS: Final = {"authorize": "hold_id", "settle": "settlement_id", "rollback": "rollback_id",
                   "open": "session_id"}  # fmt: skip
_TOKEN_S: Final = 240
#: What `access` must hold.
NEEDS: Final = (
    "brand_id", "region", "provider_id", "token_url", "client_id", "client_secret", "scope",
)  # fmt: skip


def sign(secret: str, base: bytes) -> str:
    """Return the signature of a signature base."""
    return base64.b64encode(hmac.digest(secret.encode(), base, "sha256")).decode()


class Winupgo:
    """How a WinUpGo studio calls; `access` holds brand, region, provider and the OAuth client."""

    places_of_ids: Mapping[str, str] = {
        "round": "round_id", "of": "bet_id", "event": "event_id",
    }  # fmt: skip
    shows_balance = False

    def __init__(self, access: Access) -> None:
        self._access = access
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def letter(self, verb: str, name: str, amount: int, seat: Seat) -> Letter:
        """Return a request with the usual fields; the name is the idempotency key."""
        if verb == "balance":
            return Letter(verb, "/bets/rollback", {"bet_id": "certify-first"}, key="certify-first")
        prefix = name.rpartition("-")[0]
        bet = {"bet_id": name, "round_id": f"{prefix}-round"}
        money = self.money(amount, seat)
        fields: dict[str, Any] = {
            "open": {
                "player_id": seat.player_id, "currency": seat.currency,
                "game_id": seat.extra.get("game_id", "studio:certify"),
            },
            "authorize": {"session_id": seat.session_id} | bet | {"amount": money},
            "settle": bet | {"win": money},
            "rollback": bet,
            "event": {
                "event_type": "bet.settled", "schema_version": "1.2.0", "event_id": name,
                "occurred_at": now(), "tenant_id": self._access.extra.get("brand_id", ""),
                "region": self._access.extra.get("region", ""), "player_id": seat.player_id,
                "payload": {"n": 1},
            },
        }[verb]  # fmt: skip
        return Letter(verb, _ROUTES[verb], fields, amount, key=name)

    def money(self, amount: int, seat: Seat) -> Any:
        """Write an amount with its currency."""
        return {"amount": amount_text(amount, seat), "currency": seat.currency}

    def seal(self, letter: Letter, tweaks: Mapping[str, str], trace_id: str) -> Request:
        """Sign a request now; `tweaks` spoil it."""
        extra = self._access.extra
        body = encode(letter.fields)
        if tweaks.get("body"):
            body = spoil(body, tweaks["body"])
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        signed = {
            "X-Idempotency-Key": letter.key,
            "X-Brand-Id": str(extra.get("brand_id", "")) + tweaks.get("brand", ""),
            "X-Region": str(extra.get("region", "")) + tweaks.get("region", ""),
            "X-Provider-Id": str(extra.get("provider_id", "")),
            "Content-Digest": f"sha-256=:{digest}:",
        }
        sealed = self._signature(signed, str(extra.get("path_base", "")) + letter.path, tweaks)
        if tweaks.get("sign") == "tampered":
            body += b" "
        headers = signed | sealed | {"X-Trace-Id": trace_id, "Content-Type": "application/json"}
        token = self._token(tweaks)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        sent = tuple((k, v) for k, v in headers.items() if k != tweaks.get("no"))
        return Request(letter.path, sent, body, cut=tweaks.get("cut", ""))  # type: ignore[arg-type]

    def _signature(
        self, signed: Mapping[str, str], path: str, tweaks: Mapping[str, str]
    ) -> dict[str, str]:
        how = tweaks.get("sign", "")
        path += "/other" if how == "other-path" else ""
        parts = {"@method": "POST", "@path": path}
        parts |= {name.lower(): value for name, value in signed.items()}
        if how.startswith("without-"):
            parts.pop(how.removeprefix("without-"), None)
        created = int(time.time()) + int(tweaks.get("time", "0"))
        key = self._access.key + ("x" if tweaks.get("key") == "unknown" else "")
        covered = " ".join(f'"{name}"' for name in parts)
        said = f'({covered});created={created};keyid="{key}";alg="hmac-sha256"'
        lines = [f'"{name}": {value}' for name, value in parts.items()]
        base = "\n".join([*lines, f'"@signature-params": {said}']).encode()
        secret = self._access.secret + ("x" if how == "other-secret" else "")
        signature = "AAAA" if how == "garbage" else sign(secret, base)
        return {"Signature-Input": f"sig1={said}", "Signature": f"sig1=:{signature}:"}

    def _token(self, tweaks: Mapping[str, str]) -> str:
        """Return an access token: kept for a while, and of fewer scopes when a tweak wants it."""
        how = tweaks.get("token", "")
        if how in ("none", "garbage"):
            return "" if how == "none" else "nobody.knows.this"
        scopes = str(self._access.extra.get("scope", ""))
        scope = " ".join(s for s in scopes.split() if not how or not s.endswith(how))
        with self._lock:
            made, token = self._tokens.get(scope, (0.0, ""))
            if time.monotonic() - made > _TOKEN_S or not token:
                token = self._ask(scope)
                if not token and not how:
                    where = self._access.extra.get("token_url", "")
                    raise AccessError(f"no access token from token_url {where!r} of [access]")
                self._tokens[scope] = time.monotonic(), token
        return token

    def _ask(self, scope: str) -> str:
        extra = self._access.extra
        user = f"{extra.get('client_id', '')}:{extra.get('client_secret', '')}"
        try:
            answer = urllib3.request(
                "POST", str(extra.get("token_url", "")),
                body=urlencode({"grant_type": "client_credentials", "scope": scope}),
                headers={"Content-Type": "application/x-www-form-urlencoded",
                         "Authorization": "Basic " + base64.b64encode(user.encode()).decode()},
                timeout=10, retries=False, redirect=False,
            )  # fmt: skip
            return str(json.loads(answer.data)["access_token"])
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError):
            return ""

    def read(self, verb: str, reply: Reply, places: int) -> Answer:
        """Read an answer: the seed's success, or `code`, `message`, `retryable`, `trace_id`."""
        failed = trouble(reply.status)
        if failed:
            return failed
        said, status = decoded(reply.body), reply.status
        fields = said if isinstance(said, dict) else {}
        faults = [] if isinstance(said, dict) else ["the answer is no JSON object"]
        if status >= 300:
            wanted = {"code": str, "message": str, "retryable": bool, "trace_id": str}
            faults += [
                f"no `{n}`" for n, kind in wanted.items() if not isinstance(fields.get(n), kind)
            ]
            if fields.get("retryable"):
                faults.append("a definitive refusal is called retryable")
            code = str(fields.get("code", ""))
            return Answer(
                "refused", status, reply.body, code=code, faults=tuple(faults), json=fields
            )
        reference = fields.get(_SUCCESS.get(verb, ""), "")
        if verb in _SUCCESS and not (isinstance(reference, str) and reference):
            faults.append(f"no text `{_SUCCESS[verb]}`")
        if status != (201 if verb == "open" else 200):
            faults.append(f"{status} is not {201 if verb == 'open' else 200}")
        return Answer(
            "ok", status, reply.body, None, str(reference), faults=tuple(faults), json=fields
        )
