"""The red button: turns a switch of an integration, of a brand or of all, and tells what is off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casino.audit.model import EVERYONE, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.integrations.admin_ports import AdminRegistry
from casino.integrations.model import Integration, Off, Switch
from casino.integrations.switches import offs_of, shared_name, turned, with_off


@dataclass(frozen=True, slots=True)
class Standing:
    """A switch that is off now, of an integration, of a brand, or of all if neither is named."""

    switch: str
    off: Off
    integration: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Switching:
    """The use cases; `named` returns an integration or raises `AdminError`."""

    registry: AdminRegistry
    named: Callable[[str], Integration]
    clock: Clock
    home: str
    """The brand that integrations without one belong to; empty where the stack names none."""

    def turn(
        self,
        switch: Switch,
        *,
        on: bool,
        name: str | None = None,
        brand: str | None = None,
        until: int = 0,
        who: Who,
    ) -> bool:
        """Turn a switch off, `until` a time or for good, or on; false when it stands so already.

        Raises `AdminError`: `reason_missing`, `integration_not_found`, `brand_not_found` and
        `invalid_request`.
        """
        now, who = self.clock.now(), who.explained()
        if name is not None and brand is not None:
            raise AdminError("invalid_request", "say an integration or a brand, not both")
        if until and (on or until <= now):
            raise AdminError("invalid_request", "an end lies ahead, and is of what is off")
        home = brand is not None and brand == self.home
        wanted = None if on else Off(int(now), until, who.reason, who.name, home)
        if name is not None:
            standing = offs_of(self.named(name)).get(switch)
        else:
            key = shared_name(switch, self._known(brand))
            standing = self.registry.shared().get(key)
        words = _said(standing, now), _said(wanted, now)
        detail = f"brand {brand}" if brand else ""
        audit = who.record(name or EVERYONE, f"switch {switch}", now, *words, detail)
        if name is None:
            return self.registry.change_shared(lambda offs: _turned(offs, key, wanted, now), audit)

        def change(latest: Integration) -> Integration:
            return with_off(latest, switch, turned(offs_of(latest).get(switch), wanted, now))

        return self.registry.change(name, change, audit)

    def off_now(self) -> list[Standing]:
        """Return all that is off: of all, of brands, of integrations."""
        found = []
        for name, off in sorted(self.registry.shared().items()):
            switch, _, brand = name.partition("@")
            found.append(Standing(switch, off, brand=brand))
        found.sort(key=lambda standing: standing.brand)
        for name in sorted(self.registry.names()):
            own = self.registry.get(name)
            offs = offs_of(own) if own is not None else {}
            found += [Standing(switch, off, integration=name) for switch, off in offs.items()]
        now = self.clock.now()
        return [standing for standing in found if standing.off.holds(now)]

    def _known(self, brand: str | None) -> str:
        """Return a brand that integrations have; a mistyped one would stop nobody."""
        if brand is None:
            return ""
        found = (self.registry.get(name) for name in self.registry.names())
        brands = {self.home, *(each.access.brand_id for each in found if each is not None)} - {""}
        if brand not in brands:
            said = f"no integration is of brand {brand}; there are {', '.join(sorted(brands))}"
            raise AdminError("brand_not_found", said)
        return brand


def _turned(offs: Mapping[str, Off], key: str, wanted: Off | None, now: float) -> Mapping[str, Off]:
    off = turned(offs.get(key), wanted, now)
    rest = {name: each for name, each in offs.items() if name != key}
    return rest if off is None else {**rest, key: off}


def _said(off: Off | None, now: float) -> str:
    if off is None or not off.holds(now):
        return "on"
    return f"off until {iso_utc(off.until)}" if off.until else "off"
