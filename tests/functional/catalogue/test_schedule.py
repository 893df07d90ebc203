"""The invocations of the synchronisation: who is started, and what cannot be started now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.base.errors import UnavailableError
from casino.catalogue.schedule import InvalidEventError, SyncEndpoint
from casino.integrations.model import Integration, Off
from casino.observability.telemetry import Telemetry
from testing.integrations import FakeRegistry, with_terms
from testing.provider import STUDIO_HUB, provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub


@dataclass
class Context:
    """An invocation with so much time left."""

    left_s: float = 900
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:sync"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left_s * 1000)


@dataclass
class Starter:
    """Remembers what is to be started."""

    refuses: bool = False
    started: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, payload: Mapping[str, Any]) -> None:
        if self.refuses:
            raise UnavailableError("a loop")
        self.started.append(payload)


def known() -> FakeRegistry:
    """Three integrations: one of them without a provider, one that is disabled."""
    registry = FakeRegistry(STUDIO_HUB)
    registry.put(with_terms(STUDIO_HUB, name="plain", url=""))
    registry.put(replace(STUDIO_HUB, name="ended", enabled=False))
    return registry


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    with (
        provider(games=30, providers=2) as simulated,
        hub(world.client, world.environment, aws_client("s3", Config()), simulated) as made,
    ):
        yield made


def endpoint(studio: Hub, starter: Starter, registry: FakeRegistry | None = None) -> SyncEndpoint:
    return SyncEndpoint(
        sync=studio.service(),
        store=studio.store,
        integrations=registry or known(),
        invoke=starter,
        observer=Telemetry("test"),
        clock=studio.clock,
        hand_over_s=60,
    )


def test_a_tick_starts_one_run_for_each_enabled_integration_with_a_provider(studio: Hub) -> None:
    starter = Starter()

    answer = endpoint(studio, starter).handle({"mode": "delta"}, Context())

    assert answer["integrations"] == ["sandbox"]
    assert starter.started == [{"mode": "delta", "integration": "sandbox"}]


def test_o15_the_age_of_each_catalogue_is_counted_and_the_oldest_for_the_alarm(
    studio: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint(studio, Starter()).handle({"mode": "delta"}, Context())
    schemas = [
        (sorted(told["Dimensions"][0]), line.get("integration"))
        for line in map(json.loads, capsys.readouterr().out.splitlines())
        for told in line.get("_aws", {}).get("CloudWatchMetrics", ())
        if "CatalogueAgeSeconds" in line
    ]
    assert schemas == [(["integration", "service"], "sandbox"), (["service"], None)]


def test_a_run_says_what_it_did(studio: Hub) -> None:
    event = {"mode": "full", "integration": "sandbox"}

    answer = endpoint(studio, Starter()).handle(event, Context())

    assert (answer["status"], answer["records"], answer["written"]) == ("done", 32, 32)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_run_without_time_starts_its_successor_or_leaves_it_to_the_next_tick(
    studio: Hub, refuses: bool
) -> None:
    starter = Starter(refuses)
    event = {"mode": "full", "integration": "sandbox"}

    answer = endpoint(studio, starter).handle(event, Context(left_s=30))

    assert answer["status"] == "handed_over"
    assert len(starter.started) == (0 if refuses else 1)
    assert studio.sync("delta").status == "done"
    assert len(studio.games()) == 30


@pytest.mark.parametrize(
    "event",
    [{}, {"mode": "all"}, {"mode": "full", "integration": 7}, {"mode": "full", "integration": "x"},
     {"mode": "full", "integration": "plain"}, {"mode": "full", "integration": "ended"}],
)  # fmt: skip
def test_an_event_that_is_not_known_is_refused(studio: Hub, event: dict[str, Any]) -> None:
    with pytest.raises(InvalidEventError):
        endpoint(studio, Starter()).handle(event, Context())


class OffLater(FakeRegistry):
    """The synchronisation is switched off while it runs."""

    def in_force(self, name: str) -> Integration | None:
        self.offs = {"catalogue": Off()} if self.reads[name] else {}
        return super().in_force(name)


def test_o24_a_catalogue_that_is_switched_off_stays_as_it_is_whatever_its_provider_says(
    studio: Hub,
) -> None:
    studio.sync("full")
    control = studio.provider.control
    for game in list(control.records("games")):
        control.delete("games", game["id"], hard=True)
    before = studio.games()
    registry, event = known(), {"mode": "full", "integration": "sandbox"}
    registry.offs = {"catalogue": Off(until=int(studio.clock.now()) + 3600)}
    served = replace(endpoint(studio, Starter(), registry), observer=cast(Telemetry, studio.notes))

    assert served.handle(event, Context()) == {"status": "switched_off", "mode": "full"}

    assert studio.notes.events[-1] == ("sync switched off", {"integration": "sandbox"})
    assert (len(before), studio.games()) == (30, before)
    registry.offs = {"catalogue": Off(until=int(studio.clock.now()))}
    answer = served.handle(event, Context())
    assert answer["status"] == "done", answer


def test_a_run_that_is_switched_off_stops_where_it_is_and_goes_on_there(studio: Hub) -> None:
    starter, event = Starter(), {"mode": "full", "integration": "sandbox"}

    answer = endpoint(studio, starter, OffLater(STUDIO_HUB)).handle(event, Context())

    assert (answer["status"], starter.started) == ("switched_off", [])
    assert 0 < answer["records"] < 32
    rest = endpoint(studio, starter).handle(event, Context())
    assert (rest["status"], rest["run_id"]) == ("done", answer["run_id"])
    assert len(studio.games()) == 30
