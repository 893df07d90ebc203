"""The keyring: few reads, no dead secret, and no valid one overlooked."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from casino.base.errors import UnavailableError
from casino.integrations.credentials import DEFAULT_GRACE_S
from casino.integrations.model import Integration
from casino.integrations.store.keyring import CACHE_S, REFRESH_INTERVAL_S, SecretsManagerKeyring
from testing.clock import FakeClock
from testing.credentials import FakeSecrets, pair_of, secret_of
from testing.integrations import FakeRegistry, an_integration, with_terms

ACME = an_integration("acme")
SECRET = ACME.secret_name


class Scene:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.secrets = FakeSecrets(self.clock, pair_of("v0"))
        self.registry = FakeRegistry(ACME)
        self.keyring = SecretsManagerKeyring(self.secrets, self.clock, self.registry)

    def live(self, integration: Integration = ACME) -> list[str]:
        return [secret.secret_key for secret in self.keyring.live(integration)]

    def change_terms(self, **terms: Any) -> Integration:
        changed = with_terms(self.registry.integrations[ACME.name], **terms)
        self.registry.put(changed)
        return changed

    def stage(self, word: str) -> None:
        self.secrets.put_secret_value(SECRET, word, pair_of(word).text, ["AWSPENDING"])

    def promote(self, word: str, old: str, until: float | None = None) -> None:
        if until is not None:
            times = dict(self.registry.integrations["acme"].rotation.retirements) | {
                old: int(until)
            }
            retirements = tuple(sorted(times.items()))
            self.change_terms(retirements=retirements)
        self.secrets.update_secret_version_stage(SECRET, "AWSCURRENT", old, word)
        self.secrets.labels.pop("AWSPENDING", None)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_only_the_current_version_is_read_until_something_does_not_match(scene: Scene) -> None:
    for _ in range(5):
        assert scene.live() == [secret_of("v0")]
        scene.clock.sleep(CACHE_S / 5)
    assert scene.secrets.reads == {"AWSCURRENT": 1}
    scene.live()
    assert scene.secrets.reads == {"AWSCURRENT": 2}


def test_a_mismatch_finds_the_pending_version_and_from_then_on_all_three_are_read(
    scene: Scene,
) -> None:
    scene.live()
    scene.stage("v1")
    assert scene.keyring.refresh(ACME)
    assert scene.live() == [secret_of("v0"), secret_of("v1")]
    scene.promote("v1", "v0", scene.clock.now() + 100)
    scene.stage("v2")
    scene.clock.sleep(CACHE_S)
    assert scene.live() == [secret_of("v1"), secret_of("v2"), secret_of("v0")]


def test_forged_traffic_makes_one_round_of_reads_in_an_interval(scene: Scene) -> None:
    scene.live()
    rounds = sum(scene.keyring.refresh(ACME) for _ in range(1_000))
    assert rounds == 1
    scene.clock.sleep(REFRESH_INTERVAL_S)
    rounds = sum(scene.keyring.refresh(ACME) for _ in range(1_000))
    assert rounds == 1
    assert scene.secrets.reads["AWSPENDING"] == 2


def test_a_staged_version_is_found_although_forged_traffic_used_up_the_interval(
    scene: Scene,
) -> None:
    scene.live()
    scene.keyring.refresh(ACME)
    scene.stage("v1")
    assert not scene.keyring.refresh(ACME)
    named = with_terms(ACME, pending_version="v1")
    assert scene.keyring.refresh(named)
    assert scene.live(named) == [secret_of("v0"), secret_of("v1")]


def test_a_staged_version_that_is_not_there_is_looked_for_once_out_of_turn(scene: Scene) -> None:
    scene.live()
    scene.keyring.refresh(ACME)
    named = with_terms(ACME, pending_version="v1")
    assert [scene.keyring.refresh(named) for _ in range(3)] == [True, False, False]


def test_a_previous_version_dies_at_its_time_although_it_is_cached(scene: Scene) -> None:
    scene.stage("v1")
    scene.promote("v1", "v0", scene.clock.now() + 10)
    scene.keyring.refresh(ACME)
    assert scene.live() == [secret_of("v1"), secret_of("v0")]
    scene.clock.sleep(9.9)
    assert scene.live() == [secret_of("v1"), secret_of("v0")]
    reads = scene.secrets.reads.total()
    scene.clock.sleep(0.1)
    assert scene.live() == [secret_of("v1")]
    assert scene.secrets.reads.total() == reads


def test_an_early_retirement_is_seen_when_the_cache_is_read_anew(scene: Scene) -> None:
    scene.stage("v1")
    scene.promote("v1", "v0", scene.clock.now() + 1000)
    scene.keyring.refresh(ACME)
    scene.change_terms(retirements=(("v0", int(scene.clock.now())),))
    scene.clock.sleep(CACHE_S)
    assert scene.live() == [secret_of("v1")]


def test_the_grace_is_known_although_the_integration_was_read_before_the_rotation(
    scene: Scene,
) -> None:
    stale = scene.change_terms(grace_s=0)
    scene.stage("v1")
    scene.promote("v1", "v0", scene.clock.now() + 100)
    scene.keyring.refresh(stale)
    assert scene.live(stale) == [secret_of("v1"), secret_of("v0")]


def test_a_version_rotated_by_hand_gets_the_grace_of_its_family(scene: Scene) -> None:
    scene.clock.sleep(5)
    scene.stage("v1")
    scene.promote("v1", "v0")
    scene.keyring.refresh(ACME)
    assert scene.live() == [secret_of("v1"), secret_of("v0")]
    scene.clock.sleep(DEFAULT_GRACE_S)
    assert scene.live() == [secret_of("v1")]


@pytest.mark.parametrize("moment", ["AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"])
def test_a_promotion_between_two_reads_hides_no_version(scene: Scene, moment: str) -> None:
    scene.live()
    scene.stage("v1")

    def promote(label: str) -> None:
        if label == moment and scene.secrets.labels["AWSCURRENT"] == "v0":
            scene.promote("v1", "v0", scene.clock.now() + 100)

    scene.secrets.before_read = promote
    scene.keyring.refresh(ACME)
    assert set(scene.live()) == {secret_of("v0"), secret_of("v1")}


@pytest.mark.parametrize("moment", ["AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"])
def test_a_rollback_between_two_reads_hides_no_version(scene: Scene, moment: str) -> None:
    scene.stage("v1")
    scene.promote("v1", "v0", scene.clock.now() + 100)
    scene.live()

    def rollback(label: str) -> None:
        if label == moment and scene.secrets.labels["AWSCURRENT"] == "v1":
            scene.promote("v0", "v1", scene.clock.now() + 100)

    scene.secrets.before_read = rollback
    scene.keyring.refresh(ACME)
    assert set(scene.live()) == {secret_of("v0"), secret_of("v1")}


def test_a_version_with_two_labels_counts_once_and_as_the_current_one(scene: Scene) -> None:
    scene.secrets.labels["AWSPENDING"] = "v0"
    scene.keyring.refresh(ACME)
    assert [secret.label for secret in scene.keyring.live(ACME)] == ["current"]


def test_a_pending_version_that_is_no_pair_is_passed_over(scene: Scene) -> None:
    scene.secrets.put_secret_value(SECRET, "v1", "hush", ["AWSPENDING"])
    scene.keyring.refresh(ACME)
    assert scene.live() == [secret_of("v0")]


def test_nothing_is_said_when_the_current_version_cannot_be_read(scene: Scene) -> None:
    scene.secrets.put_secret_value(SECRET, "v1", "hush", ["AWSCURRENT"])
    with pytest.raises(UnavailableError) as caught:
        scene.live()
    assert "hush" not in repr(caught.value) + repr(caught.value.__cause__)


def test_a_failed_refresh_keeps_what_is_known_and_counts_against_the_limit(scene: Scene) -> None:
    scene.live()

    def throttle(label: str) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    scene.secrets.before_read = throttle
    with pytest.raises(UnavailableError):
        scene.keyring.refresh(ACME)
    with pytest.raises(UnavailableError):
        scene.keyring.refresh(ACME)
    assert scene.live() == [secret_of("v0")]


@pytest.mark.parametrize("label", ["AWSPENDING", "AWSPREVIOUS"])
def test_only_an_unreadable_current_version_stops_the_wallet(scene: Scene, label: str) -> None:
    scene.stage("v1")
    scene.promote("v1", "v0", scene.clock.now() + 1000)
    scene.keyring.refresh(ACME)
    scene.stage("v2")
    scene.clock.sleep(CACHE_S)
    asked: list[str] = []

    def throttle(asked_for: str) -> None:
        asked.append(asked_for)
        if asked_for == label:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    scene.secrets.before_read = throttle
    for _ in range(50):
        assert {secret_of("v1"), secret_of("v0")} <= set(scene.live())
    assert len(asked) == 3
    with pytest.raises(UnavailableError):
        scene.keyring.refresh(ACME)
