"""Secrets Manager in this process: what a keyring reads of it, and what a rotation moves."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from casino.signing.pair import Pair
from testing.clock import FakeClock
from testing.credentials import FakeSecrets
from tests.simulation.dynamodb_rules import RefusedError, error_of


class SecretsModel:
    """Secrets by name; `call` is what the operations of the client that ships may lead to."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._secrets: dict[str, FakeSecrets] = {}

    def add(self, name: str, pair: Pair) -> FakeSecrets:
        """Make a secret whose current version is `pair`; return it, for a rotation to move."""
        self._secrets[name] = FakeSecrets(self._clock, pair)
        return self._secrets[name]

    def call(
        self, operation: str, request: Mapping[str, str], refused_with: str = ""
    ) -> dict[str, Any]:
        """Read one version; raises `ClientError`: where there is none, or with the code given."""
        assert operation == "GetSecretValue", operation
        if refused_with:
            raise error_of(operation, RefusedError(refused_with))
        try:
            found = self._secrets[request["SecretId"]].get_secret_value(**request)
        except (KeyError, ClientError):
            raise error_of(operation, RefusedError("ResourceNotFoundException")) from None
        return found | {"CreatedDate": found["CreatedDate"].timestamp()}
