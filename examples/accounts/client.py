"""A casino's cashier as it calls the wallet's own API, with the standard library only.

Signs requests with AWS Signature Version 4; with an AWS SDK at hand use its signer. The environment
holds the configuration, see ../README.md. Prints a line for each step: step, status, what it is
about. An answer that is not as expected ends the program with an error.
"""

import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

NAMES = (
    *("API_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"),
    *("PLAYER_ID", "CURRENCY"),
)
API_URL, KEY_ID, SECRET_KEY, REGION, PLAYER_ID, CURRENCY = (os.environ[name] for name in NAMES)
#: Only temporary credentials have one, as those of a role.
SESSION_TOKEN = os.environ.get("AWS_SESSION_TOKEN", "")


@dataclass(frozen=True)
class Answer:
    """What the API answered: the exact text, and whether an earlier request got it too."""

    status: int
    text: str
    replayed: bool

    @property
    def json(self) -> dict[str, Any]:
        """The fields, amounts exact: a float cannot hold 0.10."""
        fields: dict[str, Any] = json.loads(self.text, parse_float=Decimal)
        return fields


def signed(method: str, url: str, body: bytes) -> dict[str, str]:
    """Return the headers of Signature Version 4 for the service execute-api."""
    parts = urlsplit(url)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-date": stamp}
    if SESSION_TOKEN:
        headers["x-amz-security-token"] = SESSION_TOKEN
    names = ";".join(sorted(headers))
    query = urlencode(sorted(parse_qsl(parts.query)), quote_via=quote)
    said = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    asked = [method, quote(parts.path), query, said, names, hashlib.sha256(body).hexdigest()]
    scope = f"{stamp[:8]}/{REGION}/execute-api/aws4_request"
    digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    key = f"AWS4{SECRET_KEY}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={KEY_ID}/{scope}"
    said = f"{credential}, SignedHeaders={names}, Signature={signature}"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 {said}"
    return headers


def ask(method: str, path: str, body: str = "", key: str = "") -> Answer:
    """Send a request; a change carries a key of its own, so that it can be sent again."""
    url, sent = API_URL + path, body.encode()
    headers = signed(method, url, sent) | {"Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    request = urllib.request.Request(url, sent or None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            replayed = response.headers["Idempotent-Replayed"] == "true"
            return Answer(response.status, response.read().decode(), replayed)
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, refusal.read().decode(), replayed=False)


def step(title: str, answer: Answer, status: int, field: str = "") -> None:
    """Print a step; end the program when it was not answered as expected."""
    if answer.status != status:
        raise SystemExit(f"{title} {answer.status} {answer.text}")
    print(title, answer.status, answer.json[field] if field else "-")


wallet = f"/players/{PLAYER_ID}/wallets/{CURRENCY}"
why = '"reason":"an example"'
run = uuid.uuid4().hex
player = f'{{"player_id":"{PLAYER_ID}","currencies":["{CURRENCY}"],{why}}}'
step("add", ask("POST", "/players", player, f"add-{run}"), 201)

# The body is built once as text: an amount never becomes a float.
deposit = f'{{"amount":50.00,{why}}}'
paid = ask("POST", f"{wallet}/deposits", deposit, f"pay-{run}")
step("deposit", paid, 200, "spendable")
again = ask("POST", f"{wallet}/deposits", deposit, f"pay-{run}")
step("replay", again, 200, "spendable")
if not again.replayed or again.text != paid.text:
    raise SystemExit("the copy was not answered as the first request")
other = ask("POST", f"{wallet}/deposits", f'{{"amount":500.00,{why}}}', f"pay-{run}")
step("mismatch", other, 409, "error")

payout = ask("POST", f"{wallet}/withdrawals", f'{{"amount":12.50,{why}}}', f"out-{run}")
step("withdraw", payout, 200, "spendable")
held = ask("POST", f"{wallet}/reservations", f'{{"amount":5.00,{why}}}', f"hold-{run}")
step("reserve", held, 201, "amount")
wallets = ask("GET", f"/players/{PLAYER_ID}/wallets")
step("wallets", wallets, 200)
print("spendable", wallets.json["wallets"][0]["spendable"])
freed = f"{wallet}/reservations/{held.json['reservation_id']}/release"
step("release", ask("POST", freed, f"{{{why}}}", f"free-{run}"), 200)

# Page by page, the newest first; `complete` is false while the newest is not there yet.
cursor: str | None = ""
kinds: list[str] = []
while cursor is not None:
    page = ask("GET", f"{wallet}/history?limit=1" + (f"&cursor={cursor}" if cursor else ""))
    if page.status != 200:
        raise SystemExit(f"history {page.status} {page.text}")
    if not page.json["complete"]:
        time.sleep(0.2)
        continue
    kinds += [row["kind"] for row in page.json["entries"]]
    cursor = page.json["next_cursor"]
print("history 200", " ".join(kinds))

story = ask("GET", f"/transactions/pay-{run}?integration=platform")
step("transaction", story, 200, "balance_after")
