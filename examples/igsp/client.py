"""A game provider's side of iGSP's wallet hooks, with the standard library only.

Signs requests, plays two rounds, and sends one bet twice. The environment holds the configuration,
see ../README.md. Prints a line for each step: action, status, balance. An answer that is not as
expected ends the program with an error.
"""

import hashlib
import hmac
import json
import os
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

NAMES = ("HOOKS_URL", "API_KEY", "SECRET_KEY", "PLAYER_ID", "CURRENCY", "SESSION_ID", "GAME_ID")
HOOKS_URL, API_KEY, SECRET_KEY, PLAYER_ID, CURRENCY, SESSION_ID, GAME_ID = (
    os.environ[name] for name in NAMES
)


@dataclass(frozen=True)
class Answer:
    """What the wallet answered: the exact bytes, and whether it had answered them before."""

    status: int
    body: bytes
    replayed: bool

    @property
    def balance(self) -> Decimal:
        """The balance, exact: a float cannot hold 0.10."""
        fields = json.loads(self.body, parse_float=Decimal, parse_int=Decimal)
        return Decimal(fields["balance"])


def call(title: str, body: bytes) -> Answer:
    """Sign the exact bytes, send them, print the step; every step of this program must succeed."""
    timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = hmac.new(SECRET_KEY.encode(), body + timestamp.encode(), hashlib.sha256)
    headers = {
        "Authorization": f"Bearer {API_KEY}",
        "X-Timestamp": timestamp,
        "X-Signature": signed.hexdigest(),
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(HOOKS_URL, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            replayed = response.headers["Idempotent-Replayed"] == "true"
            answer = Answer(response.status, response.read(), replayed)
    except urllib.error.HTTPError as refusal:
        raise SystemExit(f"{title} {refusal.code} {refusal.read().decode()}") from None
    print(title, answer.status, answer.balance)
    return answer


def hook(action: str, amount: str = "", **fields: str | bool) -> bytes:
    """Return a hook's body. The amount is written as it stands: it is never a float."""
    who = {"player_id": PLAYER_ID, "currency": CURRENCY, "session_id": SESSION_ID}
    text = json.dumps({"action": action} | who | fields)
    if amount:
        text = f'{text[:-1]}, "game_id": {json.dumps(GAME_ID)}, "amount": {amount}}}'
    return text.encode()


def expect(what: str, found: object, wanted: object) -> None:
    """End the program unless both are equal."""
    if found != wanted:
        raise SystemExit(f"{what}: {found!r}, and not {wanted!r}")


def main() -> None:
    """Play a round that is won, send its bet again, and play a round that is taken back."""
    run = uuid.uuid4().hex
    first = {"transaction_id": f"bet-{run}-1", "type": "bet", "round_id": f"round-{run}-1"}
    won = {"transaction_id": f"win-{run}-1", "type": "win", "round_id": f"round-{run}-1"}
    second = {"transaction_id": f"bet-{run}-2", "type": "bet", "round_id": f"round-{run}-2"}
    voided = {"transaction_id": f"refund-{run}-2", "bet_transaction_id": f"bet-{run}-2"}
    before = call("balance", hook("balance")).balance

    bet = hook("bet", "0.10", **first, finished=False)
    made = call("bet", bet)
    expect("balance after the bet", made.balance, before - Decimal("0.10"))

    again = call("replay", bet)  # the same bytes, signed anew
    expect("answer to the same bet", again.body, made.body)
    expect("Idempotent-Replayed", (made.replayed, again.replayed), (False, True))

    win = hook("win", "0.30", **won, finished=True)
    after = before + Decimal("0.20")
    expect("balance after the win", call("win", win).balance, after)

    bet = hook("bet", "2.50", **second, finished=False)
    expect("balance after the bet", call("bet", bet).balance, after - Decimal("2.50"))

    refund = hook("refund", "2.50", **voided, type="bet", finished=True)
    expect("balance after the refund", call("refund", refund).balance, after)
    expect("balance at the end", call("balance", hook("balance")).balance, after)


if __name__ == "__main__":
    main()
