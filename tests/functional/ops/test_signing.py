"""`ops sign` and `ops verify-signature`: every family, every usual mistake, and no secret shown."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from casino.aws.clients import secrets_client
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from casino.wiring.stack import Stack
from ops.cli import Invocation, app
from ops.context import Operations
from testing.clock import FakeClock
from testing.signatures import API_KEY, BODY, NAMES, NOW, REQUEST_ID, rsa_key, secret_of
from testing.world import World

PENDING_KEY = "pk_live_8"


@dataclass
class Console:
    """Runs the verbs for one family's integration, `acme`; keeps all that they print."""

    name: str
    operations: Operations
    folder: Path
    printed: str = ""

    def run(self, *arguments: str, stdin: bytes = b"") -> tuple[int, dict[str, Any]]:
        obj = Invocation(operations=self.operations)
        plain = CliRunner().invoke(app, list(arguments), input=stdin, obj=obj)
        result = CliRunner().invoke(app, [*arguments, "--json"], input=stdin, obj=obj)
        for said in (plain, result):
            if said.exception is not None and not isinstance(said.exception, SystemExit):
                raise said.exception
            self.printed += said.output
        return result.exit_code, json.loads(result.stdout)

    def file(self, content: bytes, name: str = "body.json") -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def sign(self, body: bytes = BODY, *options: str) -> dict[str, str]:
        code, said = self.run("sign", self.file(body), "--integration", "acme", *options)
        assert code == 0, said
        headers: dict[str, str] = said["headers"]
        return headers

    def verify(
        self, headers: dict[str, str], body: bytes = BODY, *options: str
    ) -> tuple[int, dict[str, Any]]:
        given = [item for pair in headers.items() for item in ("-H", ": ".join(pair))]
        file = self.file(body)
        return self.run("verify-signature", file, "--integration", "acme", *given, *options)

    def differs(self, headers: dict[str, str], body: bytes = BODY, *options: str) -> str:
        code, said = self.verify(headers, body, *options)
        assert (code, said["verdict"] == "accepted") == (1, False), said
        return str(said["first_difference"])


