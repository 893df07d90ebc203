"""What a refused record does to the stored one: it closes it, unless it says that it is in play.

The platform must not launch a game that its provider blocked, however the provider said so; and a
harmless new field in all records must not empty the lobby.
"""

from dataclasses import replace
from typing import Any, Final, cast

from casino.catalogue.model import Game, GameStatus, Provider

#: The fingerprint of no record, so that the next good one is written.
_NO_RECORD: Final = "0" * 64
_CLOSED: Final = frozenset({"inactive", "pending", "deprecated"})


def _in_play(record: object, provider_id: str | None) -> bool:
    """Tell whether a refused record plainly says that what is stored may be launched on."""
    fields = cast("dict[str, Any]", record)
    status = fields.get("status")
    return (
        fields.get("deleted_at") is None
        and (status == "active" or (status is None and provider_id is None))
        and fields.get("provider_id") == provider_id
    )


def closed_provider(record: object, known: Provider) -> Provider | None:
    """Return the stored provider out of play, unless the refused record says that it is in play."""
    if not known.enabled or _in_play(record, None):
        return None
    return replace(known, enabled=False, fingerprint=_NO_RECORD)


def closed_game(integration: str, record: object, known: Game) -> Game | None:
    """Return the stored game out of play, unless the refused record says that it is in play."""
    if known.integration != integration or not known.launchable:
        return None
    if _in_play(record, known.provider_id):
        return None
    said = cast("dict[str, Any]", record).get("status")
    status = said if isinstance(said, str) and said in _CLOSED else "inactive"
    return replace(known, status=cast("GameStatus", status), fingerprint=_NO_RECORD)
