"""`ops sign` and `ops verify-signature`: every family, every usual mistake, and no secret shown."""

import hashlib

import pytest

from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from testing.signatures import API_KEY, BODY, NAMES, NOW, REQUEST_ID, secret_of
from tests.functional.ops.signer import Signer

TIME = b"2025-10-17T12:03:45Z"

every_family = pytest.mark.parametrize("console", NAMES, indirect=True)


@every_family
def test_what_is_signed_is_verified(console: Signer) -> None:
    code, said = console.verify(console.sign())

    assert (code, said["verdict"], said["signed_with"]) == (0, "accepted", "current")
    assert said["first_difference"] is None
    assert said["family"] == console.name


@every_family
def test_neither_verb_shows_a_secret_or_a_value_of_the_body(console: Signer) -> None:
    console.verify(console.sign(), BODY + b"\n")
    console.verify({"X-Signature": "0" * 64})

    for label in ("current", "previous"):
        lines = [line for line in secret_of(console.name, label).splitlines() if "---" not in line]
        assert not any(line in console.ops.printed for line in lines)
    assert "player-912" not in console.ops.printed
    assert (
        console.ops.printed.count("no version of the secret") >= 1 or console.name == "igv-seller"
    )


@every_family
def test_it_says_which_bytes_were_signed(console: Signer) -> None:
    _, said = console.verify(console.sign())
    signed = said["signed"]
    shown = {part["name"]: part for part in signed["parts"]}

    if console.name == "igv-seller":
        assert (signed["body_is_signed"], signed["without_the_secret"]) == (False, True)
        assert shown["secret"] == {"name": "secret", "shown": "not shown"}
        assert "proves nothing" in console.ops.printed
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
def test_a_previous_version_is_named(console: Signer) -> None:
    secret = secret_of(console.name, "previous")
    particulars = Particulars(request_id=REQUEST_ID)
    headers = family(console.name).sign(BODY, Pair(API_KEY, secret), NOW, particulars)
    _, said = console.verify(headers)

    assert said["signed_with"] in {"previous", "previous (no longer live)"}


@every_family
def test_a_secret_that_is_not_ours_is_not_explained_away(console: Signer) -> None:
    secret = secret_of(console.name, "of somebody else")
    particulars = Particulars(request_id=REQUEST_ID)
    headers = family(console.name).sign(BODY, Pair(API_KEY, secret), NOW, particulars)

    assert console.differs(headers).startswith("bytes or secret: no known mistake")


@every_family
def test_each_header_is_looked_for_in_its_turn(console: Signer) -> None:
    headers = console.sign()
    for name in headers:
        rest = {key: value for key, value in headers.items() if key != name}
        assert console.differs(rest) == f"{name}: the header is missing"
        twice = console.differs(headers, BODY, "-H", f"{name.lower()}: {headers[name]}")
        assert twice == f"{name}: the header is there 2 times"


@pytest.mark.parametrize("console", ["igsp", "invo", "igv-seller", "igv-merchant"], indirect=True)
def test_an_old_request_is_told_from_a_wrong_one(console: Signer) -> None:
    headers = console.sign()
    late, early = str(NOW + 3600), "2025-10-17T12:00:00+01:00"

    assert console.differs(headers, BODY, "--at", late).startswith(
        "time: it lies 3600 s in the past"
    )
    assert "s in the future" in console.differs(headers, BODY, "--at", early)
    _, said = console.verify(headers, BODY, "--at", late)
    assert (said["verdict"], said["signed_with"]) == ("timestamp_out_of_range", "current")


def test_a_key_of_somebody_else_is_found_before_the_signature(console: Signer) -> None:
    headers = {**console.sign(), "Authorization": "Bearer another-key"}

    assert "names a key that is not this integration's" in console.differs(headers)


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
    console: Signer, theirs: bytes, said: str
) -> None:
    headers = console.sign()
    _, answer = console.verify(headers, BODY, "--signed-bytes", console.file(theirs, "theirs"))

    assert said in answer["compared"]


@pytest.mark.parametrize("console", ["igv-seller"], indirect=True)
def test_a_difference_in_the_secret_is_told_without_showing_it(console: Signer) -> None:
    headers = console.sign()
    theirs = (headers["X-Timestamp"] + headers["X-Request-Id"] + "another secret").encode()
    _, answer = console.verify(headers, BODY, "--signed-bytes", console.file(theirs, "theirs"))

    assert answer["compared"] == "secret: from byte 45 on, where the secret stands, they differ"


def test_headers_may_come_from_a_file_and_the_body_from_stdin(console: Signer) -> None:
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
    console: Signer, arguments: tuple[str, str]
) -> None:
    code, said = console.verify(console.sign(), BODY, *arguments)

    assert (code, said["error"]) == (1, "invalid_request")


@pytest.mark.parametrize("console", ["igv-merchant"], indirect=True)
def test_what_cannot_be_signed_is_an_error(console: Signer) -> None:
    file = console.file(b"1")
    code, said = console.run("sign", file, "--integration", "acme")

    assert (code, said["error"]) == (1, "invalid_request")
    assert "runs into the nonce" in said["message"]
