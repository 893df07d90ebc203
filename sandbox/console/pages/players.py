"""The test players with what is special about each, and a KYC check that says what one wants."""

from typing import Any, Final

from starlette.responses import Response

from casino.base.times import iso_utc
from ops.errors import OpsError
from sandbox.console.shell import Asked, Page
from sandbox.traits import KYC, SAID, check_identity


def show(asked: Asked) -> Response:
    """Show the players of the sandbox."""
    return asked.render("players.html", players=_players(asked), verdicts=list(KYC))


def check(asked: Asked) -> Response:
    """Let the KYC check say something about a player of the sandbox."""
    player, verdict = asked.form.get("player", ""), asked.form.get("verdict", "")
    if verdict not in KYC or player not in _ids(asked):
        raise OpsError(
            "invalid_request", "Choose a player of the sandbox, and what the check says."
        )
    check_identity(asked.operations, player, verdict)
    return asked.go("/players")


def _ids(asked: Asked) -> list[str]:
    return [str(seat["player_id"]) for seat in asked.stack["players"]]


def _players(asked: Asked) -> list[dict[str, Any]]:
    found, now = [], asked.operations.clock.now()
    for player_id in _ids(asked):
        player = asked.operations.players.player(player_id)
        ends = {"excluded": player.self_excluded_until, "cooling off": player.cool_off_until}
        barred = [f"{word} until {iso_utc(end)}" for word, end in ends.items() if end > now]
        found.append({
            "player_id": player_id,
            "said": SAID.get(player_id, ""),
            "kyc_level": player.kyc_level or "not known",
            "state": ", ".join(["blocked"] * player.blocked + barred) or "plays",
        })  # fmt: skip
    return found


PAGE: Final = Page("Players", "/players", {"/players": show}, {"/players/kyc": check})
