"""The raw pages of every run in S3, compressed: the provider's own words, for audit."""

import gzip
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError
from casino.catalogue.run import Entity

_LEVEL: Final = 6


class S3Client(Protocol):
    """The part of a botocore S3 client that is used."""

    def put_object(self, **request: Any) -> Any: ...
    def get_object(self, **request: Any) -> Any: ...


class S3Pages:
    """`PageArchive` over one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def key(self, integration: str, run_id: str, entity: Entity, page: int) -> str:
        """Return where a page is kept: runs sort by their start."""
        return f"{integration}/{run_id}/{entity}-{page:05d}.json.gz"

    def put(self, key: str, raw: bytes) -> None:
        """Keep a page; the same page again replaces itself."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=gzip.compress(raw, _LEVEL, mtime=0),
                ContentType="application/json",
                ContentEncoding="gzip",
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the page cannot be kept") from error

    def get(self, key: str) -> bytes:
        """Return a page."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            body: bytes = answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the page cannot be read") from error
        return gzip.decompress(body)
