"""Windows begin at midnight of a zone, whatever its clocks do; the calendar's own words judge."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casino.limits.windows import is_zone, since_midnight_s, windows

#: With changes of clock by an hour, at midnight, by half an hour; without; with a skipped day.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Pacific/Apia",
)
moments = st.integers(0, 4_102_444_800)
near = st.integers(-3 * 86_400, 40 * 86_400)


def local(zone: str, at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


@given(st.sampled_from(ZONES), moments, near)
@example("UTC", 1_709_164_800, 86_400)  # the leap day of 2024
@example("America/Sao_Paulo", 1_541_300_399, 1)  # a day that began at one o'clock
@example("Europe/Berlin", 1_761_440_400, 3_600)  # an hour that came twice
@example("Pacific/Apia", 1_325_239_199, 1)  # a Friday that never was
def test_two_moments_share_a_window_when_the_calendar_says_so(
    zone: str, at: int, later: int
) -> None:
    other = max(0, at + later)
    same = tuple(a == b for a, b in zip(windows(zone, at), windows(zone, other), strict=True))
    one, two = local(zone, at), local(zone, other)
    assert same == (
        one.date() == two.date(),
        one.isocalendar()[:2] == two.isocalendar()[:2],
        (one.year, one.month) == (two.year, two.month),
    )


@given(st.sampled_from(ZONES), moments)
def test_the_clock_on_the_wall_counts_since_midnight(zone: str, at: int) -> None:
    there = local(zone, at)
    assert since_midnight_s(zone, at) == there.hour * 3600 + there.minute * 60 + there.second


@pytest.mark.parametrize(
    ("at", "day", "monday"),
    [
        (0, date(1970, 1, 1), date(1969, 12, 29)),
        (1_767_225_599, date(2025, 12, 31), date(2025, 12, 29)),
        (1_767_225_600, date(2026, 1, 1), date(2025, 12, 29)),
    ],
)
def test_a_week_is_an_iso_week_also_over_the_new_year(at: int, day: date, monday: date) -> None:
    assert windows("UTC", at)[:2] == (day.toordinal(), monday.toordinal())


@pytest.mark.parametrize(
    ("zone", "known"), [("UTC", True), ("Asia/Kathmandu", True), ("Europe/Berlim", False)]
)
def test_a_zone_is_known_or_not(zone: str, known: bool) -> None:
    assert is_zone(zone) is known


@pytest.mark.parametrize("zone", ["Europe/Berlim", "../zone", "Europe", "x" * 300])
def test_a_zone_that_is_not_known_here_counts_as_utc(zone: str) -> None:
    """What is owed is counted as well, and must pass."""
    assert windows(zone, 1_761_440_400) == windows("UTC", 1_761_440_400)
    assert since_midnight_s(zone, 1_761_440_400) == since_midnight_s("UTC", 1_761_440_400)


def test_a_moment_beyond_the_calendar_of_its_zone_counts_as_utc() -> None:
    last = 253_402_300_799
    assert windows("Asia/Tokyo", last) == windows("UTC", last)
