"""The port of players' profiles, beside the wallet's own ports."""

from collections.abc import Mapping
from typing import Protocol


class Profiles(Protocol):
    """Facts about players beside their wallets."""

    def change(self, player_id: str, fields: Mapping[str, str | None]) -> None:
        """Set fields of a player; `None` forgets one, and a field that is not named stays."""
