"""Changes what is agreed with a counterpart that sends deliveries, or that we call."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.integrations.admin_ports import AdminRegistry
from casino.integrations.checks import a_provider_url
from casino.integrations.model import Integration, PartnerTerms

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_MOST_VALUE: Final = 500
#: What a counterpart calls us: told through two integrations of its family, it would count twice.
_UNIQUE: Final = frozenset({"game_id"})


def agree(
    registry: AdminRegistry,
    clock: Clock,
    name: str,
    settings: Mapping[str, str],
    calls_as: str | None = None,
    *,
    local: bool,
    who: Who,
) -> PartnerTerms:
    """Change settings, an empty one to nothing, and whom it calls as; return all terms.

    Raises `AdminError`. Settings hold no secret: they stand in the audit.
    """
    integration = _named(registry, name)
    before = integration.partner
    if calls_as:
        _named(registry, calls_as)
    given = {_a_name(each): _a_value(each, value, local) for each, value in settings.items()}
    _refuse_twins(registry, integration, given)
    after = _with(before, given, calls_as)
    audit = who.record(name, "partner", clock.now(), _said(before), _said(after))

    def changed(latest: Integration) -> Integration:
        return replace(latest, partner=_with(latest.partner, given, calls_as))

    registry.change(name, changed, audit)
    return after


def _named(registry: AdminRegistry, name: str) -> Integration:
    integration = registry.get(name)
    if integration is None:
        raise AdminError("integration_not_found", f"integration {name} does not exist")
    return integration


def _refuse_twins(
    registry: AdminRegistry, integration: Integration, given: Mapping[str, str]
) -> None:
    unique = {name: value for name, value in given.items() if name in _UNIQUE and value}
    others = (registry.get(name) for name in registry.names() if unique)
    for other in others:
        if other is None or (other.name, other.family) == (integration.name, other.family):
            continue
        for name, value in unique.items():
            if other.family == integration.family and other.partner.setting(name) == value:
                raise AdminError(
                    "setting_taken", f"{other.name} has {name}={value}: change it first"
                )


def _with(terms: PartnerTerms, given: dict[str, str], calls_as: str | None) -> PartnerTerms:
    settings = dict(terms.settings) | given
    kept = tuple(sorted((name, value) for name, value in settings.items() if value))
    return PartnerTerms(terms.calls_as if calls_as is None else calls_as, kept)


def _said(terms: PartnerTerms) -> str:
    words = [f"calls as {terms.calls_as}"] if terms.calls_as else []
    return ", ".join(words + [f"{name}={value}" for name, value in terms.settings]) or "nothing"


def _a_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        message = "a setting's name has lower-case letters, digits and underscores"
        raise AdminError("invalid_request", message)
    return name


def _a_value(name: str, value: str, local: bool) -> str:
    if len(value) > _MOST_VALUE or not (value or " ").isprintable():
        raise AdminError("invalid_request", f"a setting has at most {_MOST_VALUE} characters")
    return a_provider_url(value, local=local) if name == "url" and value else value
