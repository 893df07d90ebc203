"""A game provider's side of iGSP's wallet hooks, with the standard library only.

Signs requests, plays every action and the types that differ, and sends one bet twice. The
environment holds the configuration, see ../README.md. Prints a line for each step: action, status,
balance. An answer that is not as expected ends the program with an error.
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
    """Play the guide's round and its refund, a tip, a freespin and a jackpot."""
    run = uuid.uuid4().hex
    balance = call("balance", hook("balance")).balance

    def play(title: str, action: str, amount: str, change: str, **fields: str | bool) -> None:
        """Send a transaction, twice if it is the bet; it must change the balance by `change`."""
        nonlocal balance
        body = hook(action, amount, transaction_id=f"{title}-{run}", **fields)
        answer = call(title, body)
        balance += Decimal(change)
        expect(f"balance after the {title}", answer.balance, balance)
        if title == "bet":
            again = call("replay", body)  # the same bytes, signed anew
            expect("answer to the same bet", again.body, answer.body)
            expect("Idempotent-Replayed", (answer.replayed, again.replayed), (False, True))

    first, free = f"round-{run}-1", f"round-{run}-2"
    bet_id = f"bet-{run}"
    play("bet", "bet", "2.50", "-2.50", type="bet", round_id=first, finished=False)
    play("win", "win", "10.00", "10.00", type="win", round_id=first, finished=True)
    play("refund", "refund", "2.50", "2.50", type="bet", bet_transaction_id=bet_id, finished=True)
    play("tip", "bet", "0.10", "-0.10", type="tip")
    # A freespin costs the player nothing.
    play("freespin", "bet", "1.00", "0.00", type="freespin", round_id=free, finished=False)
    play("freespin-win", "win", "0.30", "0.30", type="freespin", round_id=free, finished=True)
    play("jackpot", "win", "5.00", "5.00", type="jackpot", round_id=free, finished=True)
    expect("balance at the end", call("balance", hook("balance")).balance, balance)


if __name__ == "__main__":
    main()
