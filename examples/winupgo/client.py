"""Plays WinUpGo's calls; see examples/README.md for the environment."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

ENV = os.environ
RUN = str(time.time_ns())


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def signed(path: str, body: bytes, key: str) -> dict[str, str]:
    """Return the headers with an HTTP Message Signature (RFC 9421)."""
    headers = {
        "X-Idempotency-Key": key,
        "X-Brand-Id": ENV["BRAND_ID"],
        "X-Region": ENV["REGION"],
        "X-Provider-Id": ENV["PROVIDER_ID"],
        "Content-Digest": f"sha-256=:{b64(hashlib.sha256(body).digest())}:",
    }
    covered = {"@method": "POST", "@path": ENV["PATH_BASE"] + path}
    covered |= {name.lower(): value for name, value in headers.items()}
    names = " ".join(f'"{name}"' for name in covered)
    params = f'({names});created={int(time.time())};keyid="{ENV["KEY_ID"]}";alg="hmac-sha256"'
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    mac = hmac.new(ENV["SECRET_KEY"].encode(), base.encode(), hashlib.sha256).digest()
    return headers | {"Signature-Input": f"sig1={params}", "Signature": f"sig1=:{b64(mac)}:"}


def call(
    step: str, path: str, key: str, fields: Mapping[str, object], status: int = 200
) -> dict[str, Any]:
    """Sign the exact bytes that are sent; return the answer, or end with an error."""
    body = json.dumps(fields).encode()
    headers = signed(path, body, f"{key}-{RUN}") | {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "X-Trace-Id": f"tr-{key}-{RUN}",
    }
    code, answer = post(ENV["WALLET_URL"] + path, body, headers)
    word = answer.get("status") or answer.get("code", "-")
    if code != status:
        sys.exit(f"{step} {code} {word}")
    print(step, code, word)
    return answer


form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": ENV["SCOPE"]})
user = b64(f"{ENV['CLIENT_ID']}:{ENV['CLIENT_SECRET']}".encode())
kind = "application/x-www-form-urlencoded"
_, issued = post(
    ENV["TOKEN_URL"], form.encode(), {"Authorization": f"Basic {user}", "Content-Type": kind}
)
TOKEN = issued["access_token"]


def money(amount: float) -> dict[str, object]:
    return {"amount": amount, "currency": ENV["CURRENCY"]}


player = {"player_id": ENV["PLAYER_ID"], "game_id": ENV["GAME_ID"], "currency": ENV["CURRENCY"]}
session = {"session_id": call("session", "/sessions", "s0", player, status=201)["session_id"]}
first = {"bet_id": f"b1-{RUN}", "round_id": f"r1-{RUN}"}
second = {"bet_id": f"b2-{RUN}", "round_id": f"r2-{RUN}"}
hold = session | first | {"amount": money(2.5)}
call("authorize", "/bets/authorize", "a1", hold)
call("replay", "/bets/authorize", "a1", hold)
call("mismatch", "/bets/authorize", "a1", hold | {"amount": money(2)}, status=409)
call("settle", "/bets/settle", "s1", first | {"win": money(5)})
call("too-late", "/bets/rollback", "r1", first, status=409)
call("authorize", "/bets/authorize", "a2", session | second | {"amount": money(1)})
call("rollback", "/bets/rollback", "r2", second)
third = {"bet_id": f"b3-{RUN}", "round_id": f"r3-{RUN}"}
call("authorize", "/bets/authorize", "a3", session | third | {"amount": money(1)})
call("loss", "/bets/settle", "s3", third | {"win": money(0)})
event = {
    "event_type": "bet.settled",
    "schema_version": "1.2.0",
    "event_id": f"e3-{RUN}",
    "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    "tenant_id": ENV["BRAND_ID"],
    "region": ENV["REGION"],
    "player_id": ENV["PLAYER_ID"],
    "payload": {"round_id": third["round_id"], "bet": money(1), "win": money(0)},
}
call("event", "/events", "e3", event)
