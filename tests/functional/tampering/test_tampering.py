"""Each kind of tampering is named, and none stops the verifier."""

import pytest

from testing.template import PROJECT
from tests.functional.tampering.archive_kinds import IN_THE_ARCHIVE
from tests.functional.tampering.casino import Books, Scene, played, tampered
from tests.functional.tampering.kinds import ALONE, ARCHIVED, Kind


@pytest.fixture(scope="module")
def scene() -> Scene:
    return played()


def faults(scene: Scene) -> set[str]:
    return {fault.code for fault in scene.admin.verifier.everything().faults}


def test_nothing_is_wrong_with_what_was_played(scene: Scene) -> None:
    assert scene.admin.verifier.everything().faults == ()


@pytest.mark.parametrize("kind", ALONE, ids=lambda kind: kind.name)
def test_each_kind_is_named_by_the_ledger_itself(scene: Scene, kind: Kind) -> None:
    assert kind.fault in faults(tampered(scene, kind.do))


@pytest.mark.parametrize("kind", ARCHIVED, ids=lambda kind: kind.name)
def test_what_hangs_together_is_not_found_without_the_archive(scene: Scene, kind: Kind) -> None:
    assert faults(tampered(scene, kind.do)) == set()


def test_a_chain_that_is_written_again_is_the_same(scene: Scene) -> None:
    """So the forger of these tests makes no mistake that would be found instead."""

    def rechain(books: Books) -> None:
        before = dict(books.items("ledger"))
        for wallet in (("ann", "EUR"), ("bob", "JPY")):
            books.rechain(*wallet)
        assert books.items("ledger") == before

    tampered(scene, rechain)


def test_the_page_lists_each_kind_with_its_fault() -> None:
    page = (PROJECT / "docs" / "tampering.md").read_text()
    kinds = [(k.name, k.fault) for group in (ALONE, ARCHIVED, IN_THE_ARCHIVE) for k in group]
    rows = [line for line in page.splitlines() if line.endswith("` |")]
    assert rows == [f"| {name} | `{fault}` |" for name, fault in kinds]
    assert len(kinds) >= 50
