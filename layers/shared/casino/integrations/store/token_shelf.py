"""The shelf of a token on AWS: the token in a secret of its own, the claim in the registry.

A token is a credential, so it stands in no table. The claim is one item of the registry, of the
kind `lease`, which no reader of keys and integrations sees.
"""

import json
from dataclasses import asdict
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from casino.aws.attributes import number
from casino.aws.dynamodb import DynamoDbClient, write
from casino.aws.tables import Tables
from casino.base.errors import UnavailableError
from casino.integrations.ports import Shelved
from casino.integrations.store.items import registry_key

_MISSING: Final = "ResourceNotFoundException"


class AwsTokenShelf:
    """`TokenShelf`; `secret_name` is the token's, `service` names the claim."""

    def __init__(
        self,
        secrets: Any,
        client: DynamoDbClient,
        tables: Tables,
        secret_name: str,
        service: str,
        key_id: str = "",
    ) -> None:
        self._secrets = secrets
        self._client = client
        self._table = tables.registry
        self._secret_name = secret_name
        self._key = registry_key("lease", f"token#{service}")
        self._kms = {"KmsKeyId": key_id} if key_id else {}

    def read(self) -> Shelved:
        """Return what was written last; one that cannot be understood is none."""
        try:
            found = self._secrets.get_secret_value(SecretId=self._secret_name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == _MISSING:
                return Shelved()
            raise UnavailableError from error
        except BotoCoreError as error:
            raise UnavailableError from error
        try:
            return Shelved(**json.loads(found["SecretString"]))
        except (ValueError, KeyError, TypeError):
            # The cause could show a piece of the token: it is not chained.
            return Shelved()

    def write(self, shelved: Shelved) -> None:
        """Replace what is there; the first time makes the secret."""
        value = json.dumps(asdict(shelved))
        try:
            try:
                self._secrets.put_secret_value(SecretId=self._secret_name, SecretString=value)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != _MISSING:
                    raise
                self._secrets.create_secret(Name=self._secret_name, SecretString=value, **self._kms)
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError from error

    def claim(self, now: float, until: float) -> bool:
        """Take the claim if nobody has it, or if it is over."""
        return write(
            self._client.put_item,
            TableName=self._table,
            Item=self._key | {"until": number(int(until * 1000))},
            ConditionExpression="attribute_not_exists(id) OR #until <= :now",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":now": number(int(now * 1000))},
        )

    def release(self, until: float) -> None:
        """Give the claim back, unless somebody else has it since it was over."""
        write(
            self._client.put_item,
            TableName=self._table,
            Item=self._key | {"until": number(0)},
            ConditionExpression="#until = :ours",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":ours": number(int(until * 1000))},
        )
