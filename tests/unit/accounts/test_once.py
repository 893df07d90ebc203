"""A request is answered once, whoever comes between its steps."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from casino.accounts.once import Repeats
from casino.audit.model import AnsweredError, Once
from casino.base.errors import AdminError, OutcomeUnknownError
from casino.wallet.dialect import Answer
from testing.fake_ledger import FakeTables
from testing.fakes import FakeAnswers

ASKED = Once("key-1", "ab" * 32, 201, '{"made":true}')


@dataclass
class Scene:
    """The use case over a table, and what was changed."""

    tables: FakeTables = field(default_factory=FakeTables)
    changed: int = 0

    def change(self, once: Once) -> None:
        """Change something together with the answer, as a store does."""
        if once.key in self.tables.answers:
            raise AnsweredError
        self.tables.answers[once.key] = once
        self.changed += 1

    def ask(
        self, asked: Once = ASKED, change: Callable[[Once], object] | None = None
    ) -> tuple[Once, bool]:
        repeats = Repeats(FakeAnswers(self.tables))
        return repeats.once(asked, change or self.change, lambda e: Answer(409, e.code))


def refuse(code: str) -> Callable[[Once], None]:
    def refused(_: Once) -> None:
        raise AdminError(code, "")

    return refused


def test_the_first_request_changes_and_its_copies_do_not() -> None:
    scene = Scene()
    assert [scene.ask(), scene.ask()] == [(ASKED, False), (ASKED, True)]
    assert scene.changed == 1


def test_who_is_overtaken_by_a_copy_gets_its_answer() -> None:
    scene, first = Scene(), replace(ASKED, body='{"made":"by the copy"}')

    def overtaken(once: Once) -> None:
        scene.change(first)
        scene.change(once)

    assert scene.ask(change=overtaken) == (first, True)
    assert scene.changed == 1


def test_another_request_under_the_key_is_a_mismatch_at_any_step() -> None:
    scene, other = Scene(), replace(ASKED, fingerprint="cd" * 32)

    def overtaken(once: Once) -> None:
        scene.change(other)
        scene.change(once)

    for change in (overtaken, scene.change):
        with pytest.raises(AdminError) as refused:
            scene.ask(change=change)
        assert refused.value.code == "transaction_mismatch"


def test_a_refusal_bars_the_change_that_is_still_on_its_way() -> None:
    scene = Scene()
    refused, replay = scene.ask(change=refuse("insufficient_funds"))
    assert ((refused.status, refused.body), replay) == ((409, "insufficient_funds"), False)
    with pytest.raises(AnsweredError):
        scene.change(ASKED)
    assert scene.ask() == (refused, True)


def test_a_refusal_never_stands_beside_a_change_that_landed_meanwhile() -> None:
    scene = Scene()

    def late(once: Once) -> None:
        scene.change(once)  # an earlier try of the same request lands now
        raise AdminError("player_exists", "")

    assert scene.ask(change=late) == (ASKED, True)


def test_what_the_request_alone_decides_leaves_the_key_free() -> None:
    scene = Scene()
    with pytest.raises(AdminError):
        scene.ask(change=refuse("invalid_request"))
    assert scene.ask(replace(ASKED, fingerprint="cd" * 32))[1] is False


def test_a_change_in_doubt_is_settled_by_a_copy() -> None:
    scene = Scene()

    def lost(once: Once) -> None:
        scene.change(once)
        raise OutcomeUnknownError

    with pytest.raises(OutcomeUnknownError):
        scene.ask(change=lost)
    assert scene.ask() == (ASKED, True)
    assert scene.changed == 1
