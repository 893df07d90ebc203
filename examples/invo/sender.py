"""Sends a purchase as Invo does, twice: WALLET_URL, GAME_ID, SIGNING_SECRET, IDENTITY_ID."""

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

ENV = os.environ
RUN = f"{time.time_ns()}-py"


def send(step: str, event: dict[str, Any], secret: str, status: int = 200) -> None:
    """Sign the exact bytes that are sent; end with an error at another status."""
    body, moment = json.dumps(event).encode(), int(time.time())
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Invo-Signature": f"t={moment},v1={mac}",
        "X-Invo-Idempotency-Key": event["idempotency_key"],
    }
    request = urllib.request.Request(ENV["WALLET_URL"], body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            code, answer = response.status, json.load(response)
    except urllib.error.HTTPError as error:
        code, answer = error.code, json.load(error)
    if code != status:
        sys.exit(f"{step} {code} {answer}")
    print(step, code, answer.get("status", answer.get("error")))


purchase = {
    "event_id": f"evt-{RUN}",
    "idempotency_key": f"key-{RUN}",
    "event_type": "purchase.completed",
    "schema_version": "1",
    "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    "tenant_id": ENV["GAME_ID"],
    "data": {
        "order_id": f"ord-{RUN}",
        "transaction_id": f"txn-{RUN}",
        "identity_id": ENV["IDENTITY_ID"],
        "currency_amount": "2.50",
        "currency_name": ENV["CURRENCY"],
        "metadata": {},
    },
}
send("purchase", purchase, ENV["SIGNING_SECRET"])
send("again", purchase, ENV["SIGNING_SECRET"])
send("forged", purchase, "another-secret", 401)
