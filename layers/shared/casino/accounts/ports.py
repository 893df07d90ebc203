"""The port of players' profiles, beside the wallet's own ports."""

from collections.abc import Mapping
from typing import Protocol

from casino.audit.model import AuditRecord


class Profiles(Protocol):
    """Facts about players beside their wallets."""

    def change(self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord) -> None:
        """Set fields of a player; `None` forgets one, and a field that is not named stays.

        The audit record in the same transaction names the fields, and of the KYC level alone the
        value too: what is personal must not stand where nobody can delete it.
        """
