"""The versions of an integration's secret in Secrets Manager, as the rotation moves them.

Errors of the SDK pass through: they name calls and codes, never values, and the rotation's edge
repeats where it can.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from casino.integrations.credentials import InvalidPairError, StoredSecret, read_pair
from casino.signing.pair import CURRENT, LABELS, PENDING, Pair

_MISSING: Final = "ResourceNotFoundException"


def stage_of(label: str) -> str:
    """Return how Secrets Manager calls a label."""
    return f"AWS{label.upper()}"


def _labels(stages: Iterable[str]) -> frozenset[str]:
    """Return our labels among those of Secrets Manager; others mean nothing here."""
    return frozenset(label for label in LABELS if stage_of(label) in stages)


def read_version(client: Any, secret: str, **which: str) -> Pair | None:
    """Return the version that `VersionId` or `VersionStage` names; `None` when there is none.

    Raises `InvalidPairError` for one that holds no pair.
    """
    try:
        answer = client.get_secret_value(SecretId=secret, **which)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == _MISSING:
            return None
        raise
    try:
        pair, made_at = read_pair(answer["SecretString"]), answer["CreatedDate"].timestamp()
    except (KeyError, AttributeError):
        raise InvalidPairError("the version holds no text, or says not when it was made") from None
    return replace(pair, version_id=str(answer.get("VersionId", "")), created_at=made_at)


class SecretsManagerStore:
    """`SecretStore` over a botocore Secrets Manager client."""

    def __init__(self, client: Any, key_id: str | None = None) -> None:
        """`key_id` names the KMS key of new secrets; without it, AWS's own encrypts them."""
        self._client = client
        self._key = {"KmsKeyId": key_id} if key_id else {}

    def create(self, secret: str, pair: Pair) -> str:
        """Make a secret whose current version is `pair`, also of one that exists; return it."""
        text = json.dumps({"api_key": pair.api_key, "secret_key": pair.secret_key})
        try:
            made = self._client.create_secret(Name=secret, SecretString=text, **self._key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise
            made = self._client.put_secret_value(SecretId=secret, SecretString=text)
        return str(made["VersionId"])

    def describe(self, secret: str) -> StoredSecret:
        """Return the secret's name and labels, and AWS's time."""
        answer = self._client.describe_secret(SecretId=secret)
        versions = answer.get("VersionIdsToStages", {})
        labels = {version: _labels(stages) for version, stages in versions.items()}
        date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        return StoredSecret(answer["Name"], labels, int(parsedate_to_datetime(date).timestamp()))

    def read(self, secret: str, version: str) -> Pair | None:
        """Return a version's pair; Secrets Manager makes pending versions without a value."""
        try:
            return read_version(self._client, secret, VersionId=version)
        except InvalidPairError:
            raise InvalidPairError(f"version {version} of {secret} holds no pair") from None

    def put_pending(self, secret: str, version: str, pair: Pair) -> None:
        """Make `version` the only pending one, with this pair, unless it has a value already.

        The new one is there before the old label goes, so that a reader always finds one.
        """
        if self.read(secret, version) is None:
            self._client.put_secret_value(
                SecretId=secret,
                ClientRequestToken=version,
                SecretString=pair.text,
                VersionStages=[stage_of(PENDING)],
            )
        for other, labels in self.describe(secret).labels.items():
            if other != version and PENDING in labels:
                self.drop_pending(secret, other)

    def make_current(self, secret: str, version: str, instead_of: str) -> None:
        """Move the label of the current version; the previous one's moves along."""
        self._client.update_secret_version_stage(
            SecretId=secret,
            VersionStage=stage_of(CURRENT),
            MoveToVersionId=version,
            RemoveFromVersionId=instead_of,
        )

    def drop_pending(self, secret: str, version: str) -> None:
        """Take the pending label off, if it is there."""
        if PENDING in self.describe(secret).labels.get(version, ()):
            self._client.update_secret_version_stage(
                SecretId=secret, VersionStage=stage_of(PENDING), RemoveFromVersionId=version
            )
