"""The cache in front of the registry: few reads, and no revoked key beyond its time."""

from dataclasses import replace

import pytest

from casino.base.errors import BusyError, UnavailableError
from casino.integrations.store.cached_registry import (
    MOST_KEYS,
    UNKNOWN_READS,
    UNKNOWN_READS_PER_S,
    UNKNOWN_TTL_S,
    CachedRegistry,
)
from testing.clock import FakeClock
from testing.integrations import FakeRegistry, an_integration

ACME = an_integration("acme")


@pytest.fixture
def source() -> FakeRegistry:
    return FakeRegistry(ACME, "key")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def registry(source: FakeRegistry, clock: FakeClock) -> CachedRegistry:
    return CachedRegistry(source, clock)


def test_a_known_key_is_read_once_a_minute(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    for _ in range(6):
        assert registry.by_api_key("key") == ACME
        clock.sleep(10)
    assert source.reads["key"] == 1
    registry.by_api_key("key")
    assert source.reads["key"] == 2


def test_use_does_not_prolong_the_life_of_a_revoked_key(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    del source.keys["key"]
    for _ in range(5):
        clock.sleep(11.9)
        assert registry.by_api_key("key") == ACME
    clock.sleep(0.5)
    assert registry.by_api_key("key") is None


def test_an_old_answer_is_not_given_when_the_registry_is_unreachable(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    source.reachable = False
    clock.sleep(59)
    assert registry.by_api_key("key") == ACME
    clock.sleep(1)
    with pytest.raises(UnavailableError):
        registry.by_api_key("key")


def test_a_flood_of_one_forged_key_is_one_read(
    registry: CachedRegistry, source: FakeRegistry
) -> None:
    for _ in range(1_000):
        assert registry.by_api_key("forged") is None
    assert source.reads["forged"] == 1


def test_a_new_key_is_known_soon_although_it_was_unknown(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("new")
    source.put(ACME, ("new",))
    clock.sleep(UNKNOWN_TTL_S)
    assert registry.by_api_key("new") == ACME


def test_a_flood_of_many_forged_keys_neither_grows_the_cache_nor_drops_a_known_key(
    source: FakeRegistry, clock: FakeClock
) -> None:
    registry = CachedRegistry(source, clock, unknown_reads=2 * MOST_KEYS)
    registry.by_api_key("key")
    for number in range(MOST_KEYS + 1):
        registry.by_api_key(f"forged-{number}")
    registry.by_api_key("key")
    registry.by_api_key(f"forged-{MOST_KEYS}")
    registry.by_api_key("forged-0")
    assert source.reads["key"] == 1
    assert source.reads[f"forged-{MOST_KEYS}"] == 1
    assert source.reads["forged-0"] == 2


def test_the_key_used_least_recently_is_forgotten_first(
    source: FakeRegistry, clock: FakeClock
) -> None:
    registry = CachedRegistry(source, clock, unknown_reads=2 * MOST_KEYS)
    for number in range(MOST_KEYS):
        registry.by_api_key(f"forged-{number}")
    registry.by_api_key("forged-0")
    registry.by_api_key("one-more")
    registry.by_api_key("forged-0")
    registry.by_api_key("forged-1")
    assert source.reads["forged-0"] == 1
    assert source.reads["forged-1"] == 2


def test_a_failed_read_is_not_remembered(registry: CachedRegistry, source: FakeRegistry) -> None:
    source.reachable = False
    with pytest.raises(UnavailableError):
        registry.by_api_key("key")
    source.reachable = True
    assert registry.by_api_key("key") == ACME


def test_a_flood_of_many_forged_keys_is_a_bounded_number_of_reads(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    def flood(wave: int) -> int:
        busy = 0
        for number in range(1_000):
            try:
                assert registry.by_api_key(f"forged-{wave}-{number}") is None
            except BusyError:
                busy += 1
        return busy

    assert flood(1) == 1_000 - UNKNOWN_READS
    assert source.reads.total() == UNKNOWN_READS
    clock.sleep(4)
    assert flood(2) == 1_000 - 4 * UNKNOWN_READS_PER_S


def test_known_keys_are_read_in_a_flood_and_new_ones_cost_nothing(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    clock.sleep(60)
    for number in range(UNKNOWN_READS - 1):
        registry.by_api_key(f"forged-{number}")
    for number in range(50):
        source.put(ACME, (f"new-{number}",))
        assert registry.by_api_key(f"new-{number}") == ACME
    registry.by_api_key("forged-last")
    with pytest.raises(BusyError):
        registry.by_api_key("forged-one-more")
    assert registry.by_api_key("key") == ACME
    assert source.reads["key"] == 2


def test_a_key_that_is_retired_dies_at_its_time_although_it_is_cached(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    until = int(clock.now()) + 10
    source.keys["key"] = (ACME.name, until)
    retiring = replace(ACME, key_valid_until=until)
    assert registry.by_api_key("key") == retiring
    clock.sleep(9)
    assert registry.by_api_key("key") == retiring
    clock.sleep(1)
    assert registry.by_api_key("key") is None
    assert source.reads["key"] == 1
