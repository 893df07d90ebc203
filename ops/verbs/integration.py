"""Connects a provider: the credentials go to Secrets Manager, its rights to the registry."""

from pathlib import Path
from typing import Annotated, Final

import typer

from casino.base.times import iso_utc
from casino.integrations.credentials import DAY_S, grace_of
from casino.integrations.model import Integration, Policy, ProviderTerms, RotationTerms, WalletTerms
from casino.integrations.switches import offs_of
from casino.signing.pair import PREVIOUS, Pair
from ops.context import Asked, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, count, fields, table
from ops.verbs import access, limits, partner, rotation
from ops.verbs.rotation import NameArgument
from ops.verbs.switch import enabled, states, told, whose

_COLUMNS: Final = ("label", "fingerprint", "made_at", "until", "last_used_at", "version")

CurrencyOption = Annotated[
    list[str] | None, typer.Option(help="A currency that it may use, repeatable; without any, all.")
]
AllowIpOption = Annotated[
    list[str] | None,
    typer.Option(help="A range that it calls from, repeatable; without any, all.", metavar="CIDR"),
]
UnknownBetOption = Annotated[
    str | None,
    typer.Option(help="The answer to a refund of an unknown bet.", metavar="accept|reject"),
]
AfterWinOption = Annotated[
    str | None,
    typer.Option(
        help="The answer to a refund once its finished round has paid a win.",
        metavar="accept|reject",
    ),
]
ProviderOption = Annotated[
    str, typer.Option(help="The URL of the provider's own API; without it, no catalogue.")
]
LaunchHostOption = Annotated[
    list[str] | None,
    typer.Option(help="A host of its games, repeatable; without any, the API's host."),
]
GameOption = Annotated[
    list[str] | None,
    typer.Option(help="A game of a provider that publishes no list, repeatable.", metavar="NAME"),
]
CloseOption = Annotated[
    bool, typer.Option("--close-sessions", help="Tell the provider when a session is over.")
]
PairOption = Annotated[
    Path | None,
    typer.Option(help="JSON with the api_key and secret_key that the provider issued."),
]
IssueOption = Annotated[
    str, typer.Option(help="Where the provider issues a new pair.", metavar="URL")
]
GraceOption = Annotated[
    float | None,
    typer.Option(
        parser=a_number(float, 0, 30),
        metavar="DAYS",
        help="How long a replaced secret goes on verifying.",
    ),
]


def add(
    operations: Operations,
    name: Annotated[str, typer.Argument(help="The integration's name.")],
    family: Annotated[str, typer.Option(help="Its signature family.")] = "igsp",
    currency: CurrencyOption = None,
    allow_ip: AllowIpOption = None,
    refund_unknown_bet: UnknownBetOption = "reject",
    refund_after_win: AfterWinOption = "accept",
    provider_url: ProviderOption = "",
    launch_host: LaunchHostOption = None,
    game: GameOption = None,
    close_sessions: CloseOption = False,
    credentials_file: PairOption = None,
    issue_url: IssueOption = "",
    grace_days: GraceOption = None,
    *,
    who: Asked,
) -> Output:
    """Add an integration; a pair that is made for it is printed this once only."""
    added = operations.integrations.add(
        name,
        family,
        who=who,
        allowed_cidrs=allow_ip or (),
        wallet=WalletTerms(
            currencies=tuple(currency or ()),
            refund_unknown_bet=_policy("refund-unknown-bet", refund_unknown_bet),
            refund_after_win=_policy("refund-after-win", refund_after_win),
        ),
        provider=ProviderTerms(
            provider_url, tuple(launch_host or ()), close_sessions, games=tuple(game or ())
        ),
        rotation=RotationTerms(issue_url, None if grace_days is None else int(grace_days * DAY_S)),
        pair=rotation.read_file(str(credentials_file)) if credentials_file else None,
    )
    return _added(*added, issued=credentials_file is not None)


def show(operations: Operations, name: NameArgument) -> Output:
    """Show an integration: what it may do, its secrets by fingerprint, when each was last used."""
    integration = operations.integrations.named(name)
    offs, now = offs_of(operations.integrations.in_force(name)), operations.clock.now()
    pairs = operations.integrations.versions(integration)
    used = operations.integrations.last_used(list({pair.version_id: None for pair in pairs}))
    versions = [_version(pair, used.get(pair.version_id)) for pair in pairs]
    facts: list[tuple[str, Cell]] = [
        ("integration", f"{name} ({_state(integration)})"),
        ("family", integration.family),
        ("currencies", " ".join(integration.wallet.currencies) or "all"),
        ("allowed from", " ".join(integration.allowed_cidrs) or "anywhere"),
        ("provider", integration.provider.url or None),
        *((name, _on(on)) for name, on in states(offs, now).items()),
        ("refund, unknown bet", integration.wallet.refund_unknown_bet),
        ("refund after a win", integration.wallet.refund_after_win),
        ("limits of wins", limits.shown(integration.wallet)),
        ("grace", count(grace_of(integration) / DAY_S, "day")),
    ]
    head = ["secret", "fingerprint", "made", "verifies until", "last used", "version"]
    rows = [[version[key] for key in _COLUMNS] for version in versions]
    data = {
        "integration": name,
        "family": integration.family,
        "enabled": integration.enabled,
        "currencies": list(integration.wallet.currencies),
        "allowed_cidrs": list(integration.allowed_cidrs),
        "provider_url": integration.provider.url,
        **enabled(offs, now),
        "refund_unknown_bet": integration.wallet.refund_unknown_bet,
        "refund_after_win": integration.wallet.refund_after_win,
        "grace_s": grace_of(integration),
        "secrets": versions,
    }
    return Output(data, [*fields(facts), "", *table(head, rows)])


