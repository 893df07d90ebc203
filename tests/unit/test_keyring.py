"""Versions of a secret: cached for a minute, refreshed rarely, dead in time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from casino.adapters.secrets_manager import (
    CACHE_S,
    GRACE_S,
    REFRESH_INTERVAL_S,
    SecretsManagerKeyring,
)
from casino.domain.errors import UnavailableError
from casino.domain.model import Integration
from casino.ports import Secret
from tests.support.fakes import FakeClock
from tests.support.transactions import INTEGRATION

OTHER = replace(INTEGRATION, name="other", secret_name="test/integration/other")


@dataclass
class FakeSecrets:
    """One secret's versions by stage, made when `made_at` says; counts what is asked for."""

    stages: dict[str, Any]
    made_at: float
    asked: list[tuple[str, str]] = field(default_factory=list)
    failure: Exception | None = None

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:  # noqa: N803
        self.asked.append((SecretId, VersionStage))
        if self.failure is not None:
            raise self.failure
        if VersionStage not in self.stages:
            raise client_error("ResourceNotFoundException")
        value = self.stages[VersionStage]
        text = json.dumps({"api_key": "k", "secret_key": value}) if value[:1] != "!" else value
        return {"SecretString": text, "CreatedDate": datetime.fromtimestamp(self.made_at, UTC)}


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetSecretValue")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secrets(clock: FakeClock) -> FakeSecrets:
    stages = {"AWSCURRENT": "new", "AWSPENDING": "next", "AWSPREVIOUS": "old"}
    return FakeSecrets(stages, clock.now())


@pytest.fixture
def ring(secrets: FakeSecrets, clock: FakeClock) -> SecretsManagerKeyring:
    return SecretsManagerKeyring(secrets, clock)


def values(ring: SecretsManagerKeyring, integration: Integration = INTEGRATION) -> dict[str, str]:
    return {secret.label: secret.secret_key for secret in ring.live(integration)}


def test_the_current_version_alone_is_read_first(
    ring: SecretsManagerKeyring, secrets: FakeSecrets
) -> None:
    assert values(ring) == {"current": "new"}
    assert secrets.asked == [("test/integration/sandbox", "AWSCURRENT")]


