"""`ops sign` and `ops verify-signature`: every family, every option, and no secret shown."""

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
    if console.name == "winupgo":  # by its digest
        assert shown["content-digest"]["bytes"] > 0
        return
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


def test_the_first_difference_is_told_with_the_verdict(console: Signer) -> None:
    headers = console.sign()
    assert console.differs(headers, BODY + b"\n").startswith("body: a line feed at its end")
    twice = console.differs(headers, BODY, "-H", f"x-timestamp: {headers['X-Timestamp']}")
    assert twice == "X-Timestamp: the header is there 2 times"


def test_a_request_is_judged_at_the_time_that_it_arrived(console: Signer) -> None:
    headers = console.sign()
    late, early = str(NOW + 3600), "2025-10-17T12:00:00+01:00"

    assert console.differs(headers, BODY, "--at", late).startswith(
        "time: it lies 3600 s in the past"
    )
    assert "s in the future" in console.differs(headers, BODY, "--at", early)
    _, said = console.verify(headers, BODY, "--at", late)
    assert (said["verdict"], said["signed_with"]) == ("timestamp_out_of_range", "current")


@pytest.mark.parametrize("console", ["igv-merchant"], indirect=True)
def test_a_query_is_signed_in_order_of_its_names(console: Signer) -> None:
    signed = console.sign(BODY, "--query", "b=2&a=1")
    assert console.verify(signed, BODY, "--query", "b=2&a=1")[0] == 0
    assert console.verify(signed, BODY, "--query", "b=2")[0] == 1


@pytest.mark.parametrize(
    ("theirs", "said"), [(BODY + TIME, "the same bytes"), (BODY, "as received, missing as signed")]
)
def test_the_bytes_that_the_sender_signed_are_compared(
    console: Signer, theirs: bytes, said: str
) -> None:
    headers = console.sign()
    _, answer = console.verify(headers, BODY, "--signed-bytes", console.file(theirs, "theirs"))

    assert said in answer["compared"]


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


@pytest.mark.parametrize("console", ["winupgo"], indirect=True)
def test_a_request_names_brand_region_and_provider_of_its_integration(console: Signer) -> None:
    asked = ("X-Brand-Id", "X-Region", "X-Provider-Id")
    assert [console.sign()[name] for name in asked] == ["-", "-", "-"]
    words = ("--brand", "brand-7", "--area", "EU", "--provider", "studio", "--client", "c")
    assert console.run("integration", "access", "acme", *words)[0] == 0

    headers = console.sign()
    assert [headers[name] for name in asked] == ["brand-7", "EU", "studio"]
    assert console.verify(headers)[0] == 0


@pytest.mark.parametrize("console", ["winupgo"], indirect=True)
def test_a_path_that_nobody_named_is_told(console: Signer) -> None:
    path = ("--path", "/winupgo/v1/bets/settle")
    headers = console.sign(BODY, *path)
    _, said = console.verify(headers)
    assert "without --path" in said["note"]
    assert "without --path" in console.ops.printed
    code, said = console.verify(headers, BODY, *path)
    assert (code, "note" in said) == (0, False)
