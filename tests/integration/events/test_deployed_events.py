"""A bet over HTTP on the deployed stack: its events arrive in a queue, and the archive has them."""

import json
from typing import Any
from uuid import uuid4

import pytest

from casino.base.times import iso_utc
from casino.events.model import Event
from ops.verbs import events as verbs
from sandbox.processes import poll
from sandbox.up import Casino, open_seat
from tests.integration.sandbox.test_exposure import CURRENCY, win


class Listener:
    """A queue on the deployed bus that gets every event."""

    def __init__(self, casino: Casino) -> None:
        operations, name = casino.operations, f"listener-{uuid4().hex[:8]}"
        self.queues, self.bus = operations.queues, operations.stack.events.bus
        self.url = self.queues.create_queue(QueueName=name)["QueueUrl"]
        asked = self.queues.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        bus = operations.aws("events")
        pattern = json.dumps({"source": ["casino.wallet"]})
        bus.put_rule(Name=name, EventBusName=self.bus, EventPattern=pattern)
        target = {"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}
        bus.put_targets(Rule=name, EventBusName=self.bus, Targets=[target])
        self.got: list[Event] = []

    def of(self, player_id: str) -> dict[str, Event]:
        """Return what has arrived of a player, by the type of event."""
        while True:
            page = self.queues.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in page.get("Messages", ()):
                detail: Any = json.loads(message["Body"])["detail"]
                self.got.append(Event.read(json.dumps(detail).encode()))
                receipt = message["ReceiptHandle"]
                self.queues.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
            if not page.get("Messages"):
                return {e.event_type: e for e in self.got if e.player_id == player_id}


@pytest.fixture
def listener(casino: Casino) -> Listener:
    return Listener(casino)


def test_a_win_over_http_arrives_on_the_bus_and_in_the_archive(
    casino: Casino, listener: Listener
) -> None:
    operations, player = casino.operations, f"p_told_{uuid4().hex[:8]}"
    seat = open_seat(operations, player, CURRENCY, "10.00")
    win(casino, seat, "5.00")
    wanted = {"session.started", "wallet.credit.completed", "bet.settled"}
    assert poll(lambda: wanted <= listener.of(player).keys(), timeout_s=60), listener.got
    told = listener.of(player)["wallet.credit.completed"]
    assert told.payload["balance_after"]["minor"] in ("1000", "1500")
    assert told.tenant_id == "casino"

    day = iso_utc(operations.clock.now())[:10]

    def missing() -> list[str]:
        faults: Any = verbs.count_(operations, day).data
        return [
            key
            for name, each in faults["faults"].items()
            if player in name
            for key in each["missing"]
        ]

    assert poll(lambda: missing() == [], timeout_s=60)
    who = operations.who("a test")
    again = verbs.replay(operations, day, "2100-01-01", (player, CURRENCY), who=who)
    assert again.exit_code == 0
    before = {event.event_id for event in listener.got if event.player_id == player}
    number = len(listener.got)
    assert poll(lambda: bool(listener.of(player)) and len(listener.got) > number, timeout_s=60)
    assert {e.event_id for e in listener.got if e.player_id == player} == before


def test_what_failed_for_good_is_redriven_from_the_deployed_stream(
    casino: Casino, listener: Listener
) -> None:
    operations = casino.operations
    streams = operations.aws("dynamodbstreams")
    arn = streams.list_streams(TableName=operations.stack.tables.ledger)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    place = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    records = streams.get_records(ShardIterator=place["ShardIterator"])["Records"]
    numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
    at = operations.clock.now()
    said = {
        "shardId": shard,
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[-1],
        "approximateArrivalOfFirstRecord": iso_utc(at),
        "approximateArrivalOfLastRecord": iso_utc(at),
        "batchSize": len(numbers),
        "streamArn": arn,
    }
    body = json.dumps({"version": "1.0", "DDBStreamBatchInfo": said})
    queue = operations.stack.events.unpublished_queue
    operations.queues.send_message(QueueUrl=queue, MessageBody=body)
    done: Any = verbs.redrive(operations, who=operations.who("a test")).data
    assert (done["batches"], done["records"], done["stay"]) == (1, len(numbers), 0)
    assert poll(lambda: not listener.of("") and bool(listener.got), timeout_s=30)
