"""A rotation can die at any call: nothing valid is refused, and the next try goes on from there."""

import pytest

from casino.integrations.credentials import (
    GracePeriodError,
    InvalidPairError,
    KeyTakenError,
    NoPreviousError,
    NothingStagedError,
    NotPendingError,
    PairRefusedError,
    UnknownSecretError,
    read_pair,
)
from casino.integrations.store.cached_registry import CachedRegistry
from casino.signing.pair import Pair
from testing.credentials import pair_of
from testing.integrations import an_integration
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


def test_both_pairs_verify_until_the_grace_ends_and_then_only_the_new_one(scene: Scene) -> None:
    scene.rotate()
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
    scene.clock.sleep(GRACE_S)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (False, True)
    assert scene.provider.checked == [NEW.api_key]


def test_the_old_key_dies_with_its_secret_and_a_key_that_stays_lives_on(scene: Scene) -> None:
    scene.rotate()
    known = CachedRegistry(scene.registry, scene.clock)
    assert known.by_api_key(OLD.api_key) is not None
    scene.clock.sleep(GRACE_S)
    assert known.by_api_key(OLD.api_key) is None
    assert known.by_api_key(NEW.api_key) is not None
    scene.rotate(
        read_pair('{"api_key":"key-new","secret_key":"secret-2-0123456789abcdefghi"}'), "v2"
    )
    scene.rotation.retire_previous(NAME)
    assert CachedRegistry(scene.registry, scene.clock).by_api_key(NEW.api_key) is not None


@pytest.mark.parametrize("pair", [NEW, SAME_KEY], ids=["another key", "the same key"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(MOST_CALLS))
def test_a_crash_at_any_call_of_a_rotation_refuses_nothing_and_can_be_repeated(
    scene: Scene, at: int, after: bool, pair: Pair
) -> None:
    calls = 0
    for step in [lambda: scene.rotation.stage(NAME, pair, "v1"), *scene.steps()]:
        died = not scene.crashes.run(step, at - calls, after)
        calls += scene.crashes.calls
        assert scene.verifies(OLD)
        assert scene.crashes.run(step, None)
        assert scene.verifies(OLD)
        assert scene.verifies(pair)
        if died:
            calls = at + 1  # this was the one
    assert scene.current == "v1"
    scene.clock.sleep(GRACE_S)
    assert not scene.verifies(OLD)
    assert scene.verifies(pair)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(MOST_CALLS // 2))
def test_a_crash_at_any_call_of_a_rollback_refuses_nothing(
    scene: Scene, at: int, after: bool
) -> None:
    scene.rotate()
    scene.crashes.run(lambda: scene.rotation.rollback(NAME), at, after)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
    if scene.current == "v1":
        scene.rotation.rollback(NAME)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)
    scene.clock.sleep(GRACE_S)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, False)


