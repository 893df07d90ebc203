"""The lake of the deployed template, whose roles are enforced."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rich.console import Console

from casino.base.times import iso_utc
from ops.verbs import report
from sandbox.cashier import events_of
from sandbox.processes import poll
from sandbox.told import listening, show_told
from sandbox.up import Casino, open_seat

#: A currency of its own: no other test plays in it.
CURRENCY = "NOK"


def test_a_round_over_http_reaches_the_lake_and_the_report_shows_it(
    casino: Casino, capsys: pytest.CaptureFixture[str]
) -> None:
    operations = casino.operations
    yesterday = iso_utc(operations.clock.now() - 86_400)[:10]
    seat = open_seat(operations, f"p_lake_{uuid4().hex[:8]}", CURRENCY, "100.00")
    run = uuid4().hex[:8]
    with listening(operations) as listener:
        assert len(list(listener.beside(casino.pay_in_and_look(run, seat)))) == 18
        told = listener.follow(events_of(run))
    assert [each.event.event_type for each in told] == [
        "wallet.credit.completed",
        "bet.authorized",
        "wallet.debit.completed",
        "bet.settled",
        "wallet.credit.completed",
        "rg.limit.hit",
        "bonus.issued",
        "wager.progress.updated",
        "bonus.consumed",
    ]
    with capsys.disabled():
        show_told(Console(), told)

    found: Any = report.revenue(operations, yesterday, by="provider").data
    assert [row for row in found["rows"] if row["currency"] == CURRENCY] == [
        {
            "provider": "sandbox",
            "currency": CURRENCY,
            "bets": 1,
            "stakes": Decimal("2.50"),
            "refunds": Decimal("0.00"),
            "wins": Decimal("4.00"),
            "ggr": Decimal("-1.50"),
        }
    ]


@pytest.fixture
def impatient(casino: Casino) -> Iterator[tuple[str, str]]:
    """The lake's queue, whose messages come back after a second, and that of the dead ones."""
    sqs, outputs = casino.operations.queues, casino.stack.outputs
    url = outputs["LakeQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield url, outputs["LakeDeadQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "300"})


def test_what_is_no_event_waits_for_a_person(casino: Casino, impatient: tuple[str, str]) -> None:
    sqs, (url, dead) = casino.operations.queues, impatient
    body = json.dumps({"detail": {"event_type": f"no.event-{uuid4()}"}})
    sqs.send_message(QueueUrl=url, MessageBody=body)
    found: list[str] = []

    def there() -> bool:
        for message in sqs.receive_message(QueueUrl=dead).get("Messages", ()):
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        return body in found

    assert poll(there, timeout_s=120, pause_s=0.5), found
