"""The switches: of an integration, of a brand, of all; what is off anywhere is off.

Where several of them are off, the one that ends last counts, so one that goes on overrules no
other. Those of brands and of all stand together under names such as `bets` and `bets@acme`.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final

from casino.integrations.model import Integration, Off, Switch, stopped

#: Switch → the part of an integration that has it, as `<switch>_off`.
_PARTS: Final[Mapping[str, str]] = {
    "launches": "provider",
    "bets": "wallet",
    "catalogue": "provider",
    "partners": "partner",
}
SWITCHES: Final[tuple[Switch, ...]] = ("launches", "bets", "catalogue", "partners")


def shared_name(switch: Switch, brand: str = "") -> str:
    """Return the name of a switch of a brand, or of all."""
    return f"{switch}@{brand}" if brand else switch


def offs_of(integration: Integration) -> dict[str, Off]:
    """Return what is switched off of an integration, also what has ended."""
    return {switch: off for switch in _PARTS if (off := _off(integration, switch)) is not None}


def with_off(integration: Integration, switch: str, off: Off | None) -> Integration:
    """Return the integration with a switch off, or on."""
    part = _PARTS[switch]
    terms: Any = replace(getattr(integration, part), **{f"{switch}_off": off})
    return replace(integration, **{part: terms})


def in_force(own: Integration, shared: Mapping[str, Off]) -> Integration:
    """Return an integration with the switches of its brand and of all merged in."""
    for name, off in shared.items():
        switch, _, brand = name.partition("@")
        home = off.of_home and not own.access.brand_id
        if switch in _PARTS and (not brand or home or brand == own.access.brand_id):
            standing = _off(own, switch)
            if standing is None or _end(standing) < _end(off):
                own = with_off(own, switch, off)
    return own


def turned(standing: Off | None, wanted: Off | None, now: float) -> Off | None:
    """Return how a switch stands once `wanted` was asked for: what stands so already stays.

    A new end keeps the time since when it has been off. What has ended is forgotten once it is
    turned on: earlier versions, which know no end, have seen it off till then.
    """
    if wanted is None or standing is None or not stopped(standing, now):
        return wanted
    return standing if wanted.until == standing.until else replace(wanted, since=standing.since)


def _off(integration: Integration, switch: str) -> Off | None:
    off: Off | None = getattr(getattr(integration, _PARTS[switch]), f"{switch}_off")
    return off


def _end(off: Off) -> float:
    return off.until or inf
