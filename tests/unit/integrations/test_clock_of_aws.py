"""AWS's clock decides when a pair ends, not the operator's."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.integrations.credentials import ClockError
from casino.integrations.rotation import Rotation
from testing.clock import START, FakeClock
from tests.unit.integrations.scene import GRACE_S, NAME, NEW, OLD, SECRET, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def of_operator(scene: Scene, ahead_s: float) -> Rotation:
    """Return the use cases on a machine whose clock is `ahead_s` ahead of AWS's."""
    return replace(scene.rotation, clock=FakeClock(START + scene.clock.elapsed + ahead_s))


@pytest.mark.parametrize("ahead_s", [-59, 0, 59])
def test_a11_the_grace_ends_by_the_clock_of_aws(scene: Scene, ahead_s: int) -> None:
    rotation = of_operator(scene, ahead_s)
    rotation.stage(NAME, NEW, "v1")
    rotation.test(SECRET, "v1")
    rotation.finish(SECRET, "v1")
    scene.clock.sleep(GRACE_S - 1)
    assert scene.verifies(OLD)
    scene.clock.sleep(1)
    assert not scene.verifies(OLD)


@pytest.mark.parametrize("ahead_s", [-59, 59])
def test_a11_an_early_end_is_now_by_the_clock_of_aws(scene: Scene, ahead_s: int) -> None:
    scene.rotate()
    of_operator(scene, ahead_s).retire_previous(NAME)
    assert not scene.verifies(OLD)
    assert dict(scene.registry.integrations[NAME].rotation.retirements) == {"v0": int(START)}


@pytest.mark.parametrize(("ahead_s", "words"), [(61, "61 s ahead of"), (-3600, "3600 s behind")])
@pytest.mark.parametrize(
    "verb",
    [
        lambda rotation: rotation.stage(NAME, NEW, "v1"),
        lambda rotation: rotation.unstage(NAME),
        lambda rotation: rotation.rollback(NAME),
        lambda rotation: rotation.retire_previous(NAME),
    ],
    ids=["stage", "unstage", "rollback", "retire-previous"],
)
def test_a11_a_clock_that_is_more_than_a_minute_off_changes_nothing(
    scene: Scene, verb: Callable[[Rotation], object], ahead_s: int, words: str
) -> None:
    before = (
        dict(scene.registry.keys),
        scene.registry.integrations[NAME],
        dict(scene.secrets.labels),
    )
    with pytest.raises(ClockError, match=words):
        verb(of_operator(scene, ahead_s))
    after = dict(scene.registry.keys), scene.registry.integrations[NAME], dict(scene.secrets.labels)
    assert after == before
