"""What the registry of integrations promises: in memory and on DynamoDB alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from casino.audit.model import EVERYONE, AuditRecord
from casino.audit.store import DynamoDbAudit
from casino.integrations.credentials import KeyTakenError
from casino.integrations.model import Integration, Off
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.registry import DynamoDbRegistry
from casino.integrations.switches import SWITCHES
from testing.clock import FakeClock
from testing.integrations import FakeRegistry, an_integration, with_terms
from testing.world import World
from tests.simulation.casinos import casino_on

OFF = Off(1, 2, "a bug", "an operator")
ACME = an_integration("acme", url="https://p.test", bets_off=OFF)
OTHER = an_integration("other")
AUDIT = AuditRecord("acme", "change", "an operator", "2026-01-01T00:00:00Z")


@dataclass
class Stored:
    """A registry of two integrations, each with a key, and the audit of its changes."""

    registry: FakeRegistry | DynamoDbRegistry
    audit: Callable[[], list[AuditRecord]]

    def __post_init__(self) -> None:
        self.registry.put(ACME, ("key",))
        self.registry.put(OTHER, ("key-of-other",))

    def by_api_key(self, api_key: str) -> Integration | None:
        return CachedRegistry(self.registry, FakeClock()).by_api_key(api_key)


@pytest.fixture(params=["in memory", "on the model", "on DynamoDB"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    with casino_on(request.param) as casino:
        if isinstance(casino, World):
            audit = DynamoDbAudit(casino.client, casino.tables)
            yield Stored(casino.registry, lambda: audit.records(EVERYONE, "acme", "other", "new"))
            return
        registry = FakeRegistry()
        yield Stored(registry, lambda: registry.audit)


def test_an_integration_is_found_by_its_name_and_by_its_key(stored: Stored) -> None:
    assert stored.registry.get("acme") == ACME
    assert stored.by_api_key("key") == ACME
    assert stored.registry.get("nobody") is None
    assert stored.registry.get("") is None
    assert stored.by_api_key("nothing") is None
    assert sorted(stored.registry.names()) == ["acme", "other"]


def test_a_disabled_integration_has_no_keys(stored: Stored) -> None:
    stored.registry.put(replace(ACME, enabled=False))
    assert stored.by_api_key("key") is None
    assert stored.registry.get("acme") == replace(ACME, enabled=False)


def test_a_key_of_another_integration_is_refused_and_nothing_is_stored(stored: Stored) -> None:
    new = an_integration("new")
    with pytest.raises(ValueError, match="another integration"):
        stored.registry.put(new, ("key-2", "key"))
    with pytest.raises(KeyTakenError):
        change(stored, {"key-of-other": 0}, grace_s=60)
    assert stored.registry.get("new") is None
    assert stored.by_api_key("key-2") is None
    assert stored.registry.get("acme") == ACME
    assert stored.audit() == []


def test_a_change_and_the_times_of_its_keys_are_audited(stored: Stored) -> None:
    assert change(stored, {"key": 2_000_000_000, "key-2": 0}, grace_s=60)
    changed = with_terms(ACME, grace_s=60)
    assert stored.by_api_key("key-2") == changed
    assert stored.by_api_key("key") == replace(changed, key_valid_until=2_000_000_000)
    assert stored.audit() == [AUDIT]


def test_the_rest_of_a_change_on_record_has_no_record_of_its_own(stored: Stored) -> None:
    assert stored.registry.change("acme", lambda found: found, None, {"key-2": 0})
    assert stored.by_api_key("key-2") == ACME
    assert stored.audit() == []


def test_what_a_rotation_noted_is_kept(stored: Stored) -> None:
    noted = {
        "tested_version": "v2",
        "retired": ("f1", "f2"),
        "pending_version": "v2",
        "current_version": "v1",
    }
    stored.registry.put(with_terms(ACME, **noted))
    assert stored.registry.get("acme") == with_terms(ACME, **noted)


def test_a_change_that_changes_nothing_is_none(stored: Stored) -> None:
    assert not change(stored, None)
    assert stored.audit() == []


def test_an_integration_that_is_not_there_cannot_be_changed(stored: Stored) -> None:
    with pytest.raises(LookupError):
        stored.registry.change("nobody", lambda found: found, AUDIT)


def test_the_switches_of_brands_and_of_all_are_in_force_beside_an_integrations_own(
    stored: Stored,
) -> None:
    assert stored.registry.shared() == {}
    off = replace(AUDIT, subject="all")
    offs = {"launches": OFF, "catalogue@b": replace(OFF, of_home=True), "partners@c": OFF}
    assert stored.registry.change_shared(lambda _: offs, off)
    assert not stored.registry.change_shared(lambda found: found, off)
    assert stored.audit() == [off]
    assert stored.registry.shared() == offs
    assert stored.registry.get("acme") == ACME
    in_force = with_terms(ACME, launches_off=OFF, catalogue_off=offs["catalogue@b"])
    assert stored.registry.in_force("acme") == stored.by_api_key("key") == in_force
    assert stored.registry.in_force("nobody") is None
    assert stored.registry.in_force("") is None
    assert stored.registry.change_shared(lambda _: {}, off)
    assert stored.registry.shared() == {}
    assert stored.registry.in_force("acme") == ACME


def test_what_is_switched_off_of_an_integration_is_kept(stored: Stored) -> None:
    offs = {f"{switch}_off": replace(OFF, why=switch) for switch in SWITCHES}
    stored.registry.put(with_terms(OTHER, **offs))
    assert stored.registry.get("other") == with_terms(OTHER, **offs)
    stored.registry.put(OTHER)
    assert stored.registry.get("other") == OTHER


def test_a_new_integration_is_audited_with_its_keys(stored: Stored) -> None:
    added = replace(AUDIT, subject="new", what="add")
    stored.registry.put(an_integration("new"), ("key-2",), added)
    assert stored.audit() == [added]


def change(stored: Stored, keys: dict[str, int] | None, **terms: int) -> bool:
    return stored.registry.change("acme", lambda found: with_terms(found, **terms), AUDIT, keys)
