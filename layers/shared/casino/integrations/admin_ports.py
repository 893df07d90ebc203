"""The ports of rotations and of operators; the money path loads none of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from casino.audit.model import AuditRecord
from casino.integrations.credentials import StoredSecret
from casino.integrations.model import Integration, Off
from casino.signing.pair import Pair


class SecretStore(Protocol):
    """The versions of a secret, and the labels that say what each is for."""

    def create(self, secret: str, pair: Pair) -> str:
        """Make a secret whose current version is `pair`, also of one that exists; return it."""

    def describe(self, secret: str) -> StoredSecret:
        """Return the secret's name and labels; `secret` is its name or ARN."""

    def read(self, secret: str, version: str) -> Pair | None:
        """Return a version's pair, or `None` for a version without a value."""

    def put_pending(self, secret: str, version: str, pair: Pair) -> None:
        """Make `version` the only pending one, with this pair, unless it has a value already."""

    def make_current(self, secret: str, version: str, instead_of: str) -> None:
        """Move the label of the current version; the one that had it becomes the previous."""

    def drop_pending(self, secret: str, version: str) -> None:
        """Take the pending label off, if it is there."""


class RotationRegistry(Protocol):
    """The part of the registry that a rotation changes."""

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, read now."""

    def change(
        self,
        name: str,
        update: Callable[[Integration], Integration],
        audit: AuditRecord | None,
        keys: Mapping[str, int] | None = None,
    ) -> bool:
        """Change an integration and until when its keys are valid, with an audit record.

        `None` goes with the rest of a change whose record is written. Raises `KeyTakenError`.
        """


class AdminRegistry(RotationRegistry, Protocol):
    """The registry, as operators read and change it."""

    def in_force(self, name: str) -> Integration | None:
        """Return an integration with the switches of its brand and of all merged in."""

    def names(self) -> Iterable[str]:
        """Return the name of every integration."""

    def put(
        self,
        integration: Integration,
        api_keys: tuple[str, ...] = (),
        audit: AuditRecord | None = None,
    ) -> None:
        """Store an integration, and point `api_keys` at it; all or nothing.

        Raises `ValueError` when a key belongs to another integration.
        """

    def change_shared(
        self, update: Callable[[Mapping[str, Off]], Mapping[str, Off]], audit: AuditRecord
    ) -> bool:
        """Change the switches of brands and of all, with an audit record; like `change`."""

    def shared(self) -> dict[str, Off]:
        """Return the switches of brands and of all that are off, also those that have ended."""


class PairProvider(Protocol):
    """The provider's side: who issues pairs, and who must take them."""

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        """Return a new pair; the same one for the same token."""

    def check(self, integration: Integration, pair: Pair) -> None:
        """Make a signed call with `pair`; raises `PairRefusedError` when it is not taken."""
