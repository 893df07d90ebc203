"""The operators' use cases for providers' connections.

`rotation` and `deployed` replace credentials, `switching` turns the switches. Every use case raises
`AdminError` for what cannot be done. A change names `who` asks for it, and leaves its audit record
in the same transaction.
"""

import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from casino.audit.model import AuditRecord, Who
from casino.base.checks import a_currency
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.money import to_major
from casino.base.times import iso_utc
from casino.integrations.admin_ports import AdminRegistry, SecretStore
from casino.integrations.checks import a_host, a_name, a_network, a_provider_url
from casino.integrations.credentials import InvalidPairError, read_pair, strong, verifies_until
from casino.integrations.model import (
    Integration,
    Policy,
    ProviderTerms,
    RotationTerms,
    WalletTerms,
    WinLimits,
)
from casino.signing.pair import CURRENT, PENDING, PREVIOUS, Pair

_LABELS: Final = (CURRENT, PENDING, PREVIOUS)
_ENABLED: Final = {True: "enabled", False: "disabled"}


@dataclass(frozen=True, slots=True)
class IntegrationAdmin:
    """The use cases.

    `last_used` tells when versions of a secret last signed a request, as ISO 8601 times; it leaves
    out the unused. `families` are the signatures that an integration may have, `reserved` is the
    one name that it may not have.
    """

    registry: AdminRegistry
    secrets: SecretStore
    last_used: Callable[[Sequence[str]], Mapping[str, str]]
    clock: Clock
    families: Collection[str]
    reserved: str
    secret_prefix: str
    cache_s: float
    local: bool = False
    """Whether this is the local stack, where a provider may be this machine."""
    layered: bool = True
    """Whether the stack has the layer of cryptography."""

    def named(self, name: str) -> Integration:
        """Return an integration with its own switches alone."""
        return _existing(self.registry.get(name), name)

    def in_force(self, name: str) -> Integration:
        """Return an integration as the hooks see it: with the switches of brand and all."""
        return _existing(self.registry.in_force(name), name)

    def every(self) -> list[Integration]:
        """Return all integrations by name, each with its own switches alone."""
        found = [self.registry.get(name) for name in sorted(self.registry.names())]
        return [integration for integration in found if integration is not None]

    def everywhere_at(self, name: str | None = None) -> str:
        """Return when a change made now holds in every function, whatever it has in memory.

        For an integration's credentials by AWS's clock, which tells whole seconds.
        """
        if name is None:
            return iso_utc(self.clock.now() + self.cache_s)
        return iso_utc(self.secrets.describe(self.named(name).secret_name).at + 1 + self.cache_s)

    def versions(self, integration: Integration) -> list[Pair]:
        """Return the labelled versions of an integration's secret, the current one first.

        Each has its label, and `until` when it stops verifying. Raises `InvalidPairError` for a
        version that holds no pair.
        """
        stored = self.secrets.describe(integration.secret_name)
        found: list[Pair] = []
        for label in _LABELS:
            version = stored.version(label)
            pair = self.secrets.read(stored.name, version) if version else None
            if version is None or pair is None:
                continue
            until = pair.until
            if label == PREVIOUS:
                replaced_at = sum(each.created_at for each in found if each.label == CURRENT)
                until = verifies_until(integration, version, replaced_at)
            found.append(replace(pair, label=label, version_id=version, until=until))
        return found

    def add(
        self,
        name: str,
        family: str,
        *,
        who: Who,
        allowed_cidrs: Sequence[str] = (),
        wallet: WalletTerms | None = None,
        provider: ProviderTerms | None = None,
        rotation: RotationTerms | None = None,
        pair: Pair | None = None,
    ) -> tuple[Integration, Pair]:
        """Add an integration with the pair that its provider issued, or with a new one.

        A secret that no integration uses is left from a try that was cut short: it is replaced.
        """
        integration = Integration(
            name=a_name(name, self.reserved),
            family=self._family(family),
            secret_name=f"{self.secret_prefix}{name}",
            allowed_cidrs=tuple(map(a_network, allowed_cidrs)),
            wallet=_checked_wallet(wallet or WalletTerms()),
            provider=_checked_provider(provider or ProviderTerms(), self.local),
            rotation=_checked_rotation(rotation or RotationTerms(), self.local),
        )
        if self.registry.get(name) is not None:
            raise AdminError("integration_exists", f"integration {name} exists already")
        try:
            pair = strong(pair or _generated(), family, layered=self.layered)
        except InvalidPairError as error:
            raise AdminError(error.code, str(error)) from None
        version = self.secrets.create(integration.secret_name, pair)
        terms = replace(integration.rotation, current_version=version)
        integration = replace(integration, rotation=terms)
        try:
            audit = self._record(name, "add", who, new=pair.fingerprint)
            self.registry.put(integration, (pair.api_key,), audit)
        except ValueError as error:
            raise AdminError("api_key_taken", str(error)) from error
        return integration, pair

    def set_enabled(self, name: str, *, enabled: bool, who: Who) -> None:
        """Take every request of an integration, or refuse every one, wins and refunds too."""
        before = _ENABLED[self.named(name).enabled]
        what = "enable" if enabled else "disable"
        audit = self._record(name, what, who, before, _ENABLED[enabled])
        self.registry.change(name, lambda latest: replace(latest, enabled=enabled), audit)

    def allow(
        self, name: str, cidrs: Sequence[str], *, who: Who, remove: bool = False
    ) -> tuple[str, ...]:
        """Let an integration call from more addresses, or fewer; return all from now on.

        The first range ends "from anywhere"; the last one cannot be removed.
        """
        given = [a_network(text) for text in cidrs]
        before = self.named(name).allowed_cidrs
        kept = [each for each in before if each not in given]
        after = tuple(kept if remove else [*kept, *given])
        if before and not after:
            message = "the last range stays: an empty list would mean anywhere"
            raise AdminError("invalid_request", message)
        audit = self._record(name, "allow-ip", who, " ".join(before), " ".join(after))
        self.registry.change(name, lambda latest: replace(latest, allowed_cidrs=after), audit)
        return after

    def refunds(
        self, name: str, *, unknown_bet: Policy | None, after_win: Policy | None, who: Who
    ) -> WalletTerms:
        """Change how an integration's refunds are answered; `None` stays. Return all terms."""
        before = self.named(name).wallet
        after = replace(
            before,
            refund_unknown_bet=unknown_bet or before.refund_unknown_bet,
            refund_after_win=after_win or before.refund_after_win,
        )
        audit = self._record(name, "refunds", who, _refunds(before), _refunds(after))

        def changed(latest: Integration) -> Integration:
            return replace(
                latest,
                wallet=replace(
                    latest.wallet,
                    refund_unknown_bet=after.refund_unknown_bet,
                    refund_after_win=after.refund_after_win,
                ),
            )

        self.registry.change(name, changed, audit)
        return after

    def limit_wins(
        self, name: str, currency: str, changes: Mapping[str, int | None], *, who: Who
    ) -> WinLimits:
        """Change limits of one currency, by the names of `WinLimits`; return all of them.

        Whoever does so has looked at the exposure: wins are held no longer because of it, unless it
        exceeds the new limits too.
        """
        if any(minor is not None and minor < 0 for minor in changes.values()):
            raise AdminError("invalid_request", "a limit must not be negative")
        before = self.named(name).wallet.limits(a_currency(currency))
        after = replace(before, **changes)

        def changed(latest: Integration) -> Integration:
            terms = latest.wallet
            limits = {
                **dict(terms.win_limits),
                currency: replace(terms.limits(currency), **changes),
            }
            until = {**dict(terms.exceeded_until), currency: 0}
            return replace(
                latest,
                wallet=replace(
                    terms,
                    win_limits=tuple(
                        (c, each) for c, each in sorted(limits.items()) if each != WinLimits()
                    ),
                    exceeded_until=tuple((c, end) for c, end in sorted(until.items()) if end),
                ),
            )

        said = [f"{currency}: {limits_in_words(each, currency)}" for each in (before, after)]
        audit = self._record(name, "limits", who.explained(), *said)
        self.registry.change(name, changed, audit)
        return after

    def _family(self, family: str) -> str:
        if family not in self.families:
            raise AdminError("invalid_request", f"family must be one of {', '.join(self.families)}")
        return family

    def _record(
        self, subject: str, what: str, who: Who, old: str = "", new: str = ""
    ) -> AuditRecord:
        return who.record(subject, what, self.clock.now(), old, new)