@pytest.mark.parametrize("at", range(MOST_CALLS // 2))
def test_a_crash_while_retiring_either_retires_or_does_not(scene: Scene, at: int) -> None:
    scene.rotate()
    scene.crashes.run(lambda: scene.rotation.retire_previous(NAME), at)
    if scene.verifies(OLD):
        scene.rotation.retire_previous(NAME)
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (False, True)


def test_every_step_can_be_repeated_when_all_is_done(scene: Scene) -> None:
    scene.rotate()
    labels, records = dict(scene.secrets.labels), list(scene.registry.audit)
    for step in scene.steps():
        step()
    assert (scene.secrets.labels, scene.registry.audit) == (labels, records)


def test_a_second_rotation_in_the_grace_period_is_refused_with_advice(scene: Scene) -> None:
    scene.rotate()
    with pytest.raises(GracePeriodError, match="retire-previous"):
        scene.rotation.stage(NAME, pair_of("third"), "v2")
    with pytest.raises(GracePeriodError):
        scene.rotation.create(SECRET, "v2")
    scene.secrets.put_secret_value(SECRET, "v2", pair_of("third").text, ["AWSPENDING"])
    with pytest.raises(GracePeriodError):
        scene.rotation.finish(SECRET, "v2")
    assert scene.verifies(OLD)
    scene.rotation.retire_previous(NAME)
    scene.rotate(pair_of("third"), "v3")
    assert (scene.verifies(NEW), scene.verifies(OLD)) == (True, False)


def test_a_version_that_died_stays_dead_while_the_next_rotation_moves_the_labels(
    scene: Scene,
) -> None:
    scene.rotate()
    scene.clock.sleep(GRACE_S)
    third = pair_of("third")
    scene.rotation.stage(NAME, third, "v2")
    _, _, test, finish = scene.steps("v2")
    test()
    for at in range(MOST_CALLS):
        if scene.crashes.run(finish, at):
            break
        assert not scene.verifies(OLD)
        assert scene.verifies(NEW)
    assert (scene.verifies(OLD), scene.verifies(NEW), scene.verifies(third)) == (False, True, True)


def test_a_pair_that_the_provider_refuses_is_not_promoted(scene: Scene) -> None:
    scene.provider.refuses.add(NEW.api_key)
    with pytest.raises(PairRefusedError):
        scene.rotate()
    assert scene.current == "v0"
    assert scene.verifies(OLD)


def test_a_pair_is_fetched_from_the_provider_when_it_says_where_and_once_for_a_token(
    scene: Scene,
) -> None:
    with pytest.raises(NothingStagedError):
        scene.rotation.create(SECRET, "v1")
    scene.change_terms(issue_url="https://p/issue")
    scene.secrets.labels["AWSPENDING"] = "v1"  # Secrets Manager makes it without a value
    for at in range(MOST_CALLS):
        if scene.crashes.run(lambda: scene.rotation.create(SECRET, "v1"), at):
            break
    assert list(scene.provider.issued) == ["v1"]
    assert scene.verifies(scene.provider.issued["v1"])


def test_a_pair_that_an_operator_staged_is_taken_over_by_a_scheduled_rotation(
    scene: Scene,
) -> None:
    scene.rotation.stage(NAME, NEW, "staged")
    for step in scene.steps("scheduled"):
        step()
    assert scene.current == "scheduled"
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (True, True)


def test_a_staged_pair_is_replaced_by_another_and_its_key_is_no_key_any_more(scene: Scene) -> None:
    scene.rotation.stage(NAME, NEW, "v1")
    assert scene.rotation.stage(NAME, NEW, "again") == "v1"
    scene.rotation.stage(NAME, pair_of("third"), "v2")
    assert (scene.verifies(NEW), scene.verifies(pair_of("third"))) == (False, True)


def test_the_current_pair_and_a_key_of_another_integration_cannot_be_staged(scene: Scene) -> None:
    with pytest.raises(InvalidPairError):
        scene.rotation.stage(NAME, OLD, "v1")
    scene.registry.put(an_integration("other"), (NEW.api_key,))
    with pytest.raises(KeyTakenError):
        scene.rotation.stage(NAME, NEW, "v1")
    assert "AWSPENDING" not in scene.secrets.labels


def test_only_the_pending_version_is_promoted(scene: Scene) -> None:
    scene.secrets.values["v9"] = (NEW.text, 0.0)
    for token in ("v9", "nothing"):
        with pytest.raises(NotPendingError):
            scene.rotation.finish(SECRET, token)


def test_rollback_and_early_retirement_need_a_previous_pair_that_verifies(scene: Scene) -> None:
    for verb in (scene.rotation.rollback, scene.rotation.retire_previous):
        with pytest.raises(NoPreviousError):
            verb(NAME)
    scene.rotate()
    scene.rotation.retire_previous(NAME)
    for verb in (scene.rotation.rollback, scene.rotation.retire_previous):
        with pytest.raises(NoPreviousError):
            verb(NAME)


def test_rotating_again_after_a_rollback_gives_a_full_grace(scene: Scene) -> None:
    scene.rotate()
    scene.clock.sleep(GRACE_S / 2)
    scene.rotation.rollback(NAME)
    scene.clock.sleep(GRACE_S)
    scene.rotate(pair_of("third"), "v2")
    scene.clock.sleep(GRACE_S - 1)
    assert scene.verifies(OLD)
    scene.clock.sleep(1)
    assert not scene.verifies(OLD)


def test_a_family_without_overlap_refuses_the_old_pair_at_once(scene: Scene) -> None:
    scene.change_terms(grace_s=0)
    scene.rotate()
    assert (scene.verifies(OLD), scene.verifies(NEW)) == (False, True)


def test_a_secret_of_no_integration_is_not_touched(scene: Scene) -> None:
    with pytest.raises(UnknownSecretError):
        scene.rotation.create("test/integration/nobody", "v1")
    with pytest.raises(UnknownSecretError):
        scene.rotation.stage("nobody", NEW, "v1")


def test_the_audit_tells_who_did_what_by_fingerprint(scene: Scene) -> None:
    scene.rotate()
    scene.rotation.rollback(NAME)
    assert [record.what for record in scene.registry.audit] == ["stage", "rotate", "rollback"]
    rotated = scene.registry.audit[1]
    assert (rotated.old, rotated.new) == (OLD.fingerprint, NEW.fingerprint)
    assert rotated.who == "arn:aws:iam::1:user/op"
    text = f"{scene.registry.audit}{OLD}{NEW}"
    assert "secret-old" not in text
    assert "secret-new" not in text
