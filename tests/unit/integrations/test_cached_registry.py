"""The cache in front of the registry: few reads, and no revoked key beyond its time."""

from dataclasses import replace

import pytest

from casino.base.errors import UnavailableError
from casino.integrations.store import cached_registry
from casino.integrations.store.cached_registry import EARLY_S, CachedRegistry
from testing.clock import FakeClock
from testing.integrations import FakeRegistry, an_integration, with_terms

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


def test_keys_and_integration_are_read_once_a_minute(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    for _ in range(6):
        assert registry.by_api_key("key") == ACME
        clock.sleep(10)
    assert source.reads == {"keys": 1, "acme": 1}
    registry.by_api_key("key")
    assert source.reads == {"keys": 2, "acme": 2}


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


def test_a_failed_read_is_not_remembered(registry: CachedRegistry, source: FakeRegistry) -> None:
    source.reachable = False
    with pytest.raises(UnavailableError):
        registry.by_api_key("key")
    source.reachable = True
    assert registry.by_api_key("key") == ACME


def test_a9_a_flood_of_unknown_keys_reads_the_keys_once_in_five_seconds_and_nothing_else(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    clock.sleep(EARLY_S)
    for number in range(10_000):
        assert registry.by_api_key(f"forged-{number}") is None
    assert source.reads == {"keys": 2, "acme": 1}
    clock.sleep(EARLY_S)
    assert registry.by_api_key("forged") is None
    assert source.reads == {"keys": 3, "acme": 1}


def test_a9_a_new_key_works_in_five_seconds_also_in_a_flood_of_unknown_ones(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    for number in range(10_000):
        registry.by_api_key(f"forged-{number}")
    source.put(ACME, ("new",))
    clock.sleep(EARLY_S)
    for number in range(10_000):
        registry.by_api_key(f"forged-{number}")
    assert registry.by_api_key("new") == ACME


def test_a9_whoever_sees_a_new_key_sees_what_its_integration_says_of_it(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    staged = with_terms(ACME, pending_version="v2")
    source.put(staged, ("new",))
    clock.sleep(EARLY_S)
    assert registry.by_api_key("new") == registry.by_api_key("key") == staged


def test_a9_an_unknown_key_is_not_called_unknown_while_the_keys_cannot_be_read(
    registry: CachedRegistry, source: FakeRegistry, clock: FakeClock
) -> None:
    registry.by_api_key("key")
    source.put(ACME, ("new",))
    clock.sleep(EARLY_S)
    source.reachable = False
    for _ in range(100):
        with pytest.raises(UnavailableError):
            registry.by_api_key("new")
        assert registry.by_api_key("key") == ACME
    assert source.reads["keys"] == 2
    source.reachable = True
    clock.sleep(EARLY_S)
    assert registry.by_api_key("new") == ACME


def test_a9_the_reading_is_bounded_and_a_key_beyond_it_is_not_called_unknown(
    source: FakeRegistry, registry: CachedRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_registry, "MOST_KEYS", 2)
    source.put(ACME, ("key-2",))
    assert registry.by_api_key("none") is None
    source.put(ACME, ("key-3", "key-4"))
    registry.read_keys()
    assert registry.by_api_key("key-2") == ACME
    with pytest.raises(UnavailableError):
        registry.by_api_key("key-4")


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
    assert source.reads == {"keys": 1, "acme": 1}
