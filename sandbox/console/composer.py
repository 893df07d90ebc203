"""Writes a counterpart's request by hand: its bytes, what is signed of them, and how.

The bodies are the certification kit's, the signatures the wallet's own. A request goes to the stack
and nowhere else: the form names a counterpart and what it asks, never an address.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from casino.base.errors import AdminError
from casino.base.headers import headers_of
from casino.base.money import parse_major
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, Pair
from casino.signing.scheme import Family, Message, Part, Particulars
from certify.dialects import Access, Dialect, encode
from certify.dialects.flexsoft import Flexsoft
from certify.dialects.igsp import Igsp
from certify.dialects.winupgo import Winupgo
from certify.model import Seat
from ops.signature.report import Diagnosis, Known, Request, diagnose
from sandbox.winupgo.caller import Caller

#: Protocol → what can be asked of the wallet → the other ids that such a request names.
VERBS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "igsp": {"bet": ("round",), "win": ("round",), "refund": ("of",), "balance": ()},
    "flexsoft": {
        "bet": ("round",), "win": ("round", "of"), "rollback": ("round", "of"),
        "close": ("round",), "balance": (), "auth": (),
    },
    "winupgo": {
        "open": (), "authorize": ("round",), "settle": ("round", "of"), "rollback": ("round", "of"),
    },
}  # fmt: skip
#: How a request is spoilt, in words.
TAMPERS: Final[Mapping[str, str]] = {
    "": "not at all",
    "byte": "a digit of the body is changed after it was signed",
    "secret": "it is signed with another secret",
    "old": "it was signed ten minutes ago",
}
_KITS: Final[Mapping[str, Callable[[Access], Dialect]]] = {
    "igsp": Igsp,
    "flexsoft": Flexsoft,
    "winupgo": Winupgo,
}
_OLD_S: Final = 600
_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
_LONGEST: Final = 64 * 1024


@dataclass(frozen=True)
class Wanted:
    """What the form says; `of` is the bet that a win, a refund or a settlement is of."""

    verb: str
    seat: Seat
    amount: str
    name: str
    round: str
    of: str = ""


@dataclass(frozen=True)
class Composed:
    """A signed request: what was signed, and what is sent."""

    scheme: Family
    pair: Pair = field(repr=False)
    url: str
    path: str
    signed: bytes
    """The body that was signed."""
    body: bytes
    headers: Mapping[str, str]
    now: float

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was signed, piece by piece."""
        message = Message(self.signed, headers_of(self.headers.items()), path=self.path)
        return self.scheme.parts(message, self.pair.secret_key)

    @property
    def signature(self) -> tuple[str, str]:
        """The header that holds the signature, and its value."""
        name = self.scheme.headers[-1]
        return name, self.headers[name]

    @property
    def mac(self) -> bytes:
        """The HMAC of what was signed, before it is written as text."""
        string = b"".join(part.value for part in self.parts)
        return hmac.digest(self.pair.secret_key.encode(), string, "sha256")

    @property
    def spelling(self) -> tuple[str, str, str] | None:
        """What stands before and after the MAC in the header, and `hex` or `base64` between.

        None when the header holds the MAC of another secret.
        """
        _, value = self.signature
        for name, text in (
            ("hex", self.mac.hex()),
            ("base64", base64.b64encode(self.mac).decode()),
        ):
            before, found, after = value.partition(text)
            if found:
                return before, name, after
        return None

    def verdict(self, right: Pair) -> Diagnosis:
        """Judge it as the wallet's door does, and name the first difference."""
        message = Message(self.body, headers_of(self.headers.items()), path=self.path)
        return diagnose(Request(self.scheme, message, self.now), [Known(right, live=True)])


