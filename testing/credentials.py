"""Pairs in memory: the vault that keeps them, a keyring, and a provider that issues them."""
# ruff: noqa: N803 - the arguments are called as AWS calls them

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from botocore.exceptions import ClientError

from casino.base.errors import UnavailableError
from casino.integrations.credentials import PairRefusedError, read_pair
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from testing.clock import FakeClock


def pair_of(word: str) -> Pair:
    """Return a pair whose key and secret hold `word`; the secret is strong enough to be staged."""
    return read_pair(json.dumps({"api_key": f"key-{word}", "secret_key": secret_of(word)}))


def secret_of(word: str) -> str:
    """Return the secret_key of `pair_of(word)`."""
    return f"secret-{word}-0123456789abcdef"


class FakeSecrets:
    """A Secrets Manager client with one secret, and AWS's own movements of labels."""

    def __init__(self, clock: FakeClock, pair: Pair) -> None:
        self.clock = clock
        self.values: dict[str, tuple[str, float]] = {}
        self.labels: dict[str, str] = {}
        self.reads: Counter[str] = Counter()
        self.before_read: Callable[[str], None] = lambda label: None
        self.put_secret_value("", "v0", pair.text)

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        versions: dict[str, list[str]] = {}
        for label, version in self.labels.items():
            versions.setdefault(version, []).append(label)
        dated = {"HTTPHeaders": {"date": formatdate(self.clock.now(), usegmt=True)}}
        return {"Name": SecretId, "VersionIdsToStages": versions, "ResponseMetadata": dated}

    def get_secret_value(
        self, SecretId: str, VersionId: str = "", VersionStage: str = ""
    ) -> dict[str, Any]:
        self.before_read(VersionStage)
        self.reads[VersionStage or "by id"] += 1
        version = VersionId or self.labels.get(VersionStage, "")
        if version not in self.values:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        text, made_at = self.values[version]
        made = datetime.fromtimestamp(made_at, UTC)
        return {"SecretString": text, "VersionId": version, "CreatedDate": made}

    def create_secret(self, Name: str, SecretString: str) -> None:
        raise ClientError({"Error": {"Code": "ResourceExistsException"}}, "CreateSecret")

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str = "put",
        SecretString: str = "",
        VersionStages: Sequence[str] = ("AWSCURRENT",),
    ) -> dict[str, str]:
        self.values[ClientRequestToken] = (SecretString, self.clock.now())
        for label in VersionStages:
            self._move(label, ClientRequestToken)
        return {"VersionId": ClientRequestToken}

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        RemoveFromVersionId: str,
        MoveToVersionId: str = "",
    ) -> None:
        assert self.labels[VersionStage] == RemoveFromVersionId
        if MoveToVersionId:
            self._move(VersionStage, MoveToVersionId)
        else:
            del self.labels[VersionStage]

    def _move(self, label: str, version: str) -> None:
        if label == "AWSCURRENT" and label in self.labels:
            self.labels["AWSPREVIOUS"] = self.labels[label]
        self.labels[label] = version


@dataclass
class FakeKeyring:
    """`Keyring` that knows one secret; `stored` is what a refresh finds, when it may look."""

    known: Pair
    stored: Pair | None = None
    refreshes: int = 0
    readable: bool = True

    def live(self, integration: Integration) -> tuple[Pair, ...]:
        if not self.readable:
            raise UnavailableError
        return (self.known,)

    def refresh(self, integration: Integration) -> bool:
        self.refreshes += 1
        if self.stored is None:
            return False
        self.known, self.stored = self.stored, None
        return True


@dataclass
class FakePairProvider:
    """`PairProvider` that issues pairs by token, and takes all but those in `refuses`."""

    refuses: set[str] = field(default_factory=set)
    checked: list[str] = field(default_factory=list)
    issued: dict[str, Pair] = field(default_factory=dict)

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        return self.issued.setdefault(token, pair_of(f"issued-{len(self.issued)}"))

    def check(self, integration: Integration, pair: Pair) -> None:
        self.checked.append(pair.api_key)
        if pair.api_key in self.refuses:
            raise PairRefusedError("the provider answered 403 to the new pair")
