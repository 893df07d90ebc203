"""The protocols by name, and how a run of one begins: by a platform that knows the caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from certify.dialects import Access, Dialect, decoded
from certify.dialects.flexsoft import Flexsoft
from certify.dialects.igsp import Igsp
from certify.dialects.winupgo import NEEDS, Winupgo
from certify.judge import told_of
from certify.model import Seat, number
from certify.settings import Settings, SettingsError
from certify.transport import HttpLine, Line


@dataclass(frozen=True)
class Protocol:
    """How a protocol is called, and who speaks it."""

    title: str
    speaker: Callable[[Access], Dialect]
    needs: tuple[str, ...] = ()
    """What the section `access` must hold."""


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "igsp": Protocol("iGSP", Igsp),
    "flexsoft": Protocol("Flexsoft", Flexsoft),
    "winupgo": Protocol("WinUpGo", Winupgo, NEEDS),
}
#: In minor units: with less, scenarios would be refused for lack of money.
LEAST: Final = 100_00
_TRIES: Final = 3


def reach(name: str, settings: Settings) -> tuple[HttpLine, Dialect]:
    """Return a line to the platform, and who speaks on it.

    Raises `SettingsError` when the platform does not answer as one that knows caller and players.
    """
    missing = [word for word in PROTOCOLS[name].needs if not settings.access.extra.get(word)]
    if missing:
        raise SettingsError(f"[access] of the file lacks {', '.join(missing)}")
    line = HttpLine(settings.access.url, settings.timeout_s, 32)
    speaker = PROTOCOLS[name].speaker(settings.access)
    for seat in settings.seats:
        if seat.trait == "normal":
            _introduce(line, speaker, seat, settings.access.url)
    return line, speaker


def _introduce(line: Line, speaker: Dialect, seat: Seat, url: str) -> None:
    """Ask for the player's balance; raises `SettingsError` for what would turn every scenario red.

    A protocol without balances asks for something that is refused, and that must be understood.
    """
    letter = speaker.letter("balance", "", 0, seat)
    for _ in range(_TRIES):
        reply = line.send(speaker.seal(letter, {}, "certify-first"))
        answer = speaker.read("balance", reply, seat.places)
        if answer.kind in ("ok", "refused"):
            break
    said = f"{url} answers {told_of(answer)}"
    if answer.kind == "lost":
        raise SettingsError(f"nothing answers at {url}: {reply.why}")
    if answer.kind == "failed" or not isinstance(decoded(reply.body), dict):
        raise SettingsError(f"{said} to a first request: is the URL right, and the platform up?")
    if answer.kind == "refused" and (speaker.shows_balance or reply.status in (401, 403)):
        raise SettingsError(
            f"{said} to the first request for {seat.player_id}: "
            "check key, secret, clock, player and session"
        )
    if answer.balance is not None and answer.balance < LEAST:
        least = f"{number(LEAST, seat.places)} {seat.currency}"
        raise SettingsError(f"{seat.player_id} has less than {least}, which the scenarios need")
