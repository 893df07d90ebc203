"""Sign a body as a provider does, and say why a signature that somebody sent does not match."""

import json
import re
import secrets
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from botocore.exceptions import ClientError

from casino.base.headers import Headers, headers_of
from casino.dialects.registry import family
from casino.integrations.model import Secret
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.signing.scheme import Particulars, Scheme, UnsignableError
from ops.checks import existing_integration
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, fields
from ops.signature.report import Known, Request, compare, diagnose, shown

FileArgument = Annotated[
    str, typer.Argument(help="The body, byte for byte; - reads it from stdin.")
]
IntegrationOption = Annotated[
    str | None, typer.Option(help="Whose secret it is; without it, the local stack's own.")
]
QueryOption = Annotated[str, typer.Option(help="The query of the URL, without ? (igv-merchant).")]

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_LABELS = ("current", "pending", "previous")


def sign(
    operations: Operations,
    file: FileArgument,
    integration: IntegrationOption = None,
    query: QueryOption = "",
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
    name, (current, *_) = _known(operations, integration)
    key = current.version.secret_key
    # 32 characters: the longest nonce that igv-merchant takes, which is its safest.
    particulars = Particulars(query, request_id or secrets.token_hex(16))
    scheme = _scheme(name)
    try:
        headers = scheme.sign(body, current.api_key, key, operations.clock.now(), particulars)
    except UnsignableError as error:
        raise OpsError("invalid_request", str(error)) from error
    received = headers_of(headers.items())
    signed = shown(scheme.parts(body, received, key, particulars))
    lines = [f"{header}: {value}" for header, value in headers.items()]
    if curl is None:
        return Output({"family": name, "headers": headers, "signed": signed}, lines)
    command = _command(curl, lines, file)
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
    at: Annotated[
        str | None,
        typer.Option(help="When it arrived (ISO 8601 or seconds since 1970); without it, now."),
    ] = None,
    signed_bytes: Annotated[
        Path | None,
        typer.Option(help="What the sender says it signed, byte for byte, to be compared."),
    ] = None,
) -> Output:
    """Say what of a request was signed, and the first thing that differs."""
    body, now = _read(file), _moment(at) if at else operations.clock.now()
    headers = _headers(header or [], headers_file)
    name, known = _known(operations, integration)
    request = Request(_scheme(name), body, headers, Particulars(query), now)
    diagnosis = diagnose(request, known)
    parts = request.parts(known[0].version.secret_key)
    data: dict[str, Any] = {
        "family": name,
        "verdict": diagnosis.verdict,
        "signed_with": diagnosis.fits,
        "first_difference": diagnosis.first_difference,
        "signed": shown(parts),
    }
    if signed_bytes is not None:
        data["compared"] = compare(parts, _read(str(signed_bytes))) or "the same bytes"
    return Output(data, _lines(data), exit_code=0 if diagnosis.verdict == "accepted" else 1)


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
    if "compared" in data:
        rows.append(("compared", data["compared"]))
    return fields(rows)


def _scheme(name: str) -> Scheme:
    try:
        return family(name)
    except LookupError as error:
        raise OpsError("invalid_request", str(error)) from error


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


def _known(operations: Operations, integration: str | None) -> tuple[str, list[Known]]:
    """Return the signature family and every version of the secret, the current one first."""
    if integration is None:
        if operations.sandbox is None:
            raise OpsError("invalid_request", "say whose secret it is with --integration")
        sandbox = operations.sandbox
        secret = Secret("current", sandbox.api_key, sandbox.secret_key)
        return "igsp", [Known(secret, secret.api_key, live=True)]
    provider = existing_integration(operations, integration)
    keyring = SecretsManagerKeyring(operations.secrets, operations.clock)
    keyring.refresh(provider)
    live = {secret.label for secret in keyring.live(provider)}
    found = [_version(operations, provider.secret_name, label) for label in _LABELS]
    versions = [secret for secret in found if secret is not None]
    if not versions or versions[0].label != "current":
        raise OpsError("unavailable", f"the secret of {integration} is not readable")
    known = [Known(secret, secret.api_key, secret.label in live) for secret in versions]
    return provider.family, known


def _version(operations: Operations, secret_name: str, label: str) -> Secret | None:
    stage = f"AWS{label.upper()}"
    try:
        answer = operations.secrets.get_secret_value(SecretId=secret_name, VersionStage=stage)
        given = json.loads(answer["SecretString"])
        return Secret(label, given["api_key"], given["secret_key"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    except (ValueError, KeyError, TypeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("unavailable", f"{secret_name} ({label}) is not readable") from None


def _command(url: str, headers: list[str], file: str) -> str:
    source = "@-" if file == "-" else f"@{file}"
    lines = ["Content-Type: application/json", *headers]
    options = " ".join(f"-H {shlex.quote(line)}" for line in lines)
    return f"curl -sS -X POST {shlex.quote(url)} {options} --data-binary {shlex.quote(source)}"


VERBS: Final = {"sign": sign, "verify-signature": verify_signature}