@pytest.fixture
def console(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Console:
    name = getattr(request, "param", "igsp")
    secret_name = "test/integration/acme"
    world.registry.put(Integration("acme", name, secret_name), (API_KEY,))
    for label, api_key in (("previous", API_KEY), ("current", API_KEY)):
        text = json.dumps({"api_key": api_key, "secret_key": secret_of(name, label)})
        if label == "previous":
            secrets_client().create_secret(Name=secret_name, SecretString=text)
        else:
            secrets_client().put_secret_value(SecretId=secret_name, SecretString=text)
    operations = Operations(
        stack=Stack("test", world.tables, "test/integration/"),
        dynamodb=world.client,
        secrets=secrets_client(),
        logs=None,
        cloudformation=None,
        clock=FakeClock(NOW),
    )
    return Console(name, operations, tmp_path)


every_family = pytest.mark.parametrize("console", NAMES, indirect=True)


@every_family
def test_what_is_signed_is_verified(console: Console) -> None:
    code, said = console.verify(console.sign())

    assert (code, said["verdict"], said["signed_with"]) == (0, "accepted", "current")
    assert said["first_difference"] is None
    assert said["family"] == console.name


@every_family
def test_neither_verb_shows_a_secret_or_a_value_of_the_body(console: Console) -> None:
    console.verify(console.sign(), BODY + b"\n")
    console.verify({"X-Signature": "0" * 64})

    for label in ("current", "previous"):
        lines = [line for line in secret_of(console.name, label).splitlines() if "---" not in line]
        assert not any(line in console.printed for line in lines)
    assert "player-912" not in console.printed
    assert console.printed.count("no version of the secret") >= 1 or console.name == "igv-seller"


@every_family
def test_it_says_which_bytes_were_signed(console: Console) -> None:
    _, said = console.verify(console.sign())
    signed = said["signed"]
    shown = {part["name"]: part for part in signed["parts"]}

    if console.name == "igv-seller":
        assert (signed["body_is_signed"], signed["without_the_secret"]) == (False, True)
        assert shown["secret"] == {"name": "secret", "shown": "not shown"}
        assert "proves nothing" in console.printed
        return
    assert signed["body_is_signed"]
    assert shown["body"] == {
        "name": "body",
        "bytes": len(BODY),
        "sha256": hashlib.sha256(BODY).hexdigest(),
        "shown": "JSON object: action, player_id, note",
    }
    assert signed["bytes"] == sum(part["bytes"] for part in signed["parts"])


@every_family
def test_a_previous_version_is_named(console: Console) -> None:
    secret = secret_of(console.name, "previous")
    particulars = Particulars(request_id=REQUEST_ID)
    headers = family(console.name).sign(BODY, Pair(API_KEY, secret), NOW, particulars)
    _, said = console.verify(headers)

    assert said["signed_with"] in {"previous", "previous (no longer live)"}


@every_family
def test_a_secret_that_is_not_ours_is_not_explained_away(console: Console) -> None:
    secret = secret_of(console.name, "of somebody else")
    particulars = Particulars(request_id=REQUEST_ID)
    headers = family(console.name).sign(BODY, Pair(API_KEY, secret), NOW, particulars)

    assert console.differs(headers).startswith("bytes or secret: no known mistake")


@every_family
def test_each_header_is_looked_for_in_its_turn(console: Console) -> None:
    headers = console.sign()
    for name in headers:
        rest = {key: value for key, value in headers.items() if key != name}
        assert console.differs(rest) == f"{name}: the header is missing"
        twice = console.differs(headers, BODY, "-H", f"{name.lower()}: {headers[name]}")
        assert twice == f"{name}: the header is there 2 times"


@pytest.mark.parametrize("console", ["igsp", "invo", "igv-seller", "igv-merchant"], indirect=True)
def test_an_old_request_is_told_from_a_wrong_one(console: Console) -> None:
    headers = console.sign()
    late, early = str(NOW + 3600), "2025-10-17T12:00:00+01:00"

    assert console.differs(headers, BODY, "--at", late).startswith(
        "time: it lies 3600 s in the past"
    )
    assert "s in the future" in console.differs(headers, BODY, "--at", early)
    _, said = console.verify(headers, BODY, "--at", late)
    assert (said["verdict"], said["signed_with"]) == ("timestamp_out_of_range", "current")


def test_a_key_of_somebody_else_is_found_before_the_signature(console: Console) -> None:
    headers = {**console.sign(), "Authorization": "Bearer another-key"}

    assert "names a key that is not this integration's" in console.differs(headers)


MISTAKES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("line feed", lambda body: body + b"\n", "body: a line feed at its end was signed"),
    ("escaped", lambda body: json.dumps(json.loads(body)).encode(), "body: the JSON was written"),
    ("latin-1", lambda body: body.decode().replace("€", "E").encode("latin-1"), "body: it was"),
    ("empty", lambda body: b"", "body: an empty body was signed"),
]


@pytest.mark.parametrize(("kind", "wrong", "said"), MISTAKES, ids=[kind for kind, *_ in MISTAKES])
@pytest.mark.parametrize("console", ["igsp", "flexsoft", "invo", "igv-merchant"], indirect=True)
def test_a_usual_mistake_with_the_body_is_named(
    console: Console, kind: str, wrong: Callable[[bytes], bytes], said: str
) -> None:
    sent = BODY.replace("€".encode(), b"E") if kind == "latin-1" else BODY

    assert console.differs(console.sign(wrong(sent)), sent).startswith(said)


def _igsp(signature: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {API_KEY}",
        "X-Timestamp": "2025-10-17T12:03:45Z",
        "X-Signature": signature,
    }


def _hmac(signed: bytes, key: bytes = secret_of("igsp").encode()) -> bytes:
    return hmac.digest(key, signed, "sha256")


