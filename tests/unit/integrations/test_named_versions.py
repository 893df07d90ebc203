"""Only the versions that the registry names verify: one that was put by hand is passed over."""

import pytest

from casino.integrations.credentials import (
    NothingStagedError,
    NotPendingError,
    RotationError,
)
from casino.integrations.model import Integration
from casino.integrations.store.keyring import CACHE_S, SecretsManagerKeyring
from testing.credentials import pair_of
from tests.unit.integrations.scene import GRACE_S, MOST_CALLS, NAME, NEW, OLD, SECRET, Scene

HAND = pair_of("hand")


@pytest.fixture
def scene() -> Scene:
    """An integration whose registry names its one version."""
    scene = Scene()
    scene.change_terms(current_version="v0")
    scene.registry.put(scene.registry.integrations[NAME], (HAND.api_key,))
    return scene


def put_by_hand(scene: Scene, *labels: str) -> None:
    for number, label in enumerate(labels):
        scene.secrets.put_secret_value(SECRET, f"by-hand-{number}", HAND.text, [label])


@pytest.mark.parametrize(
    "labels",
    [["AWSPENDING"], ["AWSCURRENT"], ["AWSCURRENT", "AWSCURRENT"], ["AWSCURRENT", "AWSPENDING"]],
    ids=" ".join,
)
def test_a10_a_version_that_was_put_by_hand_does_not_verify(
    scene: Scene, labels: list[str]
) -> None:
    put_by_hand(scene, *labels)
    scene.clock.sleep(2 * GRACE_S)
    assert (scene.verifies(OLD), scene.verifies(HAND)) == (True, False)


def test_a10_no_rotation_takes_a_version_over_that_was_put_by_hand(scene: Scene) -> None:
    put_by_hand(scene, "AWSCURRENT")
    for verb in (scene.rotation.unstage, scene.rotation.rollback, scene.rotation.retire_previous):
        with pytest.raises(RotationError, match="move AWSCURRENT back to version v0"):
            verb(NAME)
    with pytest.raises(RotationError, match="by hand"):
        scene.rotation.stage(NAME, NEW, "v1")
    assert not scene.verifies(HAND)


@pytest.mark.parametrize("token", ["by-hand-0", "v1"], ids=["its own token", "another token"])
def test_a10_no_step_names_a_version_that_was_put_by_hand(scene: Scene, token: str) -> None:
    put_by_hand(scene, "AWSPENDING")
    create, _, test, finish = scene.steps(token)
    with pytest.raises(NothingStagedError):
        create()
    for step in (test, finish):
        with pytest.raises(NotPendingError):
            step()
    assert (scene.verifies(OLD), scene.verifies(HAND)) == (True, False)
    assert (scene.current, scene.provider.checked) == ("v0", [])


def test_a10_a_version_put_by_hand_is_not_taken_for_the_pair_that_the_provider_issues(
    scene: Scene,
) -> None:
    scene.change_terms(issue_url="https://p/issue")
    put_by_hand(scene, "AWSPENDING")
    with pytest.raises(NotPendingError, match="by hand"):
        scene.rotation.create(SECRET, "by-hand-0")
    assert not scene.verifies(HAND)
    for step in scene.steps("v1"):
        step()
    assert (scene.current, scene.verifies(HAND)) == ("v1", False)


def test_a10_a_pair_that_was_rolled_back_is_not_taken_for_a_staged_one(scene: Scene) -> None:
    scene.rotate()
    scene.rotation.rollback(NAME)
    scene.clock.sleep(GRACE_S)
    with pytest.raises(NothingStagedError):
        scene.rotation.create(SECRET, "v2")


def test_a10_an_environment_that_knows_the_pair_goes_on_with_it(scene: Scene) -> None:
    keyring = SecretsManagerKeyring(scene.secrets, scene.clock, scene.registry)
    acme: Integration = scene.registry.integrations[NAME]
    assert keyring.live(acme) == (OLD,)
    put_by_hand(scene, "AWSCURRENT")
    scene.clock.sleep(CACHE_S)
    assert [(each, each.label) for each in keyring.live(acme)] == [(OLD, "current")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(MOST_CALLS))
def test_a10_a_rotation_that_dies_anywhere_leaves_both_pairs_named(
    scene: Scene, at: int, after: bool
) -> None:
    calls = 0
    for step in [lambda: scene.rotation.stage(NAME, NEW, "v1"), *scene.steps()]:
        died = not scene.crashes.run(step, at - calls, after)
        calls += scene.crashes.calls
        assert scene.verifies(OLD)
        assert scene.crashes.run(step, None)
        assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
        if died:
            calls = at + 1
    assert scene.registry.integrations[NAME].rotation.current_version == "v1"
    scene.rotation.rollback(NAME)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
    scene.clock.sleep(GRACE_S)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, False)


@pytest.mark.parametrize("at", range(MOST_CALLS))
def test_a10_a_staged_pair_is_rotated_under_a_token_of_secrets_manager_after_any_crash(
    scene: Scene, at: int
) -> None:
    scene.rotation.stage(NAME, NEW, "v1")
    calls = 0
    for step in scene.steps("v2"):
        scene.crashes.run(step, at - calls)
        calls += scene.crashes.calls
        assert scene.crashes.run(step, None)
        assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
    assert scene.current == "v2"


def test_a10_staging_names_the_current_version_of_an_older_integration(scene: Scene) -> None:
    scene.change_terms(current_version="")
    scene.rotation.stage(NAME, NEW, "v1")
    assert scene.registry.integrations[NAME].rotation.named == {"v0", "v1"}
    put_by_hand(scene, "AWSCURRENT")
    assert (scene.verifies(OLD), scene.verifies(HAND)) == (True, False)
