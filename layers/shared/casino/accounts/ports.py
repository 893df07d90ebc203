"""The ports of players' profiles and of held wins, beside the wallet's own ports."""

from collections.abc import Mapping
from typing import Protocol

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
