"""The keyring: live versions of an integration's secret, from Secrets Manager, cached.

The current version is read first and alone; most requests never need another. A signature that
matches nothing asks for a refresh, which reads all three versions. Refreshes are limited in rate
for each integration, so that a rotation is seen at once and forged traffic does not turn into
traffic to Secrets Manager.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.domain.errors import UnavailableError
from casino.domain.model import Integration
from casino.ports import Clock, Secret

#: How long a version may be used without asking again, in seconds.
CACHE_S: Final = 60.0
#: How long the previous version verifies, in seconds, where the integration does not say.
GRACE_S: Final = 7 * 24 * 3600.0
#: The shortest time between two refreshes of one integration, in seconds.
REFRESH_INTERVAL_S: Final = 2.0


class SecretsClient(Protocol):
    """The one call that is needed."""

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:  # noqa: N803
        """Return one version of a secret."""


@dataclass(slots=True)
class _Ring:
    versions: tuple[Secret, ...]
    read_at: float
    complete: bool
    refreshed_at: float


class SecretsManagerKeyring:
    """`Keyring` over one Secrets Manager secret for each integration."""

    def __init__(self, client: SecretsClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._rings: dict[str, _Ring] = {}

    def live(self, integration: Integration) -> tuple[Secret, ...]:
        """Return the live versions known now; read anew when they are older than `CACHE_S`.

        The previous version dies when its grace period ends, cached or not.
        """
        now = self._clock.monotonic()
        ring = self._rings.get(integration.name)
        if ring is None or now - ring.read_at >= CACHE_S:
            complete = ring is not None and ring.complete
            refreshed_at = ring.refreshed_at if ring is not None else float("-inf")
            versions = self._read(integration, complete=complete)
            ring = _Ring(versions, now, complete, refreshed_at)
            self._rings[integration.name] = ring
        until = integration.previous_secret_until or ring.versions[0].created_at + GRACE_S
        over = self._clock.now() >= until
        return tuple(secret for secret in ring.versions if secret.label != "previous" or not over)

    def refresh(self, integration: Integration) -> bool:
        """Read all versions again; false when that was done a moment ago."""
        now = self._clock.monotonic()
        ring = self._rings.get(integration.name)
        if ring is not None and now - ring.refreshed_at < REFRESH_INTERVAL_S:
            return False
        if ring is not None:
            ring.refreshed_at = now
        self._rings[integration.name] = _Ring(
            self._read(integration, complete=True), now, complete=True, refreshed_at=now
        )
        return True

    def _read(self, integration: Integration, *, complete: bool) -> tuple[Secret, ...]:
        current = self._version(integration.secret_name, "current")
        if current is None:
            raise UnavailableError
        others = ("pending", "previous") if complete else ()
        found = [self._other(integration, label) for label in others]
        return (current, *(secret for secret in found if secret is not None))

    def _other(self, integration: Integration, label: str) -> Secret | None:
        """A version beside the current one: one that cannot be read must not stop the current."""
        try:
            return self._version(integration.secret_name, label)
        except UnavailableError:
            ring = self._rings.get(integration.name)
            known = ring.versions if ring is not None else ()
            return next((secret for secret in known if secret.label == label), None)

    def _version(self, secret_name: str, label: str) -> Secret | None:
        try:
            answer = self._client.get_secret_value(
                SecretId=secret_name, VersionStage=f"AWS{label.upper()}"
            )
            fields = json.loads(answer["SecretString"])
            created_at = answer["CreatedDate"].timestamp()
            return Secret(label, fields["api_key"], fields["secret_key"], created_at)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                return None
            raise UnavailableError from error
        except BotoCoreError as error:
            raise UnavailableError from error
        except (ValueError, KeyError, TypeError, AttributeError):
            # The cause could show a piece of the secret: it is not chained.
            raise UnavailableError from None
