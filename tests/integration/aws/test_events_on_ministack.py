"""The archive and the bus on MiniStack: the tests are those of tests/contract."""

import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.events.store.bus import SOURCE
from sandbox.processes import poll
from testing.fake_events import Outside
from tests.contract.test_events_contract import *  # noqa: F403 - pytest collects them here, too

_CONFIG = Config(s3={"addressing_style": "path"})


@pytest.fixture
def outside(aws: dict[str, str]) -> Outside:
    s3, events, queues = (aws_client(name, _CONFIG) for name in ("s3", "events", "sqs"))
    name = f"events-{uuid4().hex[:12]}"
    place: Any = {"LocationConstraint": aws["AWS_REGION"]}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    events.create_event_bus(Name=name)
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    asked = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = json.dumps({"source": [SOURCE]})
    events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    target = {"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    got: list[dict[str, Any]] = []

    def told(number: int) -> list[dict[str, Any]]:
        def enough() -> bool:
            page = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            for message in page.get("Messages", ()):
                body = json.loads(message["Body"])
                names = {"Source": body["source"], "DetailType": body["detail-type"]}
                text = json.dumps(body["detail"], separators=(",", ":"))
                got.append({**names, "Detail": text})
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(got) >= number

        assert poll(enough, timeout_s=30), got
        return got

    return Outside(s3, events, name, name, told)