def list_all(operations: Operations) -> Output:
    """List the integrations."""
    every, now = operations.integrations.every(), operations.clock.now()
    data = [
        {
            "integration": each.name,
            "family": each.family,
            "enabled": each.enabled,
            **enabled(offs_of(each), now),
        }
        for each in every
    ]
    rows: list[list[Cell]] = [
        [
            each.name,
            each.family,
            _state(each),
            *(_on(on) for on in enabled(offs_of(each), now).values()),
        ]
        for each in every
    ]
    lines = table(["name", "family", "state", "launches", "bets"], rows)
    shared = [each for each in operations.switching.off_now() if not each.integration]
    lines += [f"{each.switch} of {whose(each)} are off: ops switch show" for each in shared]
    return Output({"integrations": data, "off": [told(each) for each in shared]}, lines)


def disable(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """Refuse every request of an integration, wins and refunds too, as if its keys were unknown.

    To stop play, use the switches: they let through what is owed.
    """
    operations.integrations.set_enabled(name, enabled=False, who=who)
    return _soon(operations, f"{name} is disabled", {"enabled": False})


def enable(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """Accept an integration's requests again."""
    operations.integrations.set_enabled(name, enabled=True, who=who)
    return _soon(operations, f"{name} is enabled", {"enabled": True})


def allow_ip(
    operations: Operations,
    name: NameArgument,
    cidr: Annotated[list[str], typer.Argument(help="Where it may call from.", metavar="CIDR…")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them off the list.")] = False,
    *,
    who: Asked,
) -> Output:
    """Let an integration call from these addresses, too; all that are not listed are refused."""
    allowed = operations.integrations.allow(name, cidr, who=who, remove=remove)
    said = f"{name} may call from {' '.join(allowed)}"
    return _soon(operations, said, {"allowed_cidrs": allowed})


def refunds(
    operations: Operations,
    name: NameArgument,
    unknown_bet: UnknownBetOption = None,
    after_win: AfterWinOption = None,
    *,
    who: Asked,
) -> Output:
    """Change how refunds of unknown bets are answered, and refunds after a paid win."""
    terms = operations.integrations.refunds(
        name,
        unknown_bet=_policy("unknown-bet", unknown_bet) if unknown_bet else None,
        after_win=_policy("after-win", after_win) if after_win else None,
        who=who,
    )
    unknown, after = terms.refund_unknown_bet, terms.refund_after_win
    said = f"{name}: refunds of unknown bets: {unknown}; after a paid win: {after}"
    return _soon(operations, said, {"refund_unknown_bet": unknown, "refund_after_win": after})


def _policy(option: str, text: str | None) -> Policy:
    match text:
        case "accept" | "reject":
            return text
    raise OpsError("invalid_request", f"{option} must be accept or reject")


def _soon(operations: Operations, said: str, data: dict[str, object]) -> Output:
    at = operations.integrations.everywhere_at()
    return Output({**data, "effective_at": at}, [f"{said}; everywhere from {at}"])


def _added(integration: Integration, pair: Pair, *, issued: bool) -> Output:
    secret = {} if issued else {"secret_key": pair.secret_key}
    shown: list[tuple[str, Cell]] = list({"api_key": pair.api_key, **secret}.items())
    data = {
        "integration": integration.name,
        "family": integration.family,
        "currencies": list(integration.wallet.currencies),
        "allowed_cidrs": list(integration.allowed_cidrs),
        "refund_unknown_bet": integration.wallet.refund_unknown_bet,
        "refund_after_win": integration.wallet.refund_after_win,
        "provider_url": integration.provider.url,
        "launch_hosts": list(integration.provider.launch_hosts),
        "close_sessions": integration.provider.close_sessions,
        "secret_name": integration.secret_name,
        "fingerprint": pair.fingerprint,
        "api_key": pair.api_key,
        **secret,
    }
    lines = fields(
        [
            ("integration", integration.name),
            ("family", integration.family),
            ("currencies", " ".join(integration.wallet.currencies) or "all"),
            ("allowed from", " ".join(integration.allowed_cidrs) or "anywhere"),
            ("provider", integration.provider.url or "none"),
            ("fingerprint", pair.fingerprint),
            *shown,
        ]
    )
    return Output(data, lines if issued else [*lines, "", "The secret_key is not shown again."])


def _version(pair: Pair, last_used_at: str | None) -> dict[str, str | None]:
    return {
        "label": pair.label,
        "fingerprint": pair.fingerprint,
        "made_at": iso_utc(pair.created_at),
        "until": iso_utc(pair.until) if pair.label == PREVIOUS else None,
        "last_used_at": last_used_at,
        "version": pair.version_id,
    }


def _state(integration: Integration) -> str:
    return "enabled" if integration.enabled else "disabled"


def _on(switch: bool) -> str:
    return "on" if switch else "off"


VERBS: Final = {
    "add": add,
    "list": list_all,
    "allow-ip": allow_ip,
    "refunds": refunds,
    "show": show,
    "disable": disable,
    "enable": enable,
    **rotation.VERBS,
    **access.VERBS,
    **partner.VERBS,
    **limits.VERBS,
}
