"""The lake in S3: one compressed object for each batch, brand, region, type and day."""

import gzip
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError

_LEVEL: Final = 6


class S3Client(Protocol):
    """The part of a botocore S3 client that is used."""

    def put_object(self, **request: Any) -> Any: ...


class S3Lake:
    """`Lake` over one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, lines: bytes) -> None:
        """Keep lines under a key; the same lines again replace themselves."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=gzip.compress(lines, _LEVEL, mtime=0),
                ContentType="application/x-ndjson",
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the events cannot be stored") from error
