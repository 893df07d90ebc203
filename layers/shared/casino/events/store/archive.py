"""The archive on S3: compressed lines of JSON, in objects that are written once.

`<source>/date=<YYYY-MM-DD>/<digest>.jsonl.gz`. The name of an object is the digest of its lines. So
a batch that is told again finds its object there, and nothing is written twice under one name.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError
from casino.events.record import Kept, Source

_LEVEL: Final = 6
#: An object with more bytes of lines is none of ours: a batch of a stream has 6 MB.
_LARGEST: Final = 256 * 1024 * 1024


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
        name = name_of(raw)
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
        for key in self.objects(source, day):
            yield from self.of_object(key)

    def of_object(self, key: str) -> list[Kept]:
        """Return what an object keeps; raises as `lines` and `read_line` do."""
        return [read_line(line) for line in self.lines(key)]

    def objects(self, source: Source, day: str = "") -> list[str]:
        """Return the keys of the objects of a day, or of all days; raises `UnavailableError`."""
        prefix = _folder(source, day) if day else f"{source}/"
        return list(keys_under(self._client, self._bucket, prefix))

    def lines(self, key: str) -> list[bytes]:
        """Return the lines of an object, whatever they say.

        Raises `ValueError` for what is not compressed or too large, and `UnavailableError`.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with gzip.GzipFile(fileobj=answer["Body"]) as file:
                raw = file.read(_LARGEST + 1)
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the archive cannot be read") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError("not compressed") from error
        if len(raw) > _LARGEST:
            raise ValueError("too large")
        return raw.splitlines(keepends=True)


def keys_under(client: S3Client, bucket: str, prefix: str) -> Iterator[str]:
    """Yield the keys of a bucket that begin so, in order; raises `UnavailableError`."""
    request = {"Bucket": bucket, "Prefix": prefix}
    try:
        while True:
            page = client.list_objects_v2(**request)
            yield from (each["Key"] for each in page.get("Contents", ()))
            if not page.get("NextContinuationToken"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError("the archive cannot be read") from error


def name_of(lines: bytes) -> str:
    """Return the digest that names an object with these lines."""
    return hashlib.sha256(lines).hexdigest()[:40]


def read_line(line: bytes) -> Kept:
    """Read a line; raises `LookupError`, `TypeError` or `ValueError` for what nobody wrote so."""
    try:
        found = json.loads(line)
        line_of = str(found["key"])
        line_of.encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    ids = tuple(found["event_ids"])
    unreadable = bool(found.get("unreadable"))
    return Kept(found["source"], line_of, ids, found["content"], unreadable)


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
