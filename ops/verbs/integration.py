"""Connect a provider: its credentials go to Secrets Manager, what it may do to the registry.

Every change leaves an audit record in the same transaction.
"""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from botocore.exceptions import ClientError

from casino.base.checks import a_currency
from casino.dialects.registry import FAMILIES
from casino.integrations.audit import fingerprint
from casino.integrations.credentials import DAY_S, InvalidPairError, read_pair
from casino.integrations.model import Integration, ProviderTerms, RotationTerms, WalletTerms
from ops.checks import a_host, a_name, a_network, a_provider_url
from ops.context import Credentials, Operations
from ops.errors import OpsError
from ops.integration_view import listed, shown
from ops.output import Output, fields
from ops.verbs import rotation

NameArgument = Annotated[str, typer.Argument(help="The integration's name.", metavar="NAME")]
_DAYS: Final = 30


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
    issue_url: Annotated[
        str, typer.Option(help="Where the provider issues a new pair.", metavar="URL")
    ] = "",
    grace_days: Annotated[
        float | None,
        typer.Option(min=0, max=_DAYS, help="How long a replaced secret goes on verifying."),
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
        allowed_cidrs=tuple(a_network(cidr) for cidr in allow_ip or ()),
        wallet=WalletTerms(
            currencies=tuple(a_currency(code) for code in currency or ()),
            refund_unknown_bet="accept" if refund_unknown_bet == "accept" else "reject",
        ),
        provider=ProviderTerms(
            url=a_provider_url(provider_url) if provider_url else "",
            launch_hosts=tuple(a_host(host) for host in launch_host or ()),
            close_sessions=close_sessions,
        ),
        rotation=RotationTerms(
            issue_url=a_provider_url(issue_url) if issue_url else "",
            grace_s=None if grace_days is None else int(grace_days * DAY_S),
        ),
    )
    if operations.registry.get(name) is not None:
        raise OpsError("integration_exists", f"integration {name} exists already")
    credentials = _read(credentials_file) if credentials_file else _generate()
    _store(operations, integration.secret_name, credentials)
    mark = fingerprint(credentials.api_key, credentials.secret_key)
    try:
        operations.registry.put(
            integration, (credentials.api_key,), operations.record(name, "add", new=mark)
        )
    except ValueError as error:
        raise OpsError("api_key_taken", str(error)) from error
    return _added(integration, credentials)


def show(operations: Operations, name: NameArgument) -> Output:
    """Show an integration: what it may do, its secrets by fingerprint, when each was last used."""
    return shown(operations, operations.rotation.named(name))


def list_all(operations: Operations) -> Output:
    """List the integrations."""
    return listed(operations)


def disable(operations: Operations, name: NameArgument) -> Output:
    """Refuse every request of an integration, also wins and refunds: its keys are no keys now.

    To stop play, use the switches: they let through what is owed.
    """
    return _enable(operations, name, False)


def enable(operations: Operations, name: NameArgument) -> Output:
    """Take an integration's requests again."""
    return _enable(operations, name, True)


def allow_ip(
    operations: Operations,
    name: NameArgument,
    cidr: Annotated[list[str], typer.Argument(help="Where it may call from.", metavar="CIDR…")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them off the list.")] = False,
) -> Output:
    """Let an integration call from more addresses; the first one ends "from anywhere"."""
    given = [a_network(text) for text in cidr]
    before = operations.rotation.named(name).allowed_cidrs
    kept = [each for each in before if each not in given]
    after = tuple(kept if remove else [*kept, *given])
    if before and not after:
        message = "the last range stays: an empty list would mean anywhere"
        raise OpsError("invalid_request", message)
    record = operations.record(name, "allow-ip", " ".join(before), " ".join(after))
    operations.registry.change(name, lambda latest: replace(latest, allowed_cidrs=after), record)
    return _soon(operations, f"{name} may call from {' '.join(after)}", {"allowed_cidrs": after})


def _enable(operations: Operations, name: str, on: bool) -> Output:
    before = operations.rotation.named(name)
    words = {True: "enabled", False: "disabled"}
    record = operations.record(
        name, "enable" if on else "disable", words[before.enabled], words[on]
    )
    operations.registry.change(name, lambda latest: replace(latest, enabled=on), record)
    return _soon(operations, f"{name} is {words[on]}", {"enabled": on})


def _soon(operations: Operations, said: str, data: dict[str, object]) -> Output:
    at = rotation.everywhere_at(operations)
    return Output({**data, "effective_at": at}, [f"{said}; everywhere from {at}"])


def _generate() -> Credentials:
    return Credentials(f"gp_live_{secrets.token_hex(16)}", secrets.token_hex(32))


def _read(path: Path) -> Credentials:
    try:
        pair = read_pair(path.read_text())
    except OSError as error:
        raise OpsError("invalid_request", f"{path} cannot be read") from error
    except (InvalidPairError, UnicodeDecodeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("invalid_request", f"{path} has no api_key and secret_key") from None
    return Credentials(pair.api_key, pair.secret_key)


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
        "currencies": list(integration.wallet.currencies),
        "allowed_cidrs": list(integration.allowed_cidrs),
        "refund_unknown_bet": integration.wallet.refund_unknown_bet,
        "provider_url": integration.provider.url,
        "launch_hosts": list(integration.provider.launch_hosts),
        "close_sessions": integration.provider.close_sessions,
        "secret_name": integration.secret_name,
        "api_key": credentials.api_key,
        "secret_key": credentials.secret_key,
    }
    lines = fields(
        [
            ("integration", integration.name),
            ("family", integration.family),
            ("currencies", " ".join(integration.wallet.currencies) or "all"),
            ("allowed from", " ".join(integration.allowed_cidrs) or "anywhere"),
            ("provider", integration.provider.url or "none"),
            ("api_key", credentials.api_key),
            ("secret_key", credentials.secret_key),
        ]
    )
    return Output(data, [*lines, "", "The secret_key is not shown again."])


VERBS: Final = {
    "add": add,
    "list": list_all,
    "allow-ip": allow_ip,
    "show": show,
    "disable": disable,
    "enable": enable,
    **rotation.VERBS,
}
