"""Secrets Manager, the registry and a provider in memory, and time that passes when told."""
# ruff: noqa: N803 - the arguments are called as AWS calls them

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from casino.integrations.audit import AuditRecord
from casino.integrations.credentials import (
    CURRENT,
    KeyTakenError,
    Pair,
    PairRefusedError,
    read_pair,
)
from casino.integrations.model import Integration
from testing.clock import FakeClock

NAME = "acme"
SECRET = "test/integration/acme"


def pair_of(word: str) -> Pair:
    """Return a pair whose key and secret hold `word`."""
    return read_pair(json.dumps({"api_key": f"key-{word}", "secret_key": f"secret-{word}"}))


class Vault:
    """The calls of a Secrets Manager client, with AWS's own movements of labels."""

    def __init__(self, clock: FakeClock, pair: Pair) -> None:
        self.clock = clock
        self.values: dict[str, tuple[str, float]] = {}
        self.labels: dict[str, str] = {}
        self.reads: Counter[str] = Counter()
        self.before_read: Callable[[str], None] = lambda label: None
        self.put_secret_value(SECRET, "v0", pair.text, [CURRENT])

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        versions: dict[str, list[str]] = {}
        for label, version in self.labels.items():
            versions.setdefault(version, []).append(label)
        return {"Name": SecretId, "VersionIdsToStages": versions}

    def get_secret_value(
        self,
        SecretId: str,
        VersionId: str = "",
        VersionStage: str = "",
    ) -> dict[str, Any]:
        self.before_read(VersionStage)
        self.reads[VersionStage or "by id"] += 1
        version = VersionId or self.labels.get(VersionStage, "")
        if version not in self.values:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        text, made_at = self.values[version]
        made = datetime.fromtimestamp(made_at, UTC)
        return {"SecretString": text, "VersionId": version, "CreatedDate": made}

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str,
        SecretString: str,
        VersionStages: list[str],
    ) -> None:
        self.values[ClientRequestToken] = (SecretString, self.clock.now())
        for label in VersionStages:
            self.labels[label] = ClientRequestToken

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        RemoveFromVersionId: str,
        MoveToVersionId: str = "",
    ) -> None:
        assert self.labels[VersionStage] == RemoveFromVersionId
        if not MoveToVersionId:
            del self.labels[VersionStage]
            return
        self.labels[VersionStage] = MoveToVersionId
        if VersionStage == CURRENT:
            self.labels["AWSPREVIOUS"] = RemoveFromVersionId


@dataclass
class Directory:
    """The registry of one integration, its keys, and the audit."""

    integration: Integration
    keys: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    audit: list[AuditRecord] = field(default_factory=list)

    def get(self, name: str) -> Integration | None:
        return self.integration if name == self.integration.name else None

    def by_api_key(self, api_key: str) -> Integration | None:
        if api_key not in self.keys:
            return None
        return replace(self.integration, key_valid_until=self.keys[api_key])

    def change(
        self,
        name: str,
        update: Callable[[Integration], Integration],
        audit: AuditRecord,
        keys: Mapping[str, int] | None = None,
    ) -> bool:
        if self.taken & (keys or {}).keys():
            raise KeyTakenError("taken")
        self.integration = update(self.integration)
        self.keys |= keys or {}
        self.audit.append(audit)
        return True


class Provider:
    """Issues pairs by token, and takes those that it is told to."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.checked: list[str] = []
        self.issued: dict[str, Pair] = {}

    def issue(self, integration: Integration, current: Pair, token: str) -> Pair:
        return self.issued.setdefault(token, pair_of(f"issued-{len(self.issued)}"))

    def check(self, integration: Integration, pair: Pair) -> None:
        self.checked.append(pair.api_key)
        if pair.api_key in self.refuses:
            raise PairRefusedError("the provider answered 401 to the new pair")
