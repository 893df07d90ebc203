"""Every signature family with a valid request, for the tests that hold for all of them."""

import subprocess
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Self

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Family, Message, Particulars

NAMES: Final = ("igsp", "flexsoft", "invo", "igv-seller", "igv-merchant", "winupgo")
NOW: Final = 1_760_702_625.0
BODY: Final = '{"action":"balance","player_id":"player-912","note":"Ü €"}'.encode()
REQUEST_ID: Final = "2002986662652579841a1b2c3d4e5f6a"
PATH: Final = "/winupgo/v1/bets/authorize"
QUERY: Final = "param2=value2&param1=value1"
API_KEY: Final = "pk_live_7"


def live(label: str, secret_key: str) -> Pair:
    """Return a version of a secret."""
    return Pair(API_KEY, secret_key, label)


@cache
def rsa_key(name: str = "ours", bits: int = 2048) -> str:
    """Return the private key of that name, made by openssl once in a run, in PEM."""
    return openssl("genrsa", str(bits)).decode()


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """Return what the openssl command line answers."""
    command = ["openssl", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def secret_of(name: str, which: str = "current") -> str:
    """Return a secret that a family can sign with."""
    return rsa_key(which) if name == "igv-merchant" else f"91b2c7a4aadb48b62e-{which}"


@dataclass(frozen=True)
class Signed:
    """A request as it arrives; what a test changes is replaced, not set."""

    name: str
    body: bytes
    headers: dict[str, list[str]]
    versions: tuple[Pair, ...]
    now: float = NOW
    query: str = ""
    path: str = PATH

    @property
    def scheme(self) -> Family:
        return family(self.name.partition("+")[0])

    @property
    def message(self) -> Message:
        return Message(self.body, self.headers, self.query, path=self.path)

    @property
    def signature(self) -> str:
        """The name of the header that holds the signature."""
        return self.scheme.headers[-1].lower()

    def verify(self) -> str:
        return self.scheme.verify(self.message, self.versions, self.now)

    def with_header(self, name: str, *values: str) -> Self:
        return replace(self, headers={**self.headers, name.lower(): list(values)})

    def without(self, name: str) -> Self:
        kept = {key: value for key, value in self.headers.items() if key != name.lower()}
        return replace(self, headers=kept)


def signed(name: str, body: bytes = BODY, which: str = "current", now: float = NOW) -> Signed:
    """Return a request that `which` version of the secret signed; three versions are live."""
    query = QUERY if name == "igv-merchant" else ""
    particulars = Particulars(query=query, request_id=REQUEST_ID, path=PATH)
    headers = family(name).sign(body, live(which, secret_of(name, which)), now, particulars)
    labels = ("current", "pending", "previous")
    versions = tuple(live(label, secret_of(name, label)) for label in labels)
    return Signed(name, body, headers_of(headers.items()), versions, now, query)
