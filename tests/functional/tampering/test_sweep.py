"""What is swept from disk, wallet by wallet, is judged as what is read at once."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from casino.aws.attributes import Item
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.verify import Verification
from casino.wallet.store.pages import Pages, Source
from ops.errors import OpsError
from ops.shelf import Shelf
from ops.sweep import Sweep
from tests.functional.tampering.casino import Scene, played, tampered
from tests.functional.tampering.kinds import ALONE, Kind


@pytest.fixture(scope="module")
def scene() -> Scene:
    return played()


class ShortPages(Pages):
    """Pages of few items, of which one breaks off."""

    broken_after = -1

    def page(
        self, source: Source, segment: int, segments: int, after: Item | None
    ) -> tuple[Sequence[Item], Item | None]:
        if self.broken_after == 0:
            raise KeyboardInterrupt
        self.broken_after -= 1
        items, _ = super().page(source, segment, segments, None)
        begin = int(after["at"]["N"]) if after else 0
        end = begin + 7
        return items[begin:end], {"at": {"N": str(end)}} if end < len(items) else None


def sweep(scene: Scene, file: Path, segments: int = 3, broken_after: int = -1) -> Verification:
    pages = ShortPages(scene.world.client, scene.world.tables)
    pages.broken_after = broken_after
    with closing(Shelf(file, "test", segments)) as shelf:
        assert shelf.segments == 3, "as it was begun"
        return Sweep(pages, shelf, scene.admin.verifier, lambda line: None).run()


def told(faults: Sequence[Fault]) -> list[str]:
    return sorted(map(repr, faults))


@pytest.mark.parametrize("kind", ALONE, ids=lambda kind: kind.name)
def test_a_sweep_names_what_is_named_at_once(scene: Scene, kind: Kind, tmp_path: Path) -> None:
    spoiled = tampered(scene, kind.do)
    at_once = spoiled.admin.verifier.everything()
    found = sweep(spoiled, tmp_path / "shelf")
    assert (found.wallets, found.entries) == (at_once.wallets, at_once.entries)
    assert told(found.faults) == told(at_once.faults)


@pytest.mark.parametrize("broken_after", range(0, 12, 3))
def test_a_sweep_that_broke_off_goes_on(scene: Scene, broken_after: int, tmp_path: Path) -> None:
    file = tmp_path / "shelf"
    with pytest.raises(KeyboardInterrupt):
        sweep(scene, file, broken_after=broken_after)
    assert sweep(scene, file, segments=9) == scene.admin.verifier.everything()


def test_a_file_of_another_stack_or_thing_is_refused(tmp_path: Path) -> None:
    Shelf(tmp_path / "shelf", "one", 1).close()
    with pytest.raises(OpsError, match="of stack one"):
        Shelf(tmp_path / "shelf", "two", 1)
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at\n" * 9)
    with pytest.raises(OpsError, match="no file of a verification"):
        Shelf(tmp_path / "text", "one", 1)
    assert (tmp_path / "shelf").stat().st_mode & 0o077 == 0


def test_a_database_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    """A file of `--resume` is deleted at the end."""
    with closing(sqlite3.connect(tmp_path / "theirs")) as theirs, theirs:
        theirs.execute("CREATE TABLE mine (it TEXT)")
    before = (tmp_path / "theirs").read_bytes()
    with pytest.raises(OpsError, match="no file of a verification"):
        Shelf(tmp_path / "theirs", "one", 1)
    assert (tmp_path / "theirs").read_bytes() == before
    (tmp_path / "open").touch(0o644)
    Shelf(tmp_path / "open", "one", 1).close()
    assert (tmp_path / "open").stat().st_mode & 0o077 == 0
