"""Ends the sessions of a player who was excluded, and tells their providers.

The exclusion itself stopped every bet already. It is told by the stream of the audit records, so
nothing is lost when a run dies: the batch is told again, and ending what is over changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from casino.audit.model import player_of
from casino.base.errors import BusyError
from casino.observability.telemetry import Telemetry
from casino.sessions.closing import ClosingService
from casino.sessions.ports import WatchedSessions
from casino.sessions.refusals import LaunchRefusedError

#: What the audit calls an exclusion.
_EXCLUSIONS: Final = frozenset({"self_exclusion", "cool_off"})


@dataclass(frozen=True, slots=True)
class ExclusionStream:
    """Answers the batches of the audit's stream."""

    watch: WatchedSessions
    closing: ClosingService
    observer: Telemetry

    def handle(self, records: Sequence[Mapping[str, Any]]) -> None:
        """End the sessions of every player who was excluded.

        Raises `BusyError` while one of them is being opened: then the batch is to be told again.
        """
        ended, opening = 0, 0
        for player_id in _excluded(records):
            for session_id in self.watch.of_player(player_id):
                try:
                    self.closing.end(session_id)
                    ended += 1
                except LaunchRefusedError as error:
                    opening += error.code == "launch_in_progress"
        self.observer.event("sessions of excluded players ended", ended=ended, opening=opening)
        if opening:
            raise BusyError("a session of an excluded player is being opened")


def _excluded(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        player_id = player_of(image.get("subject", {}).get("S", ""))
        if player_id is not None and image["what"]["S"] in _EXCLUSIONS:
            yield player_id
