"""The worker over an inbox in memory: what it takes up, puts off, gives up, and tells."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from casino.base.errors import BusyError, UnavailableError
from casino.deliveries.model import (
    LONGEST_PAUSE_S,
    MOST_ATTEMPTS,
    Delivery,
    Done,
    Ignored,
    Outcome,
    Unmatched,
)
from casino.deliveries.stream import DeliveryStream
from casino.deliveries.work import Worker
from casino.integrations.model import Integration
from casino.observability.telemetry import Telemetry
from casino.providers.ports import ProviderError
from casino.providers.token import TokenUnavailableError
from testing.clock import FakeClock
from testing.fake_inbox import FakeInbox
from testing.integrations import an_integration


@dataclass
class Scripted:
    """An effect that does what the script says, once each, and then is done."""

    script: list[Outcome | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
        self.asked.append(delivery.key)
        step = self.script.pop(0) if self.script else Done(note="acted on")
        if isinstance(step, Exception):
            raise step
        return step


@dataclass
class Left:
    """What Lambda says of the time that is left."""

    seconds: float = 100
    invoked_function_arn: str = "arn"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class House:
    """A worker at its two edges."""

    inbox: FakeInbox = field(default_factory=FakeInbox)
    effect: Scripted = field(default_factory=Scripted)
    clock: FakeClock = field(default_factory=FakeClock)
    integrations: dict[str, Integration] = field(
        default_factory=lambda: {"acme": an_integration("acme", "invo")}
    )

    @property
    def stream(self) -> DeliveryStream:
        telemetry = Telemetry("test")
        find: Callable[[str], Integration | None] = self.integrations.get
        worker = Worker(self.inbox, find, {"invo": self.effect}, self.clock, telemetry)
        return DeliveryStream(worker, telemetry)

    def receive(self, key: str = "k1", dialect: str = "invo", integration: str = "acme") -> None:
        now = int(self.clock.now())
        told = Delivery(integration, dialect, key, "thing.happened", b"{}", now, next_at=now)
        assert self.inbox.put_if_absent(told) is None

    def tell(self, *keys: str) -> dict[str, Any]:
        return self.stream.handle({"Records": [record(key) for key in keys or ("k1",)]}, Left())

    def sweep(self, seconds: float = 100) -> int:
        oldest: int = self.stream.handle({}, Left(seconds))["oldest_s"]
        return oldest

    def state(self, key: str = "k1") -> str:
        return self.inbox.stored["acme", key].state

    def reason(self, key: str = "k1") -> str:
        return self.inbox.stored["acme", key].reason


def record(key: str, state: str = "received") -> dict[str, Any]:
    image = {"integration": {"S": "acme"}, "delivery_key": {"S": key}, "state": {"S": state}}
    return {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": f"n-{key}"}}


@pytest.fixture
def house() -> House:
    return House()


def test_the_stream_acts_at_once_and_a_second_telling_changes_nothing(house: House) -> None:
    house.receive()
    assert house.tell() == house.tell() == {"batchItemFailures": []}
    assert (house.state(), house.effect.asked) == ("done", ["k1"])
    assert house.sweep() == 0
    assert house.effect.asked == ["k1"]


def test_what_the_stream_tells_beside_received_deliveries_is_passed_over(house: House) -> None:
    claim = {"dynamodb": {"NewImage": {"id": {"S": "claim#acme#order/1"}}, "SequenceNumber": "1"}}
    gone = {"dynamodb": {"SequenceNumber": "2"}}
    records = [claim, gone, record("k1", "done")]
    assert house.stream.handle({"Records": records}, Left()) == {"batchItemFailures": []}
    assert house.effect.asked == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ProviderError("provider_timeout"), "provider_timeout"),
        (TokenUnavailableError("timeout"), "token_timeout"),
        (UnavailableError(), "unavailable"),
        (RuntimeError("secret"), "unexpected_RuntimeError"),
    ],
)
def test_what_cannot_be_done_now_is_tried_later_and_stops_nothing_else(
    house: House, error: Exception, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    house.receive("k1")
    house.receive("k2")
    house.effect.script = [error]
    assert house.tell("k1", "k2") == {"batchItemFailures": []}
    assert (house.state("k1"), house.reason("k1"), house.state("k2")) == (
        "received",
        reason,
        "done",
    )
    house.sweep()
    assert house.effect.asked == ["k1", "k2"], "it is not due yet"
    house.clock.advance(60)
    house.sweep()
    assert (house.state("k1"), house.effect.asked) == ("done", ["k1", "k2", "k1"])
    said = capsys.readouterr().out
    assert '"DeliveryRetries":' in said
    assert "secret" not in said


def test_a_delivery_fails_after_a_day_of_tries_and_waits_for_a_person(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.receive()
    house.effect.script = [ProviderError("provider_unavailable") for _ in range(MOST_ATTEMPTS)]
    started = house.clock.now()
    while house.state() == "received":
        house.sweep()
        house.clock.advance(60)
    assert (house.state(), house.reason()) == ("failed", "provider_unavailable")
    assert len(house.effect.asked) == MOST_ATTEMPTS
    assert 24 * 3600 < house.clock.now() - started < 36 * 3600
    assert '"DeliveriesFailed":' in capsys.readouterr().out
    house.clock.advance(2 * LONGEST_PAUSE_S)
    assert house.sweep() == 0
    assert len(house.effect.asked) == MOST_ATTEMPTS


def test_what_a_disabled_integration_told_waits_until_it_is_enabled(house: House) -> None:
    known = house.integrations["acme"]
    house.integrations["acme"] = replace(known, enabled=False)
    house.receive()
    house.tell()
    assert (house.state(), house.reason()) == ("received", "integration_disabled")
    assert house.effect.asked == []
    house.integrations["acme"] = known
    house.clock.sleep(LONGEST_PAUSE_S)
    house.tell()
    assert house.effect.asked == ["k1"]


def test_what_fits_nothing_is_told_and_waits(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.receive()
    house.effect.script = [Unmatched("no such player")]
    house.tell()
    assert (house.state(), house.reason()) == ("unmatched", "no such player")
    assert '"DeliveriesUnmatched":' in capsys.readouterr().out
    house.clock.advance(10**6)
    assert house.sweep() == 0
    assert house.effect.asked == ["k1"]


def test_what_nobody_acts_on_waits_for_a_person(house: House) -> None:
    house.receive("k1", dialect="morse")
    house.tell("k1")
    assert (house.state("k1"), house.reason("k1")) == (
        "unmatched",
        "nobody acts on deliveries of morse",
    )
    house.receive("k2")
    house.integrations.clear()
    house.tell("k2")
    assert house.reason("k2") == "its integration does not exist"


def test_an_effect_whose_reads_are_overtaken_is_asked_again_at_once(house: House) -> None:
    made: list[int] = []
    house.receive()
    house.effect.script = [Done((lambda: False,)), Done((lambda: made.append(1),))]
    house.tell()
    assert (house.state(), made, len(house.effect.asked)) == ("done", [1], 2)


def test_an_effect_that_is_overtaken_again_and_again_is_put_off(house: House) -> None:
    house.receive()
    house.effect.script = [Done((lambda: False,)) for _ in range(8)]
    house.tell()
    assert (house.state(), house.reason()) == ("received", "busy")


def test_of_two_deliveries_that_tell_the_same_one_is_acted_on(house: House) -> None:
    made: list[int] = []
    done = Done((lambda: made.append(1),), claim="order/1")
    house.effect.script = [done, done]
    for key in ("k1", "k2"):
        house.receive(key)
    house.tell("k1", "k2")
    assert (house.state("k1"), house.state("k2"), made) == ("done", "ignored", [1])
    assert house.reason("k2") == "another delivery has told the same"


def test_a_worker_that_comes_too_late_commits_nothing(house: House) -> None:
    """Meanwhile somebody else has taken the delivery up, a minute after this one's try."""
    made: list[str] = []
    house.receive()

    def slow() -> None:
        made.append("slow")

    class Slow(Scripted):
        def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
            if not self.asked:
                self.asked.append("slow")
                house.clock.advance(60)
                house.sweep()
                return Done((slow,))
            return super().act(delivery, integration, now)

    house.effect = Slow([Done((lambda: made.append("quick"),))])
    house.tell()
    assert (house.state(), made) == ("done", ["quick"])


