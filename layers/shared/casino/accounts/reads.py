"""The questions of the casino's own API: one use case each, and how its answer is written."""

from collections.abc import Callable
from dataclasses import dataclass

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import written
from casino.accounts.api import Asked
from casino.accounts.model import Reply


@dataclass(frozen=True, slots=True)
class Reads:
    """The routes that change nothing."""

    players: PlayerAdmin

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Reply]]:
        """Return what answers which method of which resource."""
        return {("GET", "/players/{player_id}"): self._player}

    def _player(self, asked: Asked) -> Reply:
        player = self.players.player(asked.player_id)
        profile = {
            "name": player.name,
            "country": player.country,
            "birth_date": player.birth_date,
            "kyc_level": player.kyc_level,
        }
        body = {
            "player_id": player.player_id,
            "blocked": player.blocked,
            "created_at": player.created_at,
            "profile": profile,
        }
        return Reply(200, written(body))
