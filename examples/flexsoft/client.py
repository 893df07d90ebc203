"""Plays Flexsoft's calls: WALLET_URL, PUBLIC_KEY, SECRET_KEY, USER_TOKEN, SESSION_TOKEN."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

type Fields = dict[str, Any]

ENV = os.environ
RUN = str(time.time_ns())


def call(step: str, path: str, fields: Fields, status: int = 200) -> Fields:
    """Sign the exact bytes that are sent; return `data`, or end with an error."""
    body = json.dumps(fields).encode()
    mac = hmac.new(ENV["SECRET_KEY"].encode(), body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-Public-Key": ENV["PUBLIC_KEY"],
        "X-Signature": base64.b64encode(mac).decode(),
    }
    request = urllib.request.Request(f"{ENV['WALLET_URL']}/{path}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            code, answer = response.status, json.load(response)
    except urllib.error.HTTPError as error:
        code, answer = error.code, json.load(error)
    if code != status:
        sys.exit(f"{step} {code} {answer['message']}")
    data: Fields = answer["data"] or {}
    print(step, code, data.get("new_balance", data.get("balance", "-")))
    return data


session: Fields = {"session_token": ENV["SESSION_TOKEN"]}
user = call("auth", "auth", session | {"user_token": ENV["USER_TOKEN"]})
player = session | {"user_id": user["user_id"], "currency": user["currency"]}


def money(action: str, tx: str, amount: int, **more: str) -> Fields:
    own = {"action": action, "provider_tx_id": f"{tx}-{RUN}", "amount": amount}
    return player | {"game": "chicken-race", "round_id": f"r{tx[-1]}-{RUN}"} | own | more


bet = money("BET", "b1", 2500)
call("bet", "withdraw", bet)
call("replay", "withdraw", bet)
call("conflict", "withdraw", bet | {"amount": 2000}, status=409)
call("win", "deposit", money("WIN", "w1", 10000, withdraw_provider_tx_id=f"b1-{RUN}"))
call("bet", "withdraw", money("BET", "b2", 1000))
undo = money("ROLL_BACK", "x2", 0, withdraw_provider_tx_id=f"b2-{RUN}")
call("rollback", "deposit", undo)
call("free-bet", "withdraw", money("FREE_BET", "f3", 500))
call("free-win", "deposit", money("FREE_BET_WIN", "v3", 300))
close = {"action": "CLOSE_ROUND", "provider_tx_id": f"c1-{RUN}", "round_id": f"r1-{RUN}"}
call("close", "deposit", close)
call("balance", "balance", player)
