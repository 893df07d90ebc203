"""The ports of players' profiles, identities and held wins, beside the wallet's own ports."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from casino.accounts.model import Identity
from casino.audit.model import AuditRecord
from casino.wallet.release import Release


class Profiles(Protocol):
    """Facts about players beside their wallets."""

    def change(self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord) -> None:
        """Set fields of a player; `None` forgets one, and a field that is not named stays.

        The audit record in the same transaction names the fields, and of the KYC level alone the
        value too: what is personal must not stand where nobody can delete it.
        """


class Releases(Protocol):
    """The releases of held wins: there is one of each at most."""

    def add(self, release: Release, audit: AuditRecord) -> bool:
        """Make a held win spendable, all or nothing; false when it was released before.

        Raises `AdminError` when its wallet does not hold as much.
        """


class Named(NamedTuple):
    """The players that a partner's id and an e-mail stand for; `None` for nobody."""

    by_id: str | None = None
    by_email: str | None = None


class Identities(Protocol):
    """How partners name players: no id and no e-mail names two players of one integration."""

    def named(self, integration: str, identity_id: str | None, email_hash: str | None) -> Named:
        """Return whom they name, consistently, in one round trip."""

    def of(self, integration: str, player_id: str) -> Identity | None:
        """Return how an integration names a player."""

    def change(self, before: Identity | None, after: Identity, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`, all or nothing, with the audit record.

        False when `before` is not what stands there, or when an id or e-mail of `after` names
        another player: read again.
        """