def _existing(integration: Integration | None, name: str) -> Integration:
    if integration is None:
        raise AdminError("integration_not_found", f"integration {name} does not exist")
    return integration


def limits_in_words(limits: WinLimits, currency: str) -> str:
    """Return what is limited, for people; `none` for nothing."""
    given = {"win": limits.single_minor, "hour": limits.hour_minor, "day": limits.day_minor}
    words = [f"{n} {to_major(minor, currency)}" for n, minor in given.items() if minor is not None]
    return ", ".join(words) or "none"


def _refunds(terms: WalletTerms) -> str:
    return f"unknown bet: {terms.refund_unknown_bet}, after win: {terms.refund_after_win}"


def _checked_wallet(terms: WalletTerms) -> WalletTerms:
    return replace(terms, currencies=tuple(map(a_currency, terms.currencies)))


def _checked_provider(terms: ProviderTerms, local: bool) -> ProviderTerms:
    return replace(
        terms,
        url=a_provider_url(terms.url, local=local) if terms.url else "",
        launch_hosts=tuple(map(a_host, terms.launch_hosts)),
    )


def _checked_rotation(terms: RotationTerms, local: bool) -> RotationTerms:
    url = a_provider_url(terms.issue_url, local=local) if terms.issue_url else ""
    return replace(terms, issue_url=url)


def _generated() -> Pair:
    api_key, secret_key = f"gp_live_{secrets.token_hex(16)}", secrets.token_hex(32)
    return read_pair(json.dumps({"api_key": api_key, "secret_key": secret_key}))
