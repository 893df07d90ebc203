"""The archive on S3: compressed lines of JSON, in objects that are written once.

`<source>/date=<YYYY-MM-DD>/<digest>.jsonl.gz`. The name of an object is the digest of its lines. So
a batch that is told again finds its object there, and nothing is written twice under one name.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError
from casino.events.record import Kept, Source

_LEVEL: Final = 6


class S3Client(Protocol):
    """The part of a botocore S3 client that is used."""

    def put_object(self, **request: Any) -> Any: ...
    def get_object(self, **request: Any) -> Any: ...
    def list_objects_v2(self, **request: Any) -> Any: ...


class S3Archive:
    """`Archive` over one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, source: Source, day: str, kept: Sequence[Kept]) -> None:
        """Keep what happened on a day; the same lines in any order are the same object.

        Raises `UnavailableError`: then it may be kept, and can be put again.
        """
        raw = "".join(sorted({_written(each) for each in kept})).encode()
        name = hashlib.sha256(raw).hexdigest()[:40]
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{_folder(source, day)}{name}.jsonl.gz",
                Body=gzip.compress(raw, _LEVEL, mtime=0),
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
                IfNoneMatch="*",
            )
        except ClientError as error:
            # Its name says that it holds the same.
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise UnavailableError("the archive takes nothing") from error
        except BotoCoreError as error:
            raise UnavailableError("the archive takes nothing") from error

    def of_day(self, source: Source, day: str) -> Iterator[Kept]:
        """Yield what is kept of a day, some of it repeatedly; raises `UnavailableError`."""
        request = {"Bucket": self._bucket, "Prefix": _folder(source, day)}
        try:
            while True:
                page = self._client.list_objects_v2(**request)
                for each in page.get("Contents", ()):
                    answer = self._client.get_object(Bucket=self._bucket, Key=each["Key"])
                    yield from map(_read, gzip.decompress(answer["Body"].read()).splitlines())
                if not page.get("NextContinuationToken"):
                    return
                request["ContinuationToken"] = page["NextContinuationToken"]
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the archive cannot be read") from error


def _folder(source: Source, day: str) -> str:
    return f"{source}/date={day}/"


def _written(kept: Kept) -> str:
    line = {
        "source": kept.source,
        "key": kept.key,
        "event_ids": kept.event_ids,
        "content": kept.content,
    }
    if kept.unreadable:
        line["unreadable"] = True
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _read(line: bytes) -> Kept:
    found = json.loads(line)
    ids = tuple(found["event_ids"])
    unreadable = bool(found.get("unreadable"))
    return Kept(found["source"], found["key"], ids, found["content"], unreadable)
