"""Replaces an integration's credentials without refusing one valid request.

Secrets Manager and the registry have to agree, and no transaction spans both, so the order is
fixed. The registry claims a new `api_key` first, so that a refused pair changes nothing. The pair
is in Secrets Manager before the registry names its version: a function that the registry sends
there finds the pair. The registry holds the end of a replaced version before the labels move, and
the end of its key after them: the current key never has an end. A crash in between leaves both
pairs verifying, and the repeated step goes on from there. So each method can be called again at any
time; finished work is not done again. The first write of a method carries its audit record.
"""

from dataclasses import dataclass, replace
from typing import Any

from casino.audit.model import AuditRecord, Who
from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.integrations.admin_ports import PairProvider, RotationRegistry, SecretStore
from casino.integrations.credentials import (
    InvalidPairError,
    NoPreviousError,
    NothingStagedError,
    NotPendingError,
    NotTestedError,
    RotationError,
    StoredSecret,
    UnknownSecretError,
    grace_of,
    refuse_unstaged,
    refuse_wrong_clock,
    retiring,
    still_verifying,
    strong,
    verifies_until,
)
from casino.integrations.model import Integration
from casino.signing.pair import CURRENT, PENDING, PREVIOUS, Pair


@dataclass(frozen=True, slots=True)
class Rotation:
    """The use cases; the audit records name `who`."""

    store: SecretStore
    registry: RotationRegistry
    provider: PairProvider
    clock: Clock
    who: Who
    layered: bool = True

    # The four steps of the Secrets Manager contract.

    def create(self, secret: str, token: str) -> None:
        """Make `token` the pending version: the staged pair, or one that the provider issues."""
        stored, integration = self._stored(secret)
        found, staged = self._pair(stored, token), integration.rotation.pending_version
        if CURRENT in stored.labels.get(token, ()) or (found and staged == token):
            return
        self._refuse_in_grace(stored, integration)
        pair = self._new_pair(stored, integration, token)
        if found not in (None, pair):
            raise NotPendingError(f"version {token} of {stored.name} was put by hand")
        self._stage(stored, integration, token, pair)

    def set(self, secret: str, token: str) -> None:
        """Nothing has to be set at the provider, who issued the pair; it must be there, though."""
        stored, _ = self._stored(secret)
        self._pair_of(stored, token)

    def test(self, secret: str, token: str) -> None:
        """Make a signed call to the provider with the pending pair, and note that it was taken."""
        stored, integration = self._stored(secret)
        if CURRENT not in stored.labels.get(token, ()):
            refuse_unstaged(stored, integration, token)
            self.provider.check(integration, self._pair_of(stored, token))
            self.registry.change(
                integration.name, lambda latest: _with(latest, tested_version=token), None
            )

    def finish(self, secret: str, token: str) -> None:
        """Promote `token`; what it replaces goes on verifying until its grace ends."""
        stored, integration = self._stored(secret)
        current = self._current(stored)
        if current != token:
            self._refuse_in_grace(stored, integration)
            refuse_unstaged(stored, integration, token)
            if integration.rotation.tested_version != token:
                raise NotTestedError(f"the provider has not taken version {token} of {stored.name}")
            self._swap(stored, integration, old=current, new=token, what="rotate")
        self._end_key(*self._stored(secret))
        self.store.drop_pending(stored.name, token)

    # What operators do.

    def stage(self, name: str, pair: Pair, version: str) -> str:
        """Store a pair that the provider issued as the pending one; return its version."""
        stored, integration = self._stored(self.named(name).secret_name)
        if self._pair_of(stored, self._current(stored)) == pair:
            raise InvalidPairError("this pair is the current one")
        self._refuse_in_grace(stored, integration)
        pending = stored.version(PENDING)
        if pending is not None and self._pair(stored, pending) == pair:
            version = pending  # staged already, perhaps not to the end
        self._stage(stored, integration, version, self._new(integration, pair))
        return version

    def unstage(self, name: str) -> None:
        """Refuse the staged pair from now on; the current one stays."""
        stored, integration = self._stored(self.named(name).secret_name)
        pending, current = stored.version(PENDING), self._current(stored)
        pair = self._pair(stored, pending)
        if pending is None or pending == current or pair is None:
            raise NothingStagedError(f"no new pair is staged for {integration.name}")
        kept = self._pair_of(stored, current)
        self.registry.change(
            integration.name,
            lambda latest: _with(latest, pending_version="", current_version=current),
            self._record(integration, "unstage", pair, kept),
            {} if pair.api_key == kept.api_key else {pair.api_key: stored.at},
        )
        self.store.drop_pending(stored.name, pending)

    def rollback(self, name: str) -> int:
        """Make the previous pair the current one again; return until when the new one verifies."""
        stored, integration = self._stored(self.named(name).secret_name)
        previous, _ = self._live_previous(stored, integration)
        current = self._current(stored)
        self.store.drop_pending(stored.name, current)
        until = self._swap(stored, integration, old=current, new=previous, what="rollback")
        self._end_key(*self._stored(stored.name))
        return until

    def retire_previous(self, name: str) -> None:
        """End the grace of the previous pair now."""
        stored, integration = self._stored(self.named(name).secret_name)
        previous, pair = self._live_previous(stored, integration)
        current = self._pair_of(stored, self._current(stored))
        self.registry.change(
            integration.name,
            lambda latest: _retired(latest, previous, stored.at),
            self._record(integration, "retire-previous", pair, current),
            {} if pair.api_key in self._kept(stored) else {pair.api_key: stored.at},
        )

    def named(self, name: str) -> Integration:
        """Return an integration by its name."""
        integration = self.registry.get(name)
        if integration is None:
            raise UnknownSecretError(f"integration {name} does not exist")
        return integration

    # What they share.

    def _swap(
        self, stored: StoredSecret, integration: Integration, old: str, new: str, what: str
    ) -> int:
        """Write down until when the old version verifies, and only then move the label."""
        before, after = self._pair_of(stored, old), self._pair_of(stored, new)
        until = stored.at + grace_of(integration)
        self.registry.change(
            integration.name,
            lambda latest: _with(
                _retired(latest, old, until),
                current_version=new,
                retired=_replaced(latest.rotation.retired, before, after),
            ),
            self._record(integration, what, before, after, f"old verifies until {iso_utc(until)}"),
            {after.api_key: 0},
        )
        self.store.make_current(stored.name, new, old)
        return until

    def _end_key(self, stored: StoredSecret, integration: Integration) -> None:
        """Give the key of the previous version that version's end, unless another pair has it."""
        previous = stored.version(PREVIOUS)
        pair = self._pair(stored, previous)
        until = dict(integration.rotation.retirements).get(previous or "")
        if pair is not None and until is not None and pair.api_key not in self._kept(stored):
            self.registry.change(
                integration.name, lambda latest: latest, None, {pair.api_key: until}
            )

    def _kept(self, stored: StoredSecret) -> frozenset[str]:
        """Return the keys of the current and of the pending pair."""
        current = self._pair_of(stored, self._current(stored))
        pending = self._pair(stored, stored.version(PENDING))
        return frozenset({current.api_key, pending.api_key if pending else current.api_key})

    def _stage(
        self, stored: StoredSecret, integration: Integration, version: str, pair: Pair
    ) -> None:
        """Claim the pair's key, store the pair, name it, and end the pending pair it replaces."""
        current, replaced = (
            self._pair_of(stored, self._current(stored)),
            self._pair(stored, stored.version(PENDING)),
        )
        ended = {} if replaced is None else {replaced.api_key: stored.at}
        kept = {current.api_key, pair.api_key}
        self.registry.change(
            integration.name,
            lambda latest: latest,
            self._record(integration, "stage", current, pair),
            dict.fromkeys(kept, 0),
        )
        self.store.put_pending(stored.name, version, pair)
        self.registry.change(
            integration.name,
            lambda latest: _with(
                latest,
                pending_version=version,
                current_version=latest.rotation.current_version or self._current(stored),
            ),
            None,
            {key: until for key, until in ended.items() if key not in kept},
        )

    def _new_pair(self, stored: StoredSecret, integration: Integration, token: str) -> Pair:
        """Return the pair that the registry names as staged, or ask the provider for one."""
        terms, current = integration.rotation, self._current(stored)
        if terms.pending_version not in {"", current, *dict(terms.retirements)}:
            staged = self.store.read(stored.name, terms.pending_version)
            if staged is not None:
                return staged
        if not terms.issue_url:
            raise NothingStagedError(f"no new pair is staged for {integration.name}")
        issued = self.provider.issue(integration, self._pair_of(stored, current), token)
        return self._new(integration, issued)

    def _new(self, integration: Integration, pair: Pair) -> Pair:
        if pair.fingerprint in integration.rotation.retired:
            raise InvalidPairError("this pair was replaced: the provider must issue a new one")
        return strong(pair, integration.family, layered=self.layered)

    def _refuse_in_grace(self, stored: StoredSecret, integration: Integration) -> None:
        """Refuse what would evict a previous version that still verifies."""
        previous = stored.version(PREVIOUS)
        if previous is not None:
            until = self._until(stored, integration, previous)
            if stored.at < until:
                raise still_verifying(integration.name, until)

    def _live_previous(self, stored: StoredSecret, integration: Integration) -> tuple[str, Pair]:
        previous = stored.version(PREVIOUS)
        if previous is None or stored.at >= self._until(stored, integration, previous):
            raise NoPreviousError(f"no previous secret of {integration.name} verifies any more")
        return previous, self._pair_of(stored, previous)

    def _until(self, stored: StoredSecret, integration: Integration, previous: str) -> float:
        replaced_at = self._pair_of(stored, self._current(stored)).created_at
        return verifies_until(integration, previous, replaced_at)

    def _stored(self, secret: str) -> tuple[StoredSecret, Integration]:
        stored = self.store.describe(secret)
        refuse_wrong_clock(stored, self.clock.now())
        integration = self.registry.get(stored.name.rpartition("/")[2])
        if integration is None or integration.secret_name != stored.name:
            raise UnknownSecretError(f"{stored.name} is the secret of no integration")
        terms, current = integration.rotation, self._current(stored)
        if terms.current_version and current not in terms.named:
            raise RotationError(
                f"version {current} of {stored.name} was put by hand and does not verify: move "
                f"AWSCURRENT back to version {terms.current_version}"
            )
        return stored, integration

    def _current(self, stored: StoredSecret) -> str:
        version = stored.version(CURRENT)
        if version is None:
            raise UnknownSecretError(f"{stored.name} has no current version")
        return version

    def _pair(self, stored: StoredSecret, version: str | None) -> Pair | None:
        if version is None or version not in stored.labels:
            return None
        return self.store.read(stored.name, version)

    def _pair_of(self, stored: StoredSecret, version: str) -> Pair:
        pair = self._pair(stored, version)
        if pair is None:
            raise NotPendingError(f"version {version} of {stored.name} holds no pair")
        return pair

    def _record(
        self, integration: Integration, what: str, old: Pair, new: Pair, detail: str = ""
    ) -> AuditRecord:
        at, pairs = self.clock.now(), (old.fingerprint, new.fingerprint)
        return self.who.record(integration.name, what, at, *pairs, detail)


def _with(integration: Integration, **terms: Any) -> Integration:
    return replace(integration, rotation=replace(integration.rotation, **terms))


def _retired(integration: Integration, version: str, until: int) -> Integration:
    return _with(integration, retirements=retiring(integration, version, until))


def _replaced(retired: tuple[str, ...], old: Pair, new: Pair) -> tuple[str, ...]:
    pair = {old.fingerprint, new.fingerprint}
    return (*(each for each in retired if each not in pair), old.fingerprint)