def test_a_version_is_used_for_a_minute_and_then_read_again(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    values(ring)
    secrets.stages["AWSCURRENT"] = "newer"
    clock.advance(CACHE_S - 0.001)
    assert values(ring) == {"current": "new"}
    clock.advance(0.001)
    assert values(ring) == {"current": "newer"}
    assert CACHE_S <= 60


def test_a_refresh_reads_all_three_versions_the_current_one_first(
    ring: SecretsManagerKeyring,
) -> None:
    assert ring.refresh(INTEGRATION)
    assert [secret.label for secret in ring.live(INTEGRATION)] == ["current", "pending", "previous"]
    assert values(ring) == {"current": "new", "pending": "next", "previous": "old"}


def test_a_refresh_finds_a_rotated_secret_at_once(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    values(ring)
    secrets.stages = {"AWSCURRENT": "next", "AWSPREVIOUS": "new"}
    clock.advance(0.5)
    assert ring.refresh(INTEGRATION), "the first read was no refresh"
    assert values(ring) == {"current": "next", "previous": "new"}


def test_refreshes_are_limited_for_each_integration(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    assert ring.refresh(INTEGRATION)
    asked = len(secrets.asked)
    for _ in range(100):
        assert not ring.refresh(INTEGRATION)
    assert len(secrets.asked) == asked
    assert ring.refresh(OTHER), "forged traffic of one does not slow another"
    clock.advance(REFRESH_INTERVAL_S)
    assert ring.refresh(INTEGRATION)


def test_a_flood_of_forged_signatures_is_a_trickle_at_secrets_manager(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    for _ in range(1_000):
        values(ring)
        ring.refresh(INTEGRATION)
        clock.advance(0.01)
    assert len(secrets.asked) <= 1 + 3 * (10 / REFRESH_INTERVAL_S + 1)


def test_a_failed_refresh_is_limited_too_and_what_is_cached_stands(
    ring: SecretsManagerKeyring, secrets: FakeSecrets
) -> None:
    values(ring)
    secrets.failure = client_error("InternalServiceError")
    with pytest.raises(UnavailableError):
        ring.refresh(INTEGRATION)
    asked = len(secrets.asked)
    assert not ring.refresh(INTEGRATION)
    assert len(secrets.asked) == asked
    assert values(ring) == {"current": "new"}


@pytest.mark.parametrize("stage", ["AWSPENDING", "AWSPREVIOUS"])
def test_a_broken_version_beside_the_current_one_stops_nothing(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock, stage: str
) -> None:
    graced = replace(INTEGRATION, previous_secret_until=int(clock.now()) + 3_600)
    ring.refresh(graced)
    known = values(ring, graced)
    secrets.stages[stage] = "!half written"
    clock.advance(CACHE_S)
    assert values(ring, graced) == known


def test_the_previous_version_dies_when_its_grace_ends_though_it_is_cached(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    until = int(clock.now()) + 30
    graced = replace(INTEGRATION, previous_secret_until=until)
    ring.refresh(graced)
    clock.advance(29)
    assert "previous" in values(ring, graced)
    asked = len(secrets.asked)
    clock.advance(1)
    assert values(ring, graced) == {"current": "new", "pending": "next"}
    assert len(secrets.asked) == asked, "it was still cached"


def test_the_grace_is_a_week_from_the_current_version_unless_it_is_told(
    ring: SecretsManagerKeyring, clock: FakeClock
) -> None:
    clock.advance(GRACE_S - 1)
    ring.refresh(INTEGRATION)
    assert "previous" in values(ring)
    clock.advance(1)
    assert "previous" not in values(ring)


def test_a_grace_that_is_over_kills_the_previous_version_at_once(
    ring: SecretsManagerKeyring, clock: FakeClock
) -> None:
    over = replace(INTEGRATION, previous_secret_until=int(clock.now()))
    ring.refresh(over)
    assert "previous" not in values(ring, over)


def test_after_a_refresh_every_version_is_kept_fresh(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, clock: FakeClock
) -> None:
    ring.refresh(INTEGRATION)
    del secrets.stages["AWSPENDING"]
    clock.advance(CACHE_S)
    assert values(ring) == {"current": "new", "previous": "old"}


@pytest.mark.parametrize(
    "failure",
    [
        client_error("InternalServiceError"),
        client_error("AccessDeniedException"),
        client_error("ThrottlingException"),
        ReadTimeoutError(endpoint_url="http://localhost"),
    ],
    ids=repr,
)
def test_a_secret_that_cannot_be_read_is_unavailable(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, failure: Exception
) -> None:
    secrets.failure = failure
    with pytest.raises(UnavailableError):
        ring.live(INTEGRATION)


def test_a_secret_that_does_not_exist_is_unavailable(
    ring: SecretsManagerKeyring, secrets: FakeSecrets
) -> None:
    secrets.stages = {}
    with pytest.raises(UnavailableError):
        ring.live(INTEGRATION)


@pytest.mark.parametrize("text", ["!not-json-s3cr3t", "!"])
def test_a_secret_that_is_no_json_is_unavailable_and_not_quoted(
    ring: SecretsManagerKeyring, secrets: FakeSecrets, text: str
) -> None:
    secrets.stages["AWSCURRENT"] = text
    with pytest.raises(UnavailableError) as caught:
        ring.live(INTEGRATION)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "s3cr3t" not in repr(caught.value)


def test_the_repr_of_a_secret_shows_neither_key_nor_secret() -> None:
    shown = repr(Secret("current", "key-1", "s3cr3t"))
    assert shown == "Secret(label='current')"
