"""What the inbox of deliveries promises: in memory and on DynamoDB alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from casino.audit.model import AuditRecord
from casino.audit.store import DynamoDbAudit
from casino.aws.attributes import text
from casino.deliveries.model import (
    FIRST_PAUSE_S,
    Delivery,
    Done,
    Ignored,
    Outcome,
    Told,
    Unmatched,
    Write,
)
from casino.deliveries.ports import Inbox
from casino.deliveries.store.inbox import RETENTION_S, DynamoDbInbox
from testing.casinos import casino_on
from testing.fake_inbox import FakeInbox
from testing.world import World

AT = 1_767_225_600
TOLD = Delivery(
    integration="acme",
    dialect="invo",
    key="key#1",
    kind="purchase.completed",
    body=b'{"a":"\xc3\xbc"}\x00',
    received_at=AT,
    headers=(("x-invo-secret-version", "2"),),
    trace_id="trace-1",
    next_at=AT,
)
AUDIT = AuditRecord("acme", "retry delivery", "an operator", "2026-01-01T00:00:00Z")


@dataclass
class Stored:
    """An inbox; `write` makes a write whose condition holds or not, `written` counts the made."""

    inbox: Inbox
    write: Callable[[str, bool], Write]
    written: Callable[[], int]
    audit: Callable[[], list[AuditRecord]]

    def taken(self, delivery: Delivery = TOLD, now: float = AT) -> Delivery:
        assert self.inbox.put_if_absent(delivery) is None
        taken = self.inbox.take(delivery, now)
        assert taken is not None
        return taken

    def found(self, delivery: Delivery = TOLD) -> Delivery:
        found = self.inbox.get(delivery.integration, delivery.key)
        assert found is not None
        return found


@pytest.fixture(params=["in memory", "on DynamoDB"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    with casino_on(request.param) as casino:
        if isinstance(casino, World):
            yield on_dynamodb(casino)
            return
        inbox, made = FakeInbox(), list[str]()

        def write(name: str, holds: bool) -> Write:
            return lambda: made.append(name) if holds else False

        yield Stored(inbox, write, lambda: len(made), lambda: inbox.audit)


def on_dynamodb(world: World) -> Stored:
    client, tables = world.client, world.tables

    def write(name: str, holds: bool) -> Write:
        put: dict[str, Any] = {"TableName": tables.players, "Item": {"player_id": text(name)}}
        if not holds:
            put["ConditionExpression"] = "attribute_exists(player_id)"
        return {"Put": put}

    def written() -> int:
        return len(client.scan(TableName=tables.players)["Items"])

    audit = DynamoDbAudit(client, tables)
    return Stored(DynamoDbInbox(client, tables), write, written, lambda: audit.records("acme"))


def test_a_delivery_is_stored_once_exact_to_the_byte(stored: Stored) -> None:
    other = replace(TOLD, body=b"other", kind="other", received_at=AT + 9)

    assert stored.inbox.get("acme", TOLD.key) is None
    assert stored.inbox.put_if_absent(TOLD) is None
    assert stored.inbox.put_if_absent(other) == TOLD
    assert stored.found() == TOLD
    assert stored.inbox.put_if_absent(replace(TOLD, integration="other")) is None


def test_a_try_is_counted_and_the_next_one_put_off(stored: Stored) -> None:
    taken = stored.taken()

    assert (taken.attempts, taken.next_at) == (1, AT + FIRST_PAUSE_S)
    assert stored.found() == taken
    assert stored.inbox.take(taken, AT + FIRST_PAUSE_S - 1) is None
    assert stored.inbox.take(TOLD, AT) is None, "somebody else has taken it up"
    again = stored.inbox.take(taken, AT + FIRST_PAUSE_S)
    assert again is not None
    assert (again.attempts, again.next_at) == (2, AT + 3 * FIRST_PAUSE_S)


def test_the_effect_and_the_state_are_written_together(stored: Stored) -> None:
    taken = stored.taken()
    told = (Told("order.awaiting_delivery", {"order_id": "7"}, "p"),)
    done = Done((stored.write("a", True), stored.write("b", True)), told, note="credited")

    assert stored.inbox.commit(taken, done, AT + 5) == "committed"
    assert stored.written() == 2
    found = stored.found()
    assert (found.state, found.told, found.reason) == ("done", told, "credited")
    assert found.ended_at == AT + 5
    assert stored.inbox.commit(taken, done, AT + 6) == "lost"
    assert stored.inbox.take(found, AT + 10**6) is None
    assert stored.found() == found


def test_a_condition_that_does_not_hold_leaves_everything_as_it_was(stored: Stored) -> None:
    taken = stored.taken()
    done = Done((stored.write("a", False),), claim="order/1")

    assert stored.inbox.commit(taken, done, AT) == "overtaken"
    assert (stored.written(), stored.found()) == (0, taken)
    assert stored.inbox.commit(taken, Done(claim="order/1"), AT) == "committed"


def test_only_the_last_try_may_commit(stored: Stored) -> None:
    first = stored.taken()
    second = stored.inbox.take(first, first.next_at)
    assert second is not None

    assert stored.inbox.commit(first, Done((stored.write("a", True),)), AT) == "lost"
    stored.inbox.put_off(first, "too late", "failed", AT)
    assert (stored.written(), stored.found()) == (0, second)
    assert stored.inbox.commit(second, Done((stored.write("a", True),)), AT) == "committed"
    assert stored.written() == 1


def test_what_one_delivery_claims_no_other_of_its_integration_may(stored: Stored) -> None:
    second, foreign = replace(TOLD, key="key#2"), replace(TOLD, integration="other")
    first, again, elsewhere = (stored.taken(each) for each in (TOLD, second, foreign))
    done = Done((stored.write("a", True),), claim="order/1")

    assert stored.inbox.commit(first, done, AT) == "committed"
    assert stored.inbox.commit(again, done, AT) == "claimed"
    assert stored.found(second).state == "received"
    assert stored.inbox.commit(again, Ignored("told before"), AT) == "committed"
    assert stored.inbox.commit(elsewhere, done, AT) == "committed"
    assert stored.found(second).reason == "told before"


def test_what_a_try_met_is_noted(stored: Stored) -> None:
    taken = stored.taken()
    stored.inbox.put_off(taken, "provider_timeout", "received", AT + 1)
    assert stored.found() == replace(taken, reason="provider_timeout")
    stored.inbox.put_off(taken, "provider_timeout", "failed", AT + 2)
    assert stored.found() == replace(
        taken, reason="provider_timeout", state="failed", ended_at=AT + 2
    )


def test_deliveries_are_listed_by_state_the_oldest_first(stored: Stored) -> None:
    later = replace(TOLD, key="late", received_at=AT + 7)
    foreign = replace(TOLD, integration="other", received_at=AT - 7)
    for each in (later, TOLD, foreign):
        stored.inbox.put_if_absent(each)
    waits = stored.taken(replace(TOLD, key="waits"))
    assert stored.inbox.commit(waits, Unmatched("no such player"), AT) == "committed"

    listed = list(stored.inbox.of_state("received"))
    assert listed == [replace(each, body=b"", headers=()) for each in (foreign, TOLD, later)]
    assert [each.key for each in stored.inbox.of_state("received", "acme")] == ["key#1", "late"]
    (unmatched,) = stored.inbox.of_state("unmatched", "acme")
    assert (unmatched.key, unmatched.reason) == ("waits", "no such player")
    assert list(stored.inbox.of_state("failed")) == []


def test_a_person_has_a_delivery_tried_anew_or_ends_it(stored: Stored) -> None:
    taken = stored.taken()
    assert stored.inbox.commit(taken, Unmatched("no such player"), AT) == "committed"
    waits = stored.found()

    assert not stored.inbox.change(taken, "ignored", AT, AUDIT), "it is not as it was known"
    assert stored.audit() == []
    assert stored.inbox.change(waits, "received", AT + 9, AUDIT)
    anew = stored.found()
    assert anew == replace(TOLD, next_at=AT + 9)
    assert stored.inbox.change(anew, "ignored", AT + 10, AUDIT)
    assert (stored.found().state, stored.found().ended_at) == ("ignored", AT + 10)
    assert len(stored.audit()) == 2


def test_only_what_has_ended_goes_after_its_retention() -> None:
    with casino_on("on DynamoDB") as casino:
        assert isinstance(casino, World)
        stored = on_dynamodb(casino)
        expiring = {}
        outcomes: dict[str, Outcome] = {
            "done": Done(claim="c"),
            "unmatched": Unmatched("u"),
            "ignored": Ignored("i"),
        }
        for name, outcome in outcomes.items():
            taken = stored.taken(replace(TOLD, key=name))
            assert stored.inbox.commit(taken, outcome, AT) == "committed"
        for item in casino.client.scan(TableName=casino.tables.deliveries)["Items"]:
            expiring[item["id"]["S"]] = item.get("expires_at", {"N": "never"})["N"]
        ends = str(AT + RETENTION_S)
        assert expiring == {
            "delivery#acme#done": ends,
            "claim#acme#c": ends,
            "delivery#acme#ignored": ends,
            "delivery#acme#unmatched": "never",
        }
