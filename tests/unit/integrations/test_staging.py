"""What may be staged, and how it is taken back."""

import json

import pytest

from casino.integrations.credentials import (
    InvalidPairError,
    NothingStagedError,
    NotTestedError,
    PairRefusedError,
    read_pair,
)
from casino.signing.pair import Pair
from testing.credentials import pair_of
from tests.unit.integrations.scene import (
    GRACE_S,
    MOST_CALLS,
    NAME,
    NEW,
    OLD,
    SAME_KEY,
    SECRET,
    Scene,
)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    "weak", ["b", "0123456789abcdef0123456789abcde", "aAbBcC1aAbBcC1aAbBcC1aAbB", "ab" * 40]
)
def test_n5_a_secret_below_128_bits_is_not_staged(scene: Scene, weak: str) -> None:
    with pytest.raises(InvalidPairError, match="128 bits") as caught:
        scene.rotation.stage(NAME, read_pair(json.dumps({"api_key": "a", "secret_key": weak})), "v")
    assert f"{weak!r}" not in str(caught.value)
    assert (list(scene.secrets.values), list(scene.registry.keys)) == (["v0"], [OLD.api_key])


@pytest.mark.parametrize("enough", ["0123456789abcdef" * 2, "aB3dE5gH7jK9mN1pQ2sT4v"])
def test_n5_a_secret_of_128_bits_is_staged(scene: Scene, enough: str) -> None:
    pair = read_pair(json.dumps({"api_key": "a", "secret_key": enough}))
    scene.rotation.stage(NAME, pair, "v1")
    assert scene.verifies(pair)


@pytest.mark.parametrize("pair", [NEW, SAME_KEY], ids=["another key", "the same key"])
@pytest.mark.parametrize("at", range(MOST_CALLS // 4))
def test_n5_a_staged_pair_is_taken_back_also_after_a_crash(
    scene: Scene, pair: Pair, at: int
) -> None:
    scene.rotation.stage(NAME, pair, "v1")
    if not scene.crashes.run(lambda: scene.rotation.unstage(NAME), at):
        assert scene.verifies(OLD)
        scene.rotation.unstage(NAME)
    assert (scene.verifies(OLD), scene.verifies(pair)) == (True, False)
    assert scene.registry.audit[-1].what == "unstage"
    scene.rotate(pair_of("third"), "v2")
    scene.clock.sleep(GRACE_S)
    assert scene.verifies(pair_of("third"))


def test_n5_only_a_staged_pair_can_be_taken_back(scene: Scene) -> None:
    with pytest.raises(NothingStagedError):
        scene.rotation.unstage(NAME)
    scene.rotate()
    with pytest.raises(NothingStagedError):
        scene.rotation.unstage(NAME)
    scene.secrets.labels["AWSPENDING"] = scene.current  # a promotion died before its last call
    with pytest.raises(NothingStagedError):
        scene.rotation.unstage(NAME)
    assert scene.verifies(NEW)


def test_a10_a_replaced_pair_is_not_staged_again(scene: Scene) -> None:
    scene.rotate()
    scene.rotation.retire_previous(NAME)
    with pytest.raises(InvalidPairError, match="replaced"):
        scene.rotation.stage(NAME, OLD, "v2")
    scene.change_terms(issue_url="https://p/issue")
    scene.provider.issued["v2"] = OLD
    with pytest.raises(InvalidPairError, match="replaced"):
        scene.rotation.create(SECRET, "v2")
    assert not scene.verifies(OLD)


def test_a10_a_pair_that_came_back_by_a_rollback_counts_as_replaced_when_it_is(
    scene: Scene,
) -> None:
    scene.rotate()
    scene.rotation.rollback(NAME)
    assert scene.registry.integrations[NAME].rotation.retired == (NEW.fingerprint,)
    scene.rotation.retire_previous(NAME)
    scene.rotate(pair_of("third"), "v2")
    retired = scene.registry.integrations[NAME].rotation.retired
    assert retired == (NEW.fingerprint, OLD.fingerprint)


def test_a10_a_pair_is_promoted_only_after_the_provider_took_this_very_version(
    scene: Scene,
) -> None:
    scene.rotation.stage(NAME, NEW, "v1")
    _, _, _, finish = scene.steps("v1")
    with pytest.raises(NotTestedError):
        finish()
    scene.provider.refuses.add(NEW.api_key)
    with pytest.raises(PairRefusedError):
        scene.rotation.test(SECRET, "v1")
    with pytest.raises(NotTestedError):
        finish()
    third = pair_of("third")
    scene.rotation.stage(NAME, third, "v2")
    scene.rotation.test(SECRET, "v2")
    scene.rotation.stage(NAME, pair_of("fourth"), "v3")
    with pytest.raises(NotTestedError):
        scene.rotation.finish(SECRET, "v3")
    assert (scene.current, scene.verifies(OLD)) == ("v0", True)
