"""What is switched off waits in the inbox; it is acted on once when it is on again."""

import pytest

from casino.deliveries.model import MOST_ATTEMPTS, Delivery, Outcome
from casino.integrations.model import Integration, Off
from testing.integrations import an_integration, with_terms
from tests.functional.deliveries.test_worker import House, Scripted


@pytest.mark.parametrize("whose", ["acme", "account"])
def test_o24_what_is_switched_off_waits_without_a_try_and_is_acted_on_once(whose: str) -> None:
    house = House()
    house.integrations |= {
        "acme": an_integration("acme", "invo", calls_as="account"),
        "account": an_integration("account", "invo-account"),
        "other": an_integration("other", "invo"),
    }
    on, end = house.integrations[whose], int(house.clock.now()) + 3 * 86_400
    house.integrations[whose] = with_terms(on, partners_off=Off(until=end))
    house.receive()
    house.receive("k2", integration="other")
    for _ in range(2 * MOST_ATTEMPTS):
        assert house.tell() == {"batchItemFailures": []}
        house.sweep()
        house.clock.advance(3599)
    assert (house.state(), house.effect.asked) == ("received", ["k2"])
    house.clock.advance(end - house.clock.now())
    assert house.sweep() == house.sweep() == 0
    assert (house.state(), house.effect.asked) == ("done", ["k2", "k1"])
    assert house.inbox.stored["acme", "k1"].attempts == 1


def test_o24_a_sweep_under_way_stops_at_the_next_delivery() -> None:
    house = House()

    class Pressed(Scripted):
        def act(self, delivery: Delivery, integration: Integration, now: float) -> Outcome:
            house.integrations["acme"] = with_terms(integration, partners_off=Off(1))
            return super().act(delivery, integration, now)

    house.effect = Pressed()
    for key in ("k1", "k2"):
        house.receive(key)
    house.sweep()
    assert house.effect.asked == ["k1"]
    assert (house.state("k2"), house.inbox.stored["acme", "k2"].attempts) == ("received", 0)
