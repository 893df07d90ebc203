"""A synchronisation that an operator asks for: whom it asks, how long it waits, what it tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from casino.audit.model import AuditRecord, Who
from casino.base.errors import AdminError, FunctionFailedError
from casino.catalogue.admin import CatalogueAdmin
from casino.catalogue.model import Game, Provider
from casino.catalogue.ports import GameKey, Quarantined
from casino.catalogue.run import Counts, Run, SyncState
from casino.integrations.model import Integration
from testing.clock import FakeClock
from testing.integrations import an_integration

WHO = Who("arn:aws:iam::1:user/op", "a test")
RUN = Run("run-1", "full", "2026-01-01T00:00:00Z", counts=Counts(records=7, written=5))
INTEGRATIONS = {
    "acme": an_integration("acme", url="https://acme.example"),
    "bare": an_integration("bare"),
    "zulu": an_integration("zulu", url="https://zulu.example"),
}


@dataclass
class Deployed:
    """The function with scripted answers, and what it leaves in the tables."""

    answers: list[dict[str, Any]]
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    last_run: Run | None = None
    orders: list[tuple[str, bool, AuditRecord]] = field(default_factory=list)

    def order(self, integration: str, accept_drop: bool, audit: AuditRecord) -> None:
        self.orders.append((integration, accept_drop, audit))

    def ask(self, event: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(event)
        if not self.answers:
            raise FunctionFailedError("an error of the function")
        return self.answers.pop(0)

    def state(self, integration: str) -> SyncState:
        return SyncState(integration, last_run=self.last_run)

    def quarantined(self, integration: str, *, raw: bool = False) -> Iterator[Quarantined]:
        return iter(())


class Shelf:
    """`CatalogueReader` of two games and one provider for each integration."""

    def games(self, game_ids: object) -> dict[str, Game]:
        return {}

    def providers(self, integration: str) -> list[Provider]:
        return [Provider(integration, "p1", "P1", (), (), "f")]

    def game_keys(self, integration: str) -> Iterator[GameKey]:
        yield GameKey("g1", "active", "active", 0, None)
        yield GameKey("g2", "inactive", "missing", 2, "run-1")


def named(name: str) -> Integration:
    return INTEGRATIONS[name]


def admin(deployed: Deployed, *names: str) -> CatalogueAdmin:
    return CatalogueAdmin(
        lambda: names, named, Shelf(), deployed, deployed.ask, deployed.order, FakeClock()
    )


def test_without_a_name_every_integration_with_a_provider_is_synchronised() -> None:
    deployed = Deployed([{"status": "done"}, {"status": "failed", "code": "busy"}])
    runs = admin(deployed, "zulu", "bare", "acme").sync(None, "delta", who=WHO)
    assert runs == [
        {"integration": "acme", "status": "done"},
        {"integration": "zulu", "status": "failed", "code": "busy"},
    ]
    first = {"mode": "delta", "integration": "acme"}
    assert deployed.asked == [first, {**first, "integration": "zulu"}]


def test_another_run_of_the_integration_is_waited_for() -> None:
    deployed = Deployed([{"status": "busy"}, {"status": "busy"}, {"status": "done"}])
    (run,) = admin(deployed).sync("acme", "full", who=WHO, accept_drop=True)
    assert run["status"] == "done"
    assert len(deployed.asked) == 3
    audit = WHO.record("acme", "sync full, drop accepted", 1_767_225_600)
    assert deployed.orders == [("acme", True, audit)], "once, before the first"


def test_a_run_that_was_handed_over_is_done_when_its_last_invocation_is() -> None:
    deployed = Deployed([{"status": "handed_over", "run_id": "run-1"}], last_run=RUN)
    (run,) = admin(deployed).sync("acme", "full", who=WHO)
    assert (run["status"], run["records"], run["written"]) == ("done", 7, 5)


def test_patience_ends_after_half_an_hour() -> None:
    deployed = Deployed([{"status": "handed_over", "run_id": "run-2"}], last_run=RUN)
    (run,) = admin(deployed).sync("acme", "full", who=WHO)
    assert run["status"] == "handed_over"


def test_what_is_stored_is_counted_over_all_integrations() -> None:
    stored = admin(Deployed([], last_run=RUN), "acme", "zulu").shelved(None)
    assert (stored.statuses, stored.providers) == ({"active": 2, "inactive": 2}, 2)
    assert (stored.shelves, stored.missing) == ({"active": 2, "missing": 2}, 2)
    assert [(state.integration, held) for state, held in stored.runs] == [("acme", 0), ("zulu", 0)]


@pytest.mark.parametrize(
    ("names", "name", "code"),
    [
        (("bare",), None, "no_provider"),
        (("bare",), "bare", "no_provider"),
        (("acme",), "acme", "sync_failed"),
    ],
)
def test_what_cannot_be_synchronised_is_named(
    names: tuple[str, ...], name: str | None, code: str
) -> None:
    with pytest.raises(AdminError) as refused:
        admin(Deployed([]), *names).sync(name, "full", who=WHO)
    assert refused.value.code == code
