"""Connect a provider: its credentials go to Secrets Manager, what it may do to the registry."""

import json
import secrets
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from casino.domain.model import Integration
from casino.signing import FAMILIES
from ops.checks import a_currency, a_host, a_name, a_network, a_provider_url
from ops.context import Credentials, Operations
from ops.errors import OpsError
from ops.output import Output, fields
from ops.verbs import verb

app = typer.Typer(no_args_is_help=True, help="Providers' connections.")


def add(
    operations: Operations,
    name: Annotated[str, typer.Argument(help="How the integration is called.")],
    family: Annotated[str, typer.Option(help="How it signs.")] = "igsp",
    currency: Annotated[
        list[str] | None, typer.Option(help="What it may use, repeated; none: every one.")
    ] = None,
    allow_ip: Annotated[
        list[str] | None,
        typer.Option(help="Where it calls from, repeated; none: anywhere.", metavar="CIDR"),
    ] = None,
    refund_unknown_bet: Annotated[
        str, typer.Option(help="The answer to a refund of an unknown bet.", metavar="accept|reject")
    ] = "reject",
    provider_url: Annotated[
        str, typer.Option(help="Where the provider's own API begins; none: no catalogue.")
    ] = "",
    launch_host: Annotated[
        list[str] | None,
        typer.Option(help="Where its games are opened, repeated; none: the API's host."),
    ] = None,
    close_sessions: Annotated[
        bool, typer.Option("--close-sessions", help="Tell the provider when a session is over.")
    ] = False,
    credentials_file: Annotated[
        Path | None,
        typer.Option(help="JSON with the api_key and secret_key that the provider issued."),
    ] = None,
) -> Output:
    """Add an integration, and print its credentials this once."""
    if family not in FAMILIES:
        raise OpsError("invalid_request", f"family must be one of {', '.join(FAMILIES)}")
    if refund_unknown_bet not in ("accept", "reject"):
        raise OpsError("invalid_request", "refund-unknown-bet must be accept or reject")
    integration = Integration(
        name=a_name(name),
        family=family,
        secret_name=f"{operations.stack.secret_prefix}{name}",
        currencies=tuple(a_currency(code) for code in currency or ()),
        allowed_cidrs=tuple(a_network(cidr) for cidr in allow_ip or ()),
        refund_unknown_bet="accept" if refund_unknown_bet == "accept" else "reject",
        provider_url=a_provider_url(provider_url) if provider_url else "",
        launch_hosts=tuple(a_host(host) for host in launch_host or ()),
        close_sessions=close_sessions,
    )
    if operations.registry.get(name) is not None:
        raise OpsError("integration_exists", f"integration {name} exists already")
    credentials = _read(credentials_file) if credentials_file else _generate()
    _store(operations, integration.secret_name, credentials)
    try:
        operations.registry.put(integration, (credentials.api_key,))
    except ValueError as error:
        raise OpsError("api_key_taken", str(error)) from error
    return _added(integration, credentials)


def _generate() -> Credentials:
    return Credentials(f"gp_live_{secrets.token_hex(16)}", secrets.token_hex(32))


def _read(path: Path) -> Credentials:
    try:
        given = json.loads(path.read_text())
        credentials = Credentials(given["api_key"], given["secret_key"])
        if not all(isinstance(value, str) and value for value in astuple(credentials)):
            raise ValueError
    except OSError as error:
        raise OpsError("invalid_request", f"{path} cannot be read") from error
    except (ValueError, KeyError, TypeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("invalid_request", f"{path} has no api_key and secret_key") from None
    return credentials


def _store(operations: Operations, secret_name: str, credentials: Credentials) -> None:
    """Store the secret; one that no integration uses is left from a try that was cut short."""
    text = json.dumps({"api_key": credentials.api_key, "secret_key": credentials.secret_key})
    key = {"KmsKeyId": operations.stack.key_arn} if operations.stack.key_arn else {}
    try:
        operations.secrets.create_secret(Name=secret_name, SecretString=text, **key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        operations.secrets.put_secret_value(SecretId=secret_name, SecretString=text)


def _added(integration: Integration, credentials: Credentials) -> Output:
    data = {
        "integration": integration.name,
        "family": integration.family,
        "currencies": list(integration.currencies),
        "allowed_cidrs": list(integration.allowed_cidrs),
        "refund_unknown_bet": integration.refund_unknown_bet,
        "provider_url": integration.provider_url,
        "launch_hosts": list(integration.launch_hosts),
        "close_sessions": integration.close_sessions,
        "secret_name": integration.secret_name,
        "api_key": credentials.api_key,
        "secret_key": credentials.secret_key,
    }
    lines = fields(
        [
            ("integration", integration.name),
            ("family", integration.family),
            ("currencies", " ".join(integration.currencies) or "all"),
            ("allowed from", " ".join(integration.allowed_cidrs) or "anywhere"),
            ("provider", integration.provider_url or "none"),
            ("api_key", credentials.api_key),
            ("secret_key", credentials.secret_key),
        ]
    )
    return Output(data, [*lines, "", "The secret_key is not shown again."])


app.command("add")(verb(add))
