"""The keyring: live versions of an integration's secret, from Secrets Manager, cached.

The keyring reads the current version first and alone; most requests need no other. A signature that
no version fits asks for a refresh, which reads all three labels; from then on each read takes all
three. The rate of refreshes is limited for each integration, so that forged traffic does not turn
into traffic to Secrets Manager. A version that the registry names and the keyring lacks is fetched
out of turn, once, so that the limit never blocks a sender that switches.

A version that the registry does not name was put by hand: it never verifies, and the one that the
registry names stays the current one.

Labels may move while they are read. The keyring reads them in the direction in which a version
moves (pending, current, previous), so that it misses none, and reads again when it finds the same
version as current and as previous. It asks the registry for the end of a previous version after the
labels: a rotation writes this end before it moves them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.clock import Clock
from casino.base.errors import UnavailableError
from casino.integrations.credentials import InvalidPairError, verifies_until
from casino.integrations.model import Integration
from casino.integrations.ports import Registry
from casino.integrations.store.secrets import read_version, stage_of
from casino.signing.pair import CURRENT, LABELS, PREVIOUS, Pair

#: How long a version may be used without asking again, in seconds.
CACHE_S: Final = 60.0
#: The shortest time between two refreshes of one integration, in seconds.
REFRESH_INTERVAL_S: Final = 2.0

_TRIES: Final = 3


class SecretsClient(Protocol):
    """The one call that is needed."""

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:  # noqa: N803
        """Return one version of a secret."""


@dataclass(slots=True)
class _Ring:
    versions: tuple[Pair, ...]
    read_at: float
    complete: bool
    refreshed_at: float = float("-inf")
    unsure: bool = False
    """Whether the last round could not read everything: a mismatch proves nothing then."""
    fetched: set[str] = field(default_factory=lambda: {""})
    """The versions that were fetched out of turn: once each."""


class SecretsManagerKeyring:
    """`Keyring` over one Secrets Manager secret for each integration."""

    def __init__(
        self,
        client: SecretsClient,
        clock: Clock,
        registry: Registry | None = None,
        cache_s: float = CACHE_S,
    ) -> None:
        self._client = client
        self._clock = clock
        self._registry = registry
        self._cache_s = cache_s
        self._refresh_interval_s = min(REFRESH_INTERVAL_S, cache_s)
        self._rings: dict[str, _Ring] = {}

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        """Return the live versions known now, the current one first, read anew after `cache_s`.

        A version that is being retired dies at its time, cached or not.
        """
        now = self._clock.monotonic()
        ring = self._rings.get(integration.name)
        if ring is None:
            ring = _Ring((), now, complete=False)
            self._read_current(ring, integration, now)
            self._rings[integration.name] = ring
        elif now - ring.read_at >= self._cache_s:
            if ring.complete:
                self._read(ring, integration, now)
            else:
                self._read_current(ring, integration, now)
        at = self._clock.now()
        return tuple(secret for secret in ring.versions if at < secret.until)

    def refresh(self, integration: Integration) -> bool:
        """Read all versions again after a mismatch; false when that was done a moment ago."""
        now = self._clock.monotonic()
        ring = self._rings.setdefault(integration.name, _Ring((), float("-inf"), complete=False))
        staged = integration.rotation.pending_version
        if now - ring.refreshed_at < self._refresh_interval_s:
            if staged in ring.fetched or any(s.version_id == staged for s in ring.versions):
                if ring.unsure:
                    raise UnavailableError  # 403 is final; a win refused with it is lost
                return False
            ring.fetched.add(staged)
        self._read(ring, integration, now)
        if ring.unsure:
            raise UnavailableError  # what was read is kept: the same request, sent again, meets it
        return True

    def _read(self, ring: _Ring, integration: Integration, now: float) -> None:
        """Read everything; a failure counts against the rate limit as well."""
        ring.refreshed_at, ring.unsure = now, True
        ring.versions, sure = self._all(integration, ring.versions)
        # What is missing is looked for again soon, not with every request.
        ring.read_at = now if sure else now - self._cache_s + self._refresh_interval_s
        ring.complete, ring.unsure = True, not sure

    def _read_current(self, ring: _Ring, integration: Integration, now: float) -> None:
        """Read the current version alone; all of them when the registry does not name it."""
        secret = self._version(integration.secret_name, CURRENT)
        if secret is None:
            raise UnavailableError
        if self._is_named(secret, integration):
            ring.versions, ring.read_at = (secret,), now
        else:
            self._read(ring, integration, now)

    def _is_named(self, secret: Pair, integration: Integration) -> bool:
        terms = integration.rotation
        lenient = self._registry is None or not terms.current_version
        return lenient or secret.version_id in terms.named

    def _named(self, versions: list[Pair], integration: Integration) -> list[Pair]:
        """Return the versions without those put by hand, with the current one in any case."""
        if all(self._is_named(each, integration) for each in versions):
            return versions
        known = self._known(integration)
        named = [each for each in versions if self._is_named(each, known)]
        if len(named) == len(versions):
            return versions
        version = known.rotation.current_version
        current = next((each for each in versions if each.version_id == version), None)
        current = current or self._version(known.secret_name, CURRENT, VersionId=version)
        if current is None:
            raise UnavailableError
        rest = [each for each in named if each.version_id != version]
        return [replace(current, label=CURRENT, until=math.inf), *rest]

    def _all(
        self, integration: Integration, known: tuple[Pair, ...]
    ) -> tuple[tuple[Pair, ...], bool]:
        """Return every version once, by the best of its labels, with the time of its death.

        False with it when a version beside the current one could not be read: then the known ones
        stay, the replaced ones as previous.
        """
        current, others, sure = self._three(integration.secret_name)
        if not sure:
            others += [
                replace(each, label=PREVIOUS) if each.label == CURRENT else each for each in known
            ]
        seen, versions = {current.version_id}, [current]
        for secret in others:
            if secret.version_id not in seen:
                seen.add(secret.version_id)
                old = secret.label == PREVIOUS
                versions.append(self._retiring(secret, current, integration) if old else secret)
        return tuple(self._named(versions, integration)), sure

    def _three(self, secret_name: str) -> tuple[Pair, list[Pair], bool]:
        """Return the current version, what else there is, and whether that is all."""
        for attempt in range(_TRIES):
            found, sure = [], True
            for label in LABELS:
                try:
                    found.append(self._version(secret_name, label))
                except UnavailableError:
                    if label == CURRENT:
                        raise
                    sure = False
            by_label = {secret.label: secret for secret in found if secret is not None}
            if CURRENT not in by_label:
                break
            current, previous = by_label.pop(CURRENT), by_label.get(PREVIOUS)
            torn = previous is not None and previous.version_id == current.version_id
            if not torn or attempt == _TRIES - 1:
                return current, list(by_label.values()), sure
        raise UnavailableError

    def _retiring(self, previous: Pair, current: Pair, integration: Integration) -> Pair:
        known = self._known(integration)
        until = verifies_until(known, previous.version_id, current.created_at)
        return replace(previous, until=until)

    def _known(self, integration: Integration) -> Integration:
        """Return the integration as the registry has it now; else what the request came with."""
        try:
            known = self._registry.get(integration.name) if self._registry else None
        except UnavailableError:
            known = None  # what the request came with is at most `cache_s` old
        return known or integration

    def _version(self, secret_name: str, label: str, **which: str) -> Pair | None:
        """Return one version; only an unreadable current one is an error."""
        try:
            which = which or {"VersionStage": stage_of(label)}
            pair = read_version(self._client, secret_name, **which)
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError from error
        except InvalidPairError:
            # The cause could show a piece of the secret: it is not chained.
            if label != CURRENT:
                return None
            raise UnavailableError from None
        return replace(pair, label=label) if pair else None
