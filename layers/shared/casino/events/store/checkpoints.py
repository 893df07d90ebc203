"""Checkpoints beside what they sign: `checkpoints/<YYYY-MM-DD>.json` in the bucket of the archive.

Each is written once. The signature is KMS's; anybody with the public key can check it.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError
from casino.events.checkpoint import Checkpoint, Signed
from casino.events.store.archive import S3Client, keys_under

_FOLDER: Final = "checkpoints/"
_ALGORITHM: Final = "ECDSA_SHA_256"
#: What reading raises of a thing that is no checkpoint.
_UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class KmsClient(Protocol):
    """The part of a botocore KMS client that is used."""

    def sign(self, **request: Any) -> Any: ...


class KmsSigner:
    """Signs with an asymmetric key of KMS, which nobody can take out of it."""

    def __init__(self, client: KmsClient, key: str) -> None:
        self._client = client
        self._key = key

    def sign(self, text: str) -> bytes:
        """Return the DER signature of a text; raises `UnavailableError`."""
        digest = hashlib.sha256(text.encode()).digest()
        try:
            answer = self._client.sign(
                KeyId=self._key,
                Message=digest,
                MessageType="DIGEST",
                SigningAlgorithm=_ALGORITHM,
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("KMS signs nothing") from error
        return bytes(answer["Signature"])


class S3Checkpoints:
    """`Checkpoints` over the bucket of the archive."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, signed: Signed) -> bool:
        """Keep a checkpoint; false when its day has one. Raises `UnavailableError`."""
        made, signature = signed.checkpoint, base64.b64encode(signed.signature).decode()
        body = {"checkpoint": json.loads(made.text()), "signature": signature}
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{_FOLDER}{made.day}.json",
                Body=json.dumps(body, sort_keys=True, ensure_ascii=False).encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise UnavailableError("the archive takes nothing") from error
        except BotoCoreError as error:
            raise UnavailableError("the archive takes nothing") from error
        return True

    def days(self) -> list[str]:
        """Return the days that have a checkpoint, in order, and the names of what else is there."""
        keys = keys_under(self._client, self._bucket, _FOLDER)
        return sorted(key.removeprefix(_FOLDER).removesuffix(".json") for key in keys)

    def of_day(self, day: str) -> Signed:
        """Return a day's checkpoint; raises `ValueError` where there is none that can be read."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=f"{_FOLDER}{day}.json")
            found = json.loads(answer["Body"].read())
            made = Checkpoint.read(found["checkpoint"])
            made.text().encode()
            return Signed(made, base64.b64decode(found["signature"], validate=True))
        except _UNREADABLE as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchKey":
                raise ValueError(f"there is no checkpoint {day}") from error
            raise UnavailableError("the archive cannot be read") from error

    def all(self) -> Iterator[tuple[str, Signed | ValueError]]:
        """Yield each day with its checkpoint, or with why it cannot be read."""
        for day in self.days():
            try:
                yield day, self.of_day(day)
            except ValueError as error:
                yield day, error
