"""How SAM is called; what it builds is in test_package.py."""

from pathlib import Path

import pytest

from builder import sam


@pytest.mark.parametrize("ended", [0, 1])
def test_what_sam_leaves_in_its_temporary_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    left = tmp_path / "left"
    program = tmp_path / "sam"
    program.write_text(f"#!/bin/sh\nmktemp -d > {left}\nexit {ended}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sam, "_SAM", program)
    if ended:
        with pytest.raises(sam.SamError, match="package failed with 1"):
            sam.run(["package"])
    else:
        sam.run(["package"])
    assert not Path(left.read_text().strip()).exists()