TIME = b"2025-10-17T12:03:45Z"


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        (_hmac(BODY + TIME).hex().upper(), "X-Signature: the signature is right, its spelling"),
        (base64.b64encode(_hmac(BODY + TIME)).decode(), "X-Signature: the signature is right"),
        ("sha256=" + _hmac(BODY + TIME).hex(), "X-Signature: the signature is right, its spelling"),
        (_hmac(BODY).hex(), "X-Timestamp: it was left out"),
        (_hmac(TIME + BODY).hex(), "order: the pieces were joined back to front"),
        (_hmac(BODY + b"." + TIME).hex(), "order: the pieces were joined with a full stop"),
        (_hmac(BODY + TIME[:-1] + b"+00:00").hex(), "X-Timestamp: it was signed with +00:00"),
        (
            _hmac(BODY + TIME, secret_of("igsp").encode() + b"\n").hex(),
            "secret: a line feed at its end was used",
        ),
    ],
)
def test_a_usual_mistake_in_the_igsp_family_is_named(
    console: Console, signature: str, said: str
) -> None:
    assert console.differs(_igsp(signature)).startswith(said)


@pytest.mark.parametrize("console", ["igv-merchant"], indirect=True)
def test_a_query_that_was_not_sorted_is_named(console: Console) -> None:
    text = b"b=2&a=1" + str(int(NOW)).encode() + REQUEST_ID.encode() + BODY
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = serialization.load_pem_private_key(rsa_key("current").encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    headers = {
        "timestamp": str(int(NOW)),
        "nonce": REQUEST_ID,
        "signature": base64.b64encode(signature).decode(),
    }

    assert console.differs(headers, BODY, "--query", "b=2&a=1").startswith("query: it was not in")
    signed = console.sign(BODY, "--query", "b=2&a=1")
    assert console.verify(signed, BODY, "--query", "b=2&a=1")[0] == 0


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (BODY + TIME, "the same bytes"),
        (BODY.replace(b"912", b"913") + TIME, "byte 42 (byte 42 of it) is 0x32 as received, 0x33"),
        (BODY, f"X-Timestamp: byte {len(BODY)} (byte 0 of it) is 0x32 as received, missing"),
        (BODY + TIME + b"\n", "end: 1 more bytes were signed, the first is 0x0a"),
        (b"", "body: byte 0 (byte 0 of it) is 0x7b as received, missing as signed"),
    ],
)
def test_the_bytes_that_the_sender_signed_are_compared(
    console: Console, theirs: bytes, said: str
) -> None:
    headers = console.sign()
    _, answer = console.verify(headers, BODY, "--signed-bytes", console.file(theirs, "theirs"))

    assert said in answer["compared"]


@pytest.mark.parametrize("console", ["igv-seller"], indirect=True)
def test_a_difference_in_the_secret_is_told_without_showing_it(console: Console) -> None:
    headers = console.sign()
    theirs = (headers["X-Timestamp"] + headers["X-Request-Id"] + "another secret").encode()
    _, answer = console.verify(headers, BODY, "--signed-bytes", console.file(theirs, "theirs"))

    assert answer["compared"] == "secret: from byte 45 on, where the secret stands, they differ"


def test_headers_may_come_from_a_file_and_the_body_from_stdin(console: Console) -> None:
    lines = "".join(f"{name}:{value}\r\n" for name, value in console.sign().items())
    file = console.file(lines.encode(), "headers")
    arguments = ("verify-signature", "-", "--integration", "acme", "--headers-file", file)

    assert console.run(*arguments, stdin=BODY)[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("-H", "no header at all"),
        ("--at", "yesterday"),
        ("--at", "2025-10-17T12:00:00"),
        ("--headers-file", "/does/not/exist"),
        ("--signed-bytes", "/does/not/exist"),
    ],
)
def test_what_cannot_be_understood_is_an_error_and_no_verdict(
    console: Console, arguments: tuple[str, str]
) -> None:
    code, said = console.verify(console.sign(), BODY, *arguments)

    assert (code, said["error"]) == (1, "invalid_request")


@pytest.mark.parametrize("console", ["igv-merchant"], indirect=True)
def test_what_cannot_be_signed_is_an_error(console: Console) -> None:
    file = console.file(b"1")
    code, said = console.run("sign", file, "--integration", "acme")

    assert (code, said["error"]) == (1, "invalid_request")
    assert "runs into the nonce" in said["message"]
