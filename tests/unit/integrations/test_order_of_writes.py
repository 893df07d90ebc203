"""The order of writes: neither a refused pair nor a crash takes a pair in use away."""

import pytest

from casino.integrations.credentials import KeyTakenError
from testing.credentials import pair_of
from testing.integrations import an_integration
from tests.unit.integrations.scene import GRACE_S, MOST_CALLS, NAME, NEW, OLD, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_m13_a_refused_pair_leaves_the_staged_one_verifying(scene: Scene) -> None:
    scene.rotation.stage(NAME, NEW, "v1")
    third = pair_of("third")
    scene.registry.put(an_integration("other"), (third.api_key,))
    labels, records = dict(scene.secrets.labels), list(scene.registry.audit)
    with pytest.raises(KeyTakenError):
        scene.rotation.stage(NAME, third, "v2")
    assert (scene.secrets.labels, scene.registry.audit) == (labels, records)
    assert list(scene.secrets.values) == ["v0", "v1"]
    assert scene.verifies(NEW)


@pytest.mark.parametrize("back", [False, True], ids=["a rotation", "a rollback"])
def test_m14_the_current_key_has_no_end_wherever_a_promotion_dies(scene: Scene, back: bool) -> None:
    scene.rotation.stage(NAME, NEW, "v1")
    scene.steps()[2]()
    if back:
        scene.rotate()
    promote = (lambda: scene.rotation.rollback(NAME)) if back else scene.steps()[3]
    pairs = {"v0": OLD, "v1": NEW}
    for at in range(MOST_CALLS):
        came_through = scene.crashes.run(promote, at)
        assert scene.registry.keys[pairs[scene.current].api_key] == (NAME, 0)
        if came_through or scene.current == ("v0" if back else "v1"):
            break
    scene.clock.sleep(GRACE_S)
    assert scene.verifies(pairs[scene.current])
