"""Our verification against an independent implementation of RFC 9421, both ways."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from casino.base.headers import headers_of
from casino.dialects.winupgo.signature import COVERED, WinupgoFamily, content_digest
from casino.signing.pair import Pair
from casino.signing.scheme import Message, Particulars, SignatureRefusedError, UnsignableError

PATH = "/winupgo/v1/bets/settle"
URL = f"https://casino.example{PATH}"
BODY = b'{"bet_id":"b1"}'
SECRET = "91b2c7a4aadb48b62e-current"
FAMILY = WinupgoFamily()
ED_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ED_PUBLIC = base64.b64encode(ED_KEY.public_key().public_bytes_raw()).decode()
HMAC_PAIR = Pair("key-1", SECRET, "current")
ED_PAIR = Pair("key-1", f"ed25519:{ED_PUBLIC}", "current")
#: The library refuses what was signed long ago, so that one moment is taken for all.
MOMENT = datetime.now(UTC)
NOW = MOMENT.timestamp()


def signed_anew(sent: "Sent") -> None:
    """Sign a request that was changed, with the shared secret."""
    base = b"".join(part.value for part in FAMILY.parts(sent.message, SECRET))
    mac = base64.b64encode(hmac.digest(SECRET.encode(), base, "sha256")).decode()
    sent.headers["Signature"] = f"sig1=:{mac}:"


@dataclass
class Sent:
    """A request as the library takes one."""

    headers: dict[str, str] = field(
        default_factory=lambda: {
            "X-Idempotency-Key": "k1",
            "X-Brand-Id": "brand-7",
            "X-Region": "EU",
            "X-Provider-Id": "studio",
            "Content-Digest": content_digest(BODY),
        }
    )
    method: str = "POST"
    url: str = URL

    @property
    def message(self) -> Message:
        return Message(BODY, headers_of(self.headers.items()), path=PATH)


class Keys(HTTPSignatureKeyResolver):
    """One key of each kind."""

    def __init__(self, algorithm: Any) -> None:
        self.secret = SECRET.encode() if algorithm is algorithms.HMAC_SHA256 else ED_KEY

    def resolve_private_key(self, key_id: str) -> Any:
        return self.secret

    def resolve_public_key(self, key_id: str) -> Any:
        return self.secret if isinstance(self.secret, bytes) else self.secret.public_key()


def signed(algorithm: Any, components: tuple[str, ...] = COVERED, **more: Any) -> Sent:
    sent = Sent()
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(algorithm))
    created = more.pop("created", MOMENT)
    signer.sign(
        sent,
        key_id="key-1",
        covered_component_ids=components,
        use_existing_digest=True,
        created=created,
        **more,
    )
    return sent


@pytest.mark.parametrize(
    ("algorithm", "pair"), [(algorithms.HMAC_SHA256, HMAC_PAIR), (algorithms.ED25519, ED_PAIR)]
)
def test_what_the_library_signs_is_accepted(algorithm: Any, pair: Pair) -> None:
    for more in ({}, {"label": "wug"}, {"nonce": "n-1"}, {"include_alg": False}):
        sent = signed(algorithm, **more)
        assert FAMILY.verify(sent.message, [pair], NOW) == "current"
        assert FAMILY.credential(sent.message.headers) == "key-1"
    for components in (COVERED[::-1], (*COVERED, "x-trace-id")):
        sent = Sent()
        sent.headers["X-Trace-Id"] = "tr_1"
        keys = Keys(algorithm)
        signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=keys)
        signer.sign(
            sent,
            key_id="key-1",
            covered_component_ids=components,
            use_existing_digest=True,
            created=MOMENT,
        )
        assert FAMILY.verify(sent.message, [pair], NOW) == "current"


def test_what_we_sign_the_library_accepts() -> None:
    given = {name: value for name, value in Sent().headers.items() if name.startswith("X-")}
    headers = FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars(path=PATH, headers=given))
    keys = Keys(algorithms.HMAC_SHA256)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=keys)
    (result,) = verifier.verify(Sent(headers))
    assert set(result.covered_components) >= {f'"{name}"' for name in COVERED}


def test_a_request_says_of_itself_what_the_particulars_say() -> None:
    said = {"X-Brand-Id": "brand-7", "X-Region": "EU"}
    headers = FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars("", "k2", PATH, said))
    names = ("X-Idempotency-Key", "X-Brand-Id", "X-Region", "X-Provider-Id")
    assert [headers[name] for name in names] == ["k2", "brand-7", "EU", "-"]
    again = FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars(headers={"X-Idempotency-Key": "k1"}))
    assert again["X-Idempotency-Key"] == "k1"


@pytest.mark.parametrize("left_out", COVERED)
@pytest.mark.parametrize("algorithm", [algorithms.HMAC_SHA256, algorithms.ED25519])
def test_a_signature_that_leaves_one_component_out_is_refused(
    algorithm: Any, left_out: str
) -> None:
    sent = signed(algorithm, tuple(name for name in COVERED if name != left_out))
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(sent.message, [HMAC_PAIR, ED_PAIR], NOW)


def test_a_key_of_one_kind_verifies_nothing_of_the_other() -> None:
    for algorithm, pair in [(algorithms.HMAC_SHA256, ED_PAIR), (algorithms.ED25519, HMAC_PAIR)]:
        sent = signed(algorithm)
        with pytest.raises(SignatureRefusedError):
            FAMILY.verify(sent.message, [pair], NOW)
    public_as_secret = Pair("key-1", ED_PUBLIC, "current")
    with pytest.raises(SignatureRefusedError):
        FAMILY.verify(signed(algorithms.ED25519).message, [public_as_secret], NOW)


@pytest.mark.parametrize(("algorithm", "fits"), [("hmac-sha256", True), ("ed25519", False)])
def test_a_signature_fits_only_the_algorithm_that_it_names(algorithm: str, fits: bool) -> None:
    sent = Sent(FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars(path=PATH)))
    said = sent.headers["Signature-Input"]
    sent.headers["Signature-Input"] = said.replace("hmac-sha256", algorithm)
    signed_anew(sent)
    if fits:
        assert FAMILY.verify(sent.message, [HMAC_PAIR], NOW) == "current"
        return
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(sent.message, [HMAC_PAIR], NOW)


@pytest.mark.parametrize("key", ["", "AAAA", "not base64", ED_PUBLIC[:-4]])
def test_an_odd_public_key_verifies_nothing(key: str) -> None:
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(
            signed(algorithms.ED25519).message, [Pair("key-1", f"ed25519:{key}", "current")], NOW
        )


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("created={}", 'created="{}"'),
        (";created={}", ""),
        ('keyid="key-1"', "keyid=1"),
        (';keyid="key-1"', ""),
        ('alg="hmac-sha256"', "alg=1"),
    ],
)
def test_a_parameter_that_is_missing_or_of_the_wrong_kind_is_refused(
    said: str, instead: str
) -> None:
    sent, created = signed(algorithms.HMAC_SHA256), int(NOW)
    given = sent.headers["Signature-Input"]
    assert said.format(created) in given
    changed = given.replace(said.format(created), instead.format(created))
    sent.headers["Signature-Input"] = changed
    message = sent.message
    calls: dict[str, Callable[[], str]] = {
        "created": lambda: FAMILY.verify(message, [HMAC_PAIR], NOW),
        "keyid": lambda: FAMILY.credential(message.headers),
        "alg": lambda: FAMILY.verify(message, [HMAC_PAIR], NOW),
    }
    with pytest.raises(SignatureRefusedError) as refused:
        calls[said.strip(";").partition("=")[0]]()
    assert refused.value.reason == "invalid_signature"


@pytest.mark.parametrize(
    ("header", "said", "instead"),
    [
        ("Signature-Input", '("@method"', '("@method" "@method"'),
        ("Signature-Input", ";alg=", ';nonce="n-1";nonce="n-2";alg='),
        ("Signature-Input", '("@method"', '("@authority" "@method"'),
        ("X-Region", "EU", "EU "),
        ("X-Region", "EU", "E\tU"),
        ("X-Region", "EU", "Ü"),
        ("Content-Digest", ":", "::"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_whoever_signs_it(
    header: str, said: str, instead: str
) -> None:
    given = {"X-Region": "EU"}
    sent = Sent(FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars(path=PATH, headers=given)))
    sent.headers[header] = sent.headers[header].replace(said, instead)
    signed_anew(sent)
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(sent.message, [HMAC_PAIR], NOW)


def test_with_a_public_key_nothing_is_signed() -> None:
    with pytest.raises(UnsignableError):
        FAMILY.sign(BODY, ED_PAIR, NOW)


def test_white_space_counts_where_a_structured_field_has_none() -> None:
    sent = signed(algorithms.HMAC_SHA256)
    said = sent.headers["Signature-Input"]
    sent.headers["Signature-Input"] = said.replace(";", " ;")
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(sent.message, [HMAC_PAIR], NOW)
    sent.headers["Signature-Input"] = said.replace(";", ";  ").replace('" "', '"  "')
    assert FAMILY.verify(sent.message, [HMAC_PAIR], NOW) == "current"


def test_a_signature_that_says_when_it_ends_ends_then() -> None:
    expires = datetime.fromtimestamp(NOW + 10, UTC)
    sent = signed(algorithms.HMAC_SHA256, expires=expires)
    assert FAMILY.verify(sent.message, [HMAC_PAIR], int(NOW + 10)) == "current"
    with pytest.raises(SignatureRefusedError, match=r"^timestamp_out_of_range$"):
        FAMILY.verify(sent.message, [HMAC_PAIR], NOW + 11)


@pytest.mark.parametrize(
    ("digest", "accepted"),
    [
        ("sha-512=:{sha512}:", True),
        ("sha-256=:{sha256}:, sha-512=:{sha512}:", True),
        ("sha-256=:{sha512}:", False),
        ("sha-256=:{sha256}:, sha-512=:{sha256}:", False),
        ("md5=:{sha256}:", False),
        ("sha-256={sha256}", False),
        ("sha-256=:AAAAA:", False),
        ("sha-256=:{respelled}:", False),
    ],
)
def test_every_digest_that_is_named_must_be_the_bodys(digest: str, accepted: bool) -> None:
    sums = {
        name: base64.b64encode(hashlib.new(name, BODY).digest()).decode()
        for name in ("sha256", "sha512")
    }
    spelled = sums["sha256"]
    sums["respelled"] = f"{spelled[:-2]}{chr(ord(spelled[-2]) + 1)}="  # two bits to spare
    assert base64.b64decode(sums["respelled"]) == base64.b64decode(spelled)
    sent = Sent(FAMILY.sign(BODY, HMAC_PAIR, NOW, Particulars(path=PATH)))
    sent.headers["Content-Digest"] = digest.format(**sums)
    signed_anew(sent)
    if accepted:
        assert not list(FAMILY.faults(sent.message))
        assert FAMILY.verify(sent.message, [HMAC_PAIR], NOW) == "current"
        return
    with pytest.raises(SignatureRefusedError, match=r"^invalid_signature$"):
        FAMILY.verify(sent.message, [HMAC_PAIR], NOW)
