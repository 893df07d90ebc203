"""Sends a callback as iGV does: once, the same again, and one with a wrong signature."""

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request

ENV = os.environ


def post(request_id: str, secret: str) -> int:
    """Sign timestamp + request id + secret, keyed by the secret; the body is not signed."""
    moment = str(int(time.time() * 1000))
    mac = hmac.new(secret.encode(), (moment + request_id + secret).encode(), hashlib.sha256)
    order = {
        "createdAt": "2025-12-22T09:34:59",
        "orderId": int(ENV["ORDER_ID"]),
        "orderNum": ENV["ORDER_NUM"],
        "sellerOrderStatus": 1,
        "buyerId": ENV["BUYER_ID"],
    }
    headers = {
        "Content-Type": "application/json",
        "X-Request-Id": request_id,
        "X-Timestamp": moment,
        "X-Signature": mac.hexdigest(),
    }
    request = urllib.request.Request(ENV["WALLET_URL"], json.dumps(order).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def main() -> int:
    """Print each step with its status; anything but exactly 200 is sent again by iGV."""
    request_id, secret = str(time.time_ns()), ENV["SECRET_KEY"]
    answers = [
        ("callback", post(request_id, secret), 200),
        ("copy", post(request_id, secret), 200),
        ("wrong key", post(f"{request_id}-2", secret[::-1]), 401),
    ]
    for step, status, _ in answers:
        print(step, status)
    return int(any(status != wanted for _, status, wanted in answers))


if __name__ == "__main__":
    sys.exit(main())
