"""The protocols by name, and a whole run of one: from settings to a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certify import report
from certify.dialects import Access, Dialect
from certify.dialects.flexsoft import Flexsoft
from certify.dialects.igsp import Igsp
from certify.dialects.winupgo import Winupgo
from certify.model import Result, Scenario
from certify.runner import Run, run
from certify.settings import Settings, SettingsError
from certify.transport import HttpLine


@dataclass(frozen=True)
class Protocol:
    """How a protocol is called, and who speaks it."""

    title: str
    speaker: Callable[[Access], Dialect]


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "igsp": Protocol("iGSP", Igsp),
    "flexsoft": Protocol("Flexsoft", Flexsoft),
    "winupgo": Protocol("WinUpGo", Winupgo),
}


def tried(
    name: str, settings: Settings, scenarios: Sequence[Scenario],
    done: Callable[[Result], None] = lambda _: None, whole: bool = True,
) -> tuple[Run, dict[str, Any]]:  # fmt: skip
    """Run scenarios of a protocol, and return what came of them, and the report.

    Raises `SettingsError` when the platform does not answer at all.
    """
    line = HttpLine(settings.access.url, settings.timeout_s, 32)
    speaker = PROTOCOLS[name].speaker(settings.access)
    letter = speaker.letter("balance", "", 0, settings.seats[0])
    if line.send(speaker.seal(letter, {}, "certify-first")).status == 0:
        raise SettingsError(f"nothing answers at {settings.access.url}")
    made = run(scenarios, speaker, line, settings.seats, settings.rules, done, settings.parallel)
    return made, report.build(made, name, settings, line.tls(), whole)