def test_when_not_even_a_try_can_be_written_down_the_rest_is_told_again(house: House) -> None:
    for key in ("k1", "k2", "k3"):
        house.receive(key)
    reachable = house.inbox.take

    def take(delivery: Delivery, now: float) -> Delivery | None:
        if delivery.key == "k2":
            raise BusyError
        return reachable(delivery, now)

    house.inbox.take = take  # type: ignore[method-assign]
    failures = house.tell("k1", "k2", "k3")["batchItemFailures"]
    assert failures == [{"itemIdentifier": "n-k2"}]
    assert [house.state(key) for key in ("k1", "k2", "k3")] == ["done", "received", "received"]


def test_the_age_of_the_oldest_delivery_that_waits_is_measured(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.receive("k1")
    house.effect.script = [ProviderError("provider_timeout")] * 2
    house.tell("k1")
    house.clock.advance(50)
    house.receive("k2")
    assert house.sweep() == 50
    assert house.state("k2") == "received", "the second failure"
    assert '"OpenDeliveryAgeSeconds":[50.0]' in capsys.readouterr().out
    house.clock.advance(3600)
    assert house.sweep() == 0
    assert '"OpenDeliveryAgeSeconds":[0.0]' in capsys.readouterr().out


def test_a_run_that_has_no_time_left_acts_on_nothing_and_still_measures(house: House) -> None:
    house.receive()
    house.clock.advance(70)
    assert house.sweep(seconds=9) == 70
    assert house.effect.asked == []


def test_nothing_to_do_is_an_end(house: House) -> None:
    house.receive()
    house.effect.script = [Ignored("a test")]
    house.tell()
    assert (house.state(), house.reason()) == ("ignored", "a test")
