"""A gift's record is its intent: it stands before anything is sent, and says who and why."""

import pytest

from testing.launching import PLAYER
from testing.world import World
from tests.functional.flexsoft.far import OK, Far
from tests.functional.flexsoft.partner import INTEGRATION, connect
from tests.functional.flexsoft.test_gifts import GRANT, far
from tests.functional.ops.scenes import REASON
from tests.functional.ops.test_audit import Desk, desk

__all__ = ["desk", "far"]

CANCEL = ("gift", "cancel", "c-1", PLAYER, "EUR", "--gift", "g-1", "--integration", INTEGRATION)
SHOW = ("gift", "show", "g-1", "--integration", INTEGRATION)


@pytest.fixture(autouse=True)
def flexsoft(world: World) -> None:
    connect(world)


@pytest.mark.parametrize("typed", [GRANT, CANCEL], ids=["grant", "cancel"])
def test_a3_who_and_why_stand_before_a_gift_is_sent_and_beside_its_answer(
    desk: Desk, far: Far, typed: tuple[str, ...]
) -> None:
    far.answers = [(200, OK)]
    written: list[int] = []
    far.answered = lambda: written.append(len(desk.client.alone))
    story = desk.type(typed, "--reason", REASON)["story"]
    assert written == [1], "the intent stands alone, before the gift is sent"
    assert [record["what"] for record in story] == [f"gift.{typed[1]}", "gift.answered"]
    for record in story:
        assert (record["who"], record["reason"]) == (desk.console.operations.caller, REASON)
        assert record["who"].startswith("arn:aws:sts::")
    assert story[0]["detail"].encode() == far.sent[0][1]
    assert (len(desk.client.alone), len(desk.client.transactions)) == (1, 1)
    assert [others for _, others in desk.audited()] == [0]


def test_a3_showing_a_gift_writes_nothing(desk: Desk, far: Far) -> None:
    far.answers = [(200, OK)]
    desk.type(GRANT, "--reason", REASON)
    desk.client.alone.clear()
    desk.client.transactions.clear()
    assert len(desk.type(SHOW)["story"]) == 2
    assert (desk.client.alone, desk.client.transactions) == ([], [])


@pytest.mark.parametrize("typed", [GRANT, CANCEL], ids=["grant", "cancel"])
@pytest.mark.parametrize("reason", ["", " ", "two\nlines", "x" * 301])
def test_a3_a_gift_needs_a_reason(
    desk: Desk, far: Far, typed: tuple[str, ...], reason: str
) -> None:
    assert desk.console(*typed, "--reason", reason).code == 1
    assert (desk.client.alone, desk.client.transactions, far.sent) == ([], [], [])
