"""What an operator sees of an integration: secrets by fingerprint, each with its last use."""

from typing import Final

from casino.base.times import iso_utc
from casino.integrations.credentials import (
    CURRENT,
    PENDING,
    PREVIOUS,
    Pair,
    StoredSecret,
    grace_of,
    verifies_until,
)
from casino.integrations.model import Integration
from ops.context import Operations
from ops.output import Cell, Output, fields, table

_LABELS: Final = (CURRENT, PENDING, PREVIOUS)


def listed(operations: Operations) -> Output:
    """Return every integration in one line each."""
    found = [operations.registry.get(name) for name in sorted(operations.registry.names())]
    every = [integration for integration in found if integration is not None]
    rows: list[list[Cell]] = [
        [
            each.name,
            each.family,
            _state(each),
            _on(each.provider.sessions_enabled),
            _on(each.wallet.bets_enabled),
        ]
        for each in every
    ]
    for_all = operations.registry.switches()
    lines = table(["name", "family", "state", "sessions", "bets"], rows)
    lines += [f"switches for all: {name} {_on(on)}" for name, on in for_all.items() if not on]
    data = {
        "integrations": [
            {
                "integration": each.name,
                "family": each.family,
                "enabled": each.enabled,
                "sessions_enabled": each.provider.sessions_enabled,
                "bets_enabled": each.wallet.bets_enabled,
            }
            for each in every
        ],
        "switches_for_all": for_all,
    }
    return Output(data, lines)


def shown(operations: Operations, integration: Integration) -> Output:
    """Return all that is known of one integration."""
    in_force = operations.registry.in_force(integration.name) or integration
    versions = _versions(operations, integration)
    facts: list[tuple[str, Cell]] = [
        ("integration", f"{integration.name} ({_state(integration)})"),
        ("family", integration.family),
        ("currencies", " ".join(integration.wallet.currencies) or "all"),
        ("allowed from", " ".join(integration.allowed_cidrs) or "anywhere"),
        ("provider", integration.provider.url or None),
        ("sessions", _on(in_force.provider.sessions_enabled)),
        ("bets", _on(in_force.wallet.bets_enabled)),
        ("grace", f"{grace_of(integration)} s"),
    ]
    head = ["secret", "fingerprint", "made", "verifies until", "last used", "version"]
    rows: list[list[Cell]] = [
        [str(version[key]) if version[key] is not None else None for key in _COLUMNS]
        for version in versions
    ]
    data = {
        "integration": integration.name,
        "family": integration.family,
        "enabled": integration.enabled,
        "currencies": list(integration.wallet.currencies),
        "allowed_cidrs": list(integration.allowed_cidrs),
        "provider_url": integration.provider.url,
        "sessions_enabled": in_force.provider.sessions_enabled,
        "bets_enabled": in_force.wallet.bets_enabled,
        "grace_s": grace_of(integration),
        "secrets": versions,
    }
    return Output(data, [*fields(facts), "", *table(head, rows)])


_COLUMNS: Final = ("label", "fingerprint", "made_at", "until", "last_used_at", "version")


def _versions(operations: Operations, integration: Integration) -> list[dict[str, object]]:
    store = operations.rotation.store
    stored = store.describe(integration.secret_name)
    ids = [version for label in _LABELS if (version := stored.version(label))]
    used = operations.request_logs.last_used(list(dict.fromkeys(ids)))
    found: list[dict[str, object]] = []
    for label in _LABELS:
        version = stored.version(label)
        pair = store.read(stored.name, version) if version else None
        if version is None or pair is None:
            continue
        found.append(
            {
                "label": label.removeprefix("AWS").lower(),
                "fingerprint": pair.fingerprint,
                "made_at": iso_utc(pair.created_at),
                "until": _until(operations, integration, stored, version, label),
                "last_used_at": used.get(version),
                "version": version,
            }
        )
    return found


def _until(
    operations: Operations, integration: Integration, stored: StoredSecret, version: str, label: str
) -> str | None:
    if label != PREVIOUS:
        return None
    current: Pair | None = operations.rotation.store.read(
        stored.name, stored.version(CURRENT) or ""
    )
    return iso_utc(verifies_until(integration, version, current.created_at if current else 0.0))


def _state(integration: Integration) -> str:
    return "enabled" if integration.enabled else "disabled"


def _on(switch: bool) -> str:
    return "on" if switch else "off"
