"""S3 and EventBridge in memory, as clients: they pass the same contract tests as the emulator."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

#: How many objects a page of a list has: few, so that every list has pages.
PAGE = 2


def refused(code: str, operation: str, status: int = 503) -> ClientError:
    """Return an error as AWS answers it."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


@dataclass
class FakeS3:
    """One bucket; `writes` counts what was really written."""

    objects: dict[str, bytes] = field(default_factory=dict)
    writes: int = 0
    down: bool = False

    def put_object(self, **request: Any) -> dict[str, Any]:
        self._answer("PutObject")
        if request.get("IfNoneMatch") == "*" and request["Key"] in self.objects:
            raise refused("PreconditionFailed", "PutObject", 412)
        self.objects[request["Key"]] = request["Body"]
        self.writes += 1
        return {}

    def get_object(self, **request: Any) -> dict[str, Any]:
        self._answer("GetObject")
        if request["Key"] not in self.objects:
            raise refused("NoSuchKey", "GetObject", 404)
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:
        self._answer("ListObjectsV2")
        prefix, after = request.get("Prefix", ""), request.get("ContinuationToken", "")
        names = [name for name in sorted(self.objects) if name.startswith(prefix) and name > after]
        page: dict[str, Any] = {"Contents": [{"Key": name} for name in names[:PAGE]]}
        return page | ({"NextContinuationToken": names[PAGE - 1]} if len(names) > PAGE else {})

    def _answer(self, operation: str) -> None:
        if self.down:
            raise refused("SlowDown", operation)


@dataclass
class FakeEvents:
    """The buses; `refuses` says which entries are not taken, `told` holds those that were."""

    told: list[dict[str, Any]] = field(default_factory=list)
    refuses: Callable[[dict[str, Any]], bool] = lambda entry: False
    invalid: Callable[[dict[str, Any]], bool] = lambda entry: False
    down: bool = False
    calls: int = 0

    def put_events(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        self.calls += 1
        if self.down:
            raise refused("InternalFailure", "PutEvents", 500)
        size = sum(14 + len(e["Source"] + e["DetailType"] + e["Detail"]) for e in entries)
        if any(map(self.invalid, entries)) or not 1 <= len(entries) <= 10 or size > 256 * 1024:
            raise refused("ValidationException", "PutEvents", 400)
        results: list[dict[str, str]] = []
        for entry in entries:
            if self.refuses(entry):
                results.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "later"})
            else:
                self.told.append(entry)
                results.append({"EventId": str(len(self.told))})
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in r for r in results)}


@dataclass
class Outside:
    """Clients of S3 and EventBridge; `told` waits until so many came out of the bus."""

    s3: Any
    events: Any
    bucket: str
    bus: str
    told: Callable[[int], list[dict[str, Any]]]
