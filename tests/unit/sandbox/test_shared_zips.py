"""What the environments of MiniStack's functions unpack is there once, and is what was zipped."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

from sandbox.shared_zips import ENVIRONMENT, SharedZip


def unpacked(folder: Path, environment: str, content: str) -> Path:
    """Do what MiniStack does for a layer of one environment; return where the layer is."""
    own = folder / f"{ENVIRONMENT}{environment}"
    place, file = own / "layer_0", own / "layer_0.zip"
    place.mkdir(parents=True)
    with ZipFile(file, "w") as made:
        made.writestr("python/code.py", content)
    with SharedZip(file) as layer:
        layer.extractall(str(place))
    return place


def test_environments_that_start_together_share_one_copy(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda n: unpacked(tmp_path, f"bet-{n}", "same"), range(8)))
    assert {(place / "python" / "code.py").read_text() for place in places} == {"same"}
    assert len({place.resolve() for place in places}) == 1


def test_another_content_is_another_copy(tmp_path: Path) -> None:
    before, after = unpacked(tmp_path, "bet-1", "old"), unpacked(tmp_path, "bet-2", "new")
    assert (before / "python" / "code.py").read_text() == "old"
    assert (after / "python" / "code.py").read_text() == "new"


def test_what_is_no_environments_is_unpacked_where_it_was_wanted(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "layer_0"
    with ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("file", "content")
    with SharedZip(tmp_path / "a.zip") as file:
        file.extractall(place)
    assert (place / "file").read_text() == "content"
    assert not place.is_symlink()
