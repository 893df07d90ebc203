"""What is off: the strictest switch counts, and an end is a moment of the clock, to the second."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.audit.model import EVERYONE, Who
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.integrations.model import Integration, Off, Switch, stopped
from casino.integrations.switches import SWITCHES, in_force, offs_of, shared_name, turned, with_off
from casino.integrations.switching import Standing, Switching
from testing.clock import FakeClock
from testing.integrations import FakeRegistry, an_integration

WHO = Who("an operator", "ticket 7")
BRANDS = ("", "acme", "home")
OFFS = st.none() | st.builds(Off, st.integers(0, 9), st.integers(0, 20), of_home=st.booleans())


class Scene:
    """An integration of a brand, and one without, which belongs to the stack's own."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.registry = FakeRegistry(an_integration("branded", brand_id="acme"))
        self.registry.put(an_integration("plain"))
        self.switching = Switching(self.registry, self._named, self.clock, "home")

    def _named(self, name: str) -> Integration:
        found = self.registry.get(name)
        if found is None:
            raise AdminError("integration_not_found", name)
        return found

    def off(self, switch: Switch, name: str) -> bool:
        found = self.registry.in_force(name)
        assert found is not None
        return stopped(offs_of(found).get(switch), self.clock.now())


@pytest.fixture
def scene() -> Scene:
    return Scene()


@given(
    st.sampled_from(SWITCHES), st.sampled_from(BRANDS), OFFS, st.dictionaries(
        st.builds(shared_name, st.sampled_from(SWITCHES), st.sampled_from(BRANDS)),
        OFFS.filter(bool), max_size=6,
    ), st.integers(0, 25),
)  # fmt: skip
def test_o24_what_any_switch_that_concerns_it_stops_stands_still_and_nothing_else(
    switch: Switch, brand: str, own: Off | None, shared: dict[str, Off], now: int
) -> None:
    integration = with_off(an_integration(brand_id=brand), switch, own)
    concerning = [own, shared.get(switch)]
    concerning += [shared.get(shared_name(switch, brand))] if brand else [
        off for name, off in shared.items() if name.startswith(f"{switch}@") and off.of_home
    ]  # fmt: skip
    expected = any(off is not None and (off.until == 0 or now < off.until) for off in concerning)
    assert stopped(offs_of(in_force(integration, shared)).get(switch), now) is expected
    takes_bets = in_force(integration, shared).wallet.takes_bets(now)
    assert switch != "bets" or takes_bets is not expected


@given(OFFS, OFFS, st.integers(0, 25))
def test_turning_twice_is_turning_once_and_a_new_end_keeps_the_beginning(
    standing: Off | None, wanted: Off | None, now: int
) -> None:
    wanted = wanted and replace(wanted, since=now, until=wanted.until and now + 1 + wanted.until)
    after = turned(standing, wanted, now)
    assert turned(after, wanted, now) == after
    assert stopped(after, now) is (wanted is not None)
    if wanted is not None and after is not None:
        assert after.until == wanted.until
        stood = standing is not None and stopped(standing, now)
        assert after.since == (standing.since if stood and standing else wanted.since)


@pytest.mark.parametrize("whose", [{}, {"brand": "acme"}, {"name": "branded"}], ids=str)
@pytest.mark.parametrize("switch", SWITCHES)
def test_o24_a_switch_holds_until_its_end_and_not_a_second_longer(
    scene: Scene, switch: Switch, whose: dict[str, str]
) -> None:
    end = int(scene.clock.now()) + 60
    assert scene.switching.turn(switch, on=False, until=end, who=WHO, **whose)
    scene.clock.advance(end - 1 - scene.clock.now())
    assert scene.off(switch, "branded")
    assert scene.off(switch, "plain") is (not whose)
    assert len(scene.switching.off_now()) == 1
    scene.clock.advance(1)
    assert not scene.off(switch, "branded")
    assert scene.switching.off_now() == []
    for changed in (True, False):  # once: an earlier version knows no end, and saw it off till now
        assert scene.switching.turn(switch, on=True, who=WHO, **whose) is changed  # type: ignore[arg-type]


def test_the_stacks_own_brand_is_that_of_integrations_without_one(scene: Scene) -> None:
    assert scene.switching.turn("bets", on=False, brand="home", who=WHO)
    assert (scene.off("bets", "plain"), scene.off("bets", "branded")) == (True, False)
    assert scene.switching.turn("bets", on=True, brand="home", who=WHO)
    assert not scene.off("bets", "plain")


def test_on_for_one_overrules_neither_its_brand_nor_all(scene: Scene) -> None:
    for whose in ({}, {"brand": "acme"}, {"name": "branded"}):
        assert scene.switching.turn("bets", on=False, who=WHO, **whose)  # type: ignore[arg-type]
    for whose in ({"name": "branded"}, {}, {"brand": "acme"}):
        assert scene.off("bets", "branded")
        assert scene.switching.turn("bets", on=True, who=WHO, **whose)  # type: ignore[arg-type]
    assert not scene.off("bets", "branded")


def test_o24_every_turn_is_audited_with_its_end_and_tells_what_stands(scene: Scene) -> None:
    now, turn = int(scene.clock.now()), scene.switching.turn
    ends = [now + 60, now + 120]
    assert turn("launches", on=False, name="plain", who=WHO)
    assert not turn("launches", on=False, name="plain", who=WHO), "it stands so already"
    for end in ends:
        assert turn("partners", on=False, brand="acme", until=end, who=WHO)
    assert turn("partners", on=False, who=WHO)
    off = Off(now, 0, "ticket 7", "an operator")
    assert scene.switching.off_now() == [
        Standing("partners", off),
        Standing("partners", replace(off, until=ends[1]), brand="acme"),
        Standing("launches", off, integration="plain"),
    ]
    told = [(r.subject, r.what, r.old, r.new, r.detail) for r in scene.registry.audit]
    until = [f"off until {iso_utc(end)}" for end in ends]
    assert told == [
        ("plain", "switch launches", "on", "off", ""),
        (EVERYONE, "switch partners", "on", until[0], "brand acme"),
        (EVERYONE, "switch partners", until[0], until[1], "brand acme"),
        (EVERYONE, "switch partners", "on", "off", ""),
    ]
    assert {(r.who, r.reason) for r in scene.registry.audit} == {(WHO.name, WHO.reason)}


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("reason_missing", {"who": Who("an operator")}),
        ("invalid_request", {"name": "plain", "brand": "acme"}),
        ("invalid_request", {"until": 1}),
        ("invalid_request", {"on": True, "until": 2**40}),
        ("brand_not_found", {"brand": "amce"}),
        ("brand_not_found", {"brand": ""}),
        ("integration_not_found", {"name": "nobody"}),
    ],
)
def test_what_would_stop_nobody_or_says_no_reason_is_refused(
    scene: Scene, code: str, asked: dict[str, object]
) -> None:
    with pytest.raises(AdminError) as refused:
        scene.switching.turn("bets", **{"on": False, "who": WHO} | asked)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not scene.registry.audit
    assert not scene.switching.off_now()
