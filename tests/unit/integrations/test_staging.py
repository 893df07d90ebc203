"""What may be staged, and how it is taken back."""

import json

import pytest

from casino.integrations.credentials import InvalidPairError, NothingStagedError, read_pair
from casino.signing.pair import Pair
from testing.credentials import pair_of
from tests.unit.integrations.scene import GRACE_S, MOST_CALLS, NAME, NEW, OLD, SAME_KEY, Scene


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