class Counterpart:
    """A protocol on the local stack: where the wallet answers it, and what signs for it."""

    def __init__(self, name: str, stack: Mapping[str, Any]) -> None:
        if name not in VERBS:
            raise AdminError("invalid_request", f"a protocol is one of {', '.join(VERBS)}")
        own = stack if name == "igsp" else stack["dialects"].get(name)
        if not own:
            raise AdminError("invalid_request", f"{name} does not play on this stack: make run")
        self.name, self.scheme, self._own = name, family(name), own
        key = own.get("api_key") or own.get("public_key") or own["key_id"]
        self.pair = Pair(key, own["secret_key"], CURRENT)
        self.url = str(own["hooks_url" if name == "igsp" else "url"])
        self._kit = _KITS[name](Access(self.url, key, own["secret_key"], own))
        self.seats = _seats(name, stack)

    @property
    def tampers(self) -> dict[str, str]:
        """How its requests can be spoilt; Flexsoft signs no time."""
        return {k: said for k, said in TAMPERS.items() if k != "old" or self.name != "flexsoft"}

    def write(self, wanted: Wanted) -> str:
        """Return the body of a request; raises `AdminError` for a verb or an amount of no sense."""
        self._checked(wanted.verb)
        try:
            minor = parse_major(wanted.amount, wanted.seat.currency)
        except ValueError as error:
            raise AdminError("invalid_request", str(error)) from error
        letter = self._kit.letter(wanted.verb, wanted.name, minor, wanted.seat)
        given = {"round": wanted.round, "of": wanted.of}
        ids = {
            self._kit.places_of_ids[name]: given[name]
            for name in VERBS[self.name][wanted.verb]
            if given[name]
        }
        return encode({**letter.fields, **ids}).decode("utf-8", "replace")

    def seal(self, verb: str, text: str, key: str, tamper: str, now: float) -> Composed:
        """Sign a body, and spoil the request if wanted; raises `AdminError`."""
        self._checked(verb)
        body = text.replace("\r\n", "\n").encode("utf-8", "replace")
        if len(body) > _LONGEST or not _ID.fullmatch(key) or tamper not in self.tampers:
            said = "a body is at most 64 KB, a key 128 printable characters, a tampering one listed"
            raise AdminError("invalid_request", said)
        path = str(self._own.get("path_base", "")) + self._path(verb)
        pair = Pair(self.pair.api_key, self.pair.secret_key + "x", CURRENT)
        signer = pair if tamper == "secret" else self.pair
        moment = int(now) - (_OLD_S if tamper == "old" else 0)
        itself = {
            "X-Brand-Id": self._own.get("brand_id", ""),
            "X-Region": self._own.get("region", ""),
            "X-Provider-Id": self._own.get("provider_id", ""),
        }
        headers = self.scheme.sign(body, signer, moment, Particulars("", key, path, itself))
        url, sent = self.url + self._path(verb), _changed(body) if tamper == "byte" else body
        return Composed(self.scheme, signer, url, path, body, sent, headers, now)

    def token(self) -> Mapping[str, str]:
        """Return the header with a fresh access token, where the protocol wants one."""
        if self.name != "winupgo":
            return {}
        return {"Authorization": f"Bearer {Caller(**self._own).token()}"}

    def _path(self, verb: str) -> str:
        return self._kit.letter(verb, "x", 0, Seat("", "EUR", "")).path

    def _checked(self, verb: str) -> None:
        if verb not in VERBS[self.name]:
            said = f"{self.name} asks {', '.join(VERBS[self.name])}"
            raise AdminError("invalid_request", said)


def steps(made: Composed) -> list[tuple[str, str]]:
    """Return how the signature came about, step by step, without the secret."""
    string, (name, value) = b"".join(part.value for part in made.parts), made.signature
    digest = hashlib.sha256(made.signed).hexdigest()
    spelling = made.spelling
    return [
        ("The body", f"{len(made.signed)} bytes, SHA-256 {digest}"),
        ("The string to sign", f"{len(string)} bytes: {', '.join(p.name for p in made.parts)}"),
        ("HMAC-SHA256 of it with the secret", made.mac.hex()),
        (f"Written as {spelling[1] if spelling else 'the protocol says'} in {name}", value),
    ]


def _changed(body: bytes) -> bytes:
    """Return a body with its last digit changed, or its last character when it has no digit."""
    text = body.decode()
    at = max((at for at, char in enumerate(text) if char in "0123456789"), default=len(text) - 1)
    return (text[:at] + ("2" if text[at : at + 1] == "1" else "1") + text[at + 1 :]).encode()


def _seats(name: str, stack: Mapping[str, Any]) -> Sequence[Seat]:
    if name != "flexsoft":
        return [Seat(p["player_id"], p["currency"], p["session_id"]) for p in stack["players"]]
    return [
        Seat(p["user_id"], p["currency"], p["session_token"], extra={"user_token": p["user_token"]})
        for p in stack["dialects"][name]["players"]
    ]
