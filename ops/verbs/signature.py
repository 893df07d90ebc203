"""Signs a body as a provider does, and says why a signature that somebody sent does not match."""

import re
import secrets
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from casino.base.headers import Headers, headers_of
from casino.signing.scheme import Message, Particulars, UnsignableError
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, fields
from ops.signature.report import Request, compare, diagnose, shown
from ops.signature.sign import curl_command, known_versions, scheme_of, self_description

FileArgument = Annotated[
    str, typer.Argument(help="The body, byte for byte; - reads it from stdin.")
]
IntegrationOption = Annotated[
    str | None, typer.Option(help="Whose secret it is; without it, the local stack's own.")
]
PathOption = Annotated[
    str, typer.Option(help="The path of the URL, without API Gateway's stage (winupgo).")
]
AtOption = Annotated[
    str | None,
    typer.Option(help="When it arrived (ISO 8601 or seconds since 1970); without it, now."),
]
QueryOption = Annotated[str, typer.Option(help="The query of the URL, without ? (igv-merchant).")]

_NO_PATH: Final = "without --path the path is taken as empty, and this family signs it"
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")


def sign(
    operations: Operations,
    file: FileArgument,
    integration: IntegrationOption = None,
    query: QueryOption = "",
    path: PathOption = "",
    request_id: Annotated[
        str | None,
        typer.Option(help="Idempotency key, request id or nonce; without it, a random one."),
    ] = None,
    curl: Annotated[
        str | None, typer.Option(help="Print a command that posts it there.", metavar="URL")
    ] = None,
) -> Output:
    """Print the headers that make a body a valid request for the next five minutes."""
    body = _read(file)
    name, (current, *_) = known_versions(operations, integration)
    pair = current.pair
    # 32 characters: the longest nonce that igv-merchant takes, which is its safest.
    particulars = Particulars(
        query, request_id or secrets.token_hex(16), path, self_description(operations, integration)
    )
    scheme = scheme_of(name)
    try:
        headers = scheme.sign(body, pair, int(operations.clock.now()), particulars)
    except UnsignableError as error:
        raise OpsError("invalid_request", str(error)) from error
    message = Message(body, headers_of(headers.items()), query, path=path)
    signed = shown(scheme.parts(message, pair.secret_key))
    lines = [f"{header}: {value}" for header, value in headers.items()]
    if curl is None:
        return Output({"family": name, "headers": headers, "signed": signed}, lines)
    command = curl_command(curl, lines, file)
    data = {"family": name, "headers": headers, "signed": signed, "curl": command}
    return Output(data, [command])


def verify_signature(
    operations: Operations,
    file: FileArgument,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", help="A header as it arrived, repeated: 'Name: value'."),
    ] = None,
    headers_file: Annotated[
        Path | None, typer.Option(help="The headers as they arrived, one to a line.")
    ] = None,
    integration: IntegrationOption = None,
    query: QueryOption = "",
    path: PathOption = "",
    at: AtOption = None,
    signed_bytes: Annotated[
        Path | None,
        typer.Option(help="What the sender says it signed, byte for byte, to be compared."),
    ] = None,
) -> Output:
    """Say which bytes of a request were signed, and name the first difference."""
    now = _moment(at) if at else operations.clock.now()
    message = Message(_read(file), _headers(header or [], headers_file), query, path=path)
    name, known = known_versions(operations, integration)
    request = Request(scheme_of(name), message, now)
    diagnosis = diagnose(request, known)
    parts = request.parts(known[0].pair.secret_key)
    data: dict[str, Any] = {
        "family": name,
        "verdict": diagnosis.verdict,
        "signed_with": diagnosis.fits,
        "first_difference": diagnosis.first_difference,
        "signed": shown(parts),
    }
    if not path and "@path" in (part.name for part in parts):
        data["note"] = _NO_PATH
    if signed_bytes is not None:
        data["compared"] = compare(parts, _read(str(signed_bytes))) or "the same bytes"
    return Output(data, _lines(data), exit_code=int(diagnosis.verdict != "accepted"))


def _lines(data: Mapping[str, Any]) -> list[str]:
    signed = data["signed"]
    without = ", without the secret" if signed["without_the_secret"] else ""
    rows = [
        ("family", data["family"]),
        ("verdict", data["verdict"]),
        ("signed with", data["signed_with"] or "no version of the secret"),
        ("first difference", data["first_difference"] or "none"),
        ("signed bytes", f"{signed['bytes']}, SHA-256 {signed['sha256']}{without}"),
    ]
    for part in signed["parts"]:
        size = f"{part['bytes']} bytes, SHA-256 {part['sha256']}, " if "bytes" in part else ""
        rows.append((f"  {part['name']}", f"{size}{part['shown']}"))
    if not signed["body_is_signed"]:
        rows.append(("note", "this family does not sign the body: it proves nothing about it"))
    if "note" in data:
        rows.append(("note", data["note"]))
    if "compared" in data:
        rows.append(("compared", data["compared"]))
    return fields(rows)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be read") from error


def _moment(at: str) -> float:
    try:
        return float(at) if at.replace(".", "", 1).isdigit() else _iso(at)
    except ValueError:
        message = f"{at} is no time: 2025-10-17T12:03:45Z, or seconds since 1970"
        raise OpsError("invalid_request", message) from None


def _iso(at: str) -> float:
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError
    return moment.timestamp()


def _headers(given: list[str], file: Path | None) -> Headers:
    lines = [*given]
    if file is not None:
        lines += _read(str(file)).decode("utf-8", "surrogateescape").splitlines()
    pairs = []
    for line in filter(str.strip, lines):
        found = _HEADER.fullmatch(line.strip())
        if found is None:
            raise OpsError("invalid_request", "a header is written as 'Name: value'")
        pairs.append((found[1], found[2]))
    return headers_of(pairs)


VERBS: Final = {"sign": sign, "verify-signature": verify_signature}
