"""What a stream gave up: the queue that names it, and the stream that still has it for a day."""

import json
from typing import Any, Final

from botocore.exceptions import ClientError

from casino.base.times import epoch
from casino.events.ports import Failed
from casino.events.store.items import as_told

#: How long nobody else gets a batch that is being published again, in seconds.
_OURS_S: Final = 300
#: A page of a stream may be empty; more than so many hold no batch.
_MOST_PAGES: Final = 100


class SqsFailedBatches:
    """`FailedBatches` over the queue that the streams' mappings name."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def take(self) -> list[Failed]:
        """Return some that nobody else gets meanwhile; none when the queue is empty."""
        answer = self._client.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, VisibilityTimeout=_OURS_S
        )
        return [_failed(each) for each in answer.get("Messages", ())]

    def done(self, failed: Failed) -> None:
        """Take a batch off the queue."""
        self._client.delete_message(QueueUrl=self._queue, ReceiptHandle=failed.receipt)


class DynamoDbStreams:
    """`Streams` over DynamoDB's."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def records(self, failed: Failed) -> list[Any] | None:
        """Return a batch as Lambda handed it over; `None` when the stream has forgotten it."""
        found: list[Any] = []
        try:
            place = self._client.get_shard_iterator(
                StreamArn=failed.stream,
                ShardId=failed.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=failed.first,
            ).get("ShardIterator")
            for _ in range(_MOST_PAGES):
                if not place:
                    break
                page = self._client.get_records(ShardIterator=place)
                for record in page["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > int(failed.last):
                        return found
                    found.append(_told(record, failed.stream))
                    if record["dynamodb"]["SequenceNumber"] == failed.last:
                        return found
                place = page.get("NextShardIterator")
        except ClientError as error:
            gone = ("TrimmedDataAccessException", "ResourceNotFoundException")
            if error.response["Error"]["Code"] not in gone:
                raise
        return None


def _failed(message: dict[str, Any]) -> Failed:
    said = json.loads(message["Body"])["DDBStreamBatchInfo"]
    return Failed(
        message["ReceiptHandle"],
        said["streamArn"],
        said["shardId"],
        said["startSequenceNumber"],
        said["endSequenceNumber"],
        epoch(said["approximateArrivalOfFirstRecord"]),
        epoch(said["approximateArrivalOfLastRecord"]),
    )


def _told(record: dict[str, Any], stream: str) -> dict[str, Any]:
    """Return a record as Lambda hands it over."""
    change = dict(record["dynamodb"])
    for name in ("NewImage", "OldImage", "Keys"):
        if name in change:
            change[name] = as_told(change[name])
    change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
    return {**record, "dynamodb": change, "eventSourceARN": stream}
