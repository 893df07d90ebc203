"""Family `toy`: HMAC-SHA512 in upper-case hex over `Toy-Sent`, a line feed and the raw body."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

from casino.base.headers import Headers
from casino.signing.pair import Pair
from casino.signing.scheme import (
    NO_PARTICULARS,
    Family,
    Message,
    Part,
    Particulars,
    check_age,
    first,
    matching,
    single,
)

_HEX: Final = re.compile(r"[0-9A-F]{128}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)


def _mark(signed: bytes, secret_key: bytes) -> bytes:
    return hmac.new(secret_key, signed, hashlib.sha512).hexdigest().upper().encode()


class ToyFamily(Family):
    """`Toy-Key`, `Toy-Sent` (seconds since the epoch), `Toy-Mark`."""

    headers = ("Toy-Key", "Toy-Sent", "Toy-Mark")
    form = "128 upper-case hex digits"
    names_key = True

    def credential(self, headers: Headers) -> str:
        return single(headers, "toy-key", "unauthorized")

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        body, headers = message.body, message.headers
        matching(_HEX, single(headers, "toy-mark", "invalid_signature"))
        check_age(self.signed_at(headers), now)
        signed = first(headers, "toy-sent") + b"\n" + body
        return self.label_of(pairs, headers, lambda _: signed)

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        sent = str(int(now))
        mark = _mark(f"{sent}\n".encode() + body, pair.secret_key.encode())
        return {"Toy-Key": pair.api_key, "Toy-Sent": sent, "Toy-Mark": mark.decode()}

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        sent = first(message.headers, "toy-sent")
        return (Part("Toy-Sent", sent), Part("line feed", b"\n"), Part("body", message.body))

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        return hmac.compare_digest(_mark(signed, secret_key), first(headers, "toy-mark"))

    def signed_at(self, headers: Headers) -> float:
        return float(matching(_SECONDS, single(headers, "toy-sent", "invalid_signature")))
