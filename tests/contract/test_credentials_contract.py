"""What keeps and knows credentials promises: the fakes and what they stand for alike."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.base.errors import UnavailableError
from casino.integrations.ports import Keyring
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.secrets import SecretsManagerStore
from casino.signing.pair import CURRENT, Pair
from testing.clock import FakeClock
from testing.credentials import FakeKeyring, FakeSecrets, pair_of
from testing.integrations import an_integration

ACME = an_integration("acme")
SECRET = ACME.secret_name
OLD, NEW = pair_of("old"), pair_of("new")
#: AWS takes 32 characters at least.
V1, V2 = "1" * 32, "2" * 32


@pytest.fixture
def aws_secrets() -> Iterator[Any]:
    with mock_aws():
        client = secrets_client()
        client.create_secret(Name=SECRET, SecretString=OLD.text)
        yield client


@pytest.fixture(params=["in memory", "Secrets Manager"])
def secrets(request: pytest.FixtureRequest) -> Any:
    """A client of one secret, which has one version."""
    if request.param == "in memory":
        return FakeSecrets(FakeClock(), OLD)
    return request.getfixturevalue("aws_secrets")


def labels(secrets: Any) -> dict[str, str]:
    """Return which version each label is on."""
    versions = secrets.describe_secret(SecretId=SECRET)["VersionIdsToStages"]
    return {label: version for version, on in versions.items() for label in on}


def test_a_version_is_staged_promoted_and_taken_back(secrets: Any) -> None:
    store = SecretsManagerStore(secrets)
    first = labels(secrets)["AWSCURRENT"]
    store.put_pending(SECRET, V1, NEW)
    assert labels(secrets) == {"AWSCURRENT": first, "AWSPENDING": V1}
    store.make_current(SECRET, V1, first)
    assert labels(secrets) == {"AWSCURRENT": V1, "AWSPENDING": V1, "AWSPREVIOUS": first}
    store.drop_pending(SECRET, V1)
    assert labels(secrets) == {"AWSCURRENT": V1, "AWSPREVIOUS": first}
    store.make_current(SECRET, first, V1)
    assert labels(secrets) == {"AWSCURRENT": first, "AWSPREVIOUS": V1}


def test_a_version_keeps_its_value_and_the_pending_label_moves_on(secrets: Any) -> None:
    store = SecretsManagerStore(secrets)
    store.put_pending(SECRET, V1, NEW)
    store.put_pending(SECRET, V1, OLD)
    store.put_pending(SECRET, V2, OLD)
    assert labels(secrets)["AWSPENDING"] == V2
    kept = store.read(SECRET, V1)
    assert kept is not None
    assert (kept.text, kept.api_key) == (NEW.text, NEW.api_key)


def test_a_version_is_read_by_its_label_and_by_its_id(secrets: Any) -> None:
    first = labels(secrets)["AWSCURRENT"]
    for which in ({"VersionStage": "AWSCURRENT"}, {"VersionId": first}):
        answer = secrets.get_secret_value(SecretId=SECRET, **which)
        assert (answer["SecretString"], answer["VersionId"]) == (OLD.text, first)
        assert answer["CreatedDate"].tzinfo is not None


@pytest.mark.parametrize("which", [{"VersionStage": "AWSPENDING"}, {"VersionId": V2}])
def test_a_version_that_is_not_there_is_not_found(secrets: Any, which: dict[str, str]) -> None:
    with pytest.raises(ClientError) as caught:
        secrets.get_secret_value(SecretId=SECRET, **which)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.fixture(params=["in memory", "Secrets Manager"])
def keyring(request: pytest.FixtureRequest) -> Keyring:
    """A keyring that knows the old secret while the new one is stored already."""
    if request.param == "in memory":
        return FakeKeyring(_secret(OLD.secret_key), stored=_secret(NEW.secret_key))
    client = request.getfixturevalue("aws_secrets")
    keyring = SecretsManagerKeyring(client, FakeClock(SystemClock().now()))
    keyring.live(ACME)
    client.put_secret_value(SecretId=SECRET, SecretString=NEW.text)
    return keyring


def test_a_rotated_secret_is_found_by_a_refresh_and_none_is_read_twice_at_once(
    keyring: Keyring,
) -> None:
    assert keyring.live(ACME)[0].secret_key == OLD.secret_key
    assert keyring.refresh(ACME)
    current = keyring.live(ACME)[0]
    assert (current.label, current.secret_key) == ("current", NEW.secret_key)
    assert not keyring.refresh(ACME)


def test_a_secret_that_cannot_be_read_is_unavailable(aws_secrets: Any) -> None:
    nowhere = an_integration("nowhere")
    for keyring in (
        FakeKeyring(_secret(OLD.secret_key), readable=False),
        SecretsManagerKeyring(aws_secrets, FakeClock()),
    ):
        with pytest.raises(UnavailableError):
            keyring.live(nowhere)


def _secret(secret_key: str) -> Pair:
    return Pair(OLD.api_key, secret_key, CURRENT)
