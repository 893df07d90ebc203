"""How much of a run telling one provider may take."""

from casino.integrations.model import Integration
from testing.integrations import an_integration
from testing.launching import PLAYER, PROVIDER_URL, Desk, Output, failure
from tests.functional.sessions.expiry_run import IDLE_S, TELL_BUDGET_S, Run


def test_a1_two_providers_that_drip_delay_no_session_of_a_healthy_one(
    desk: Desk, run: Run, output: Output
) -> None:
    names = ("drip-1", "drip-2", "healthy")
    for name in names:
        terms = an_integration(name, url=PROVIDER_URL, close_sessions=True)
        desk.world.registry.put(terms, (f"key-{name}",))
    of = {name: [desk.world.session(PLAYER, integration=name) for _ in range(20)] for name in names}

    def drip(integration: Integration) -> None:
        if integration.name != "healthy":
            desk.clock.advance(10)
            raise failure("provider_timeout")

    desk.provider.on_close = drip
    desk.clock.sleep(IDLE_S + 1)
    ends_at = desk.clock.monotonic() + 300
    run.time_left_s = lambda: ends_at - desk.clock.monotonic()
    # Each of the two gets its 30 seconds: three calls of ten.
    assert run() == {
        "dormant": 20,
        "dormant_later": 6,
        "dormant_postponed": 34,
        "handed_over": False,
    }
    assert set(of["healthy"]) <= set(desk.provider.closed)
    assert {run.status(session) for ids in of.values() for session in ids} == {"closed"}
    assert '"SessionsPostponed"' in output()
    assert run() == {"handed_over": False}


def test_a1_postponed_sessions_are_told_in_a_later_run(desk: Desk, run: Run) -> None:
    for n in range(5):
        desk.launch(session_id=f"sess-{n}")
    desk.provider.on_close = lambda _: desk.clock.advance(TELL_BUDGET_S)
    desk.clock.sleep(IDLE_S + 1)
    assert run() == {"dormant": 1, "dormant_postponed": 4, "handed_over": False}
    for left in (3, 2, 1):
        desk.clock.sleep(61)
        assert run() == {"told": 1, "postponed": left, "handed_over": False}
    desk.clock.sleep(61)
    assert run() == {"told": 1, "handed_over": False}
    assert sorted(desk.provider.closed) == [f"sess-{n}" for n in range(5)]
