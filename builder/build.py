"""The one way to a deployable build: build, tune, check."""

import shutil
from pathlib import Path
from typing import Final

from builder import package, sam
from builder.tune import TOOLS_ONLY, tune_function, tune_layer

BUILD: Final = sam.PROJECT / ".aws-sam" / "build"
_CASINO: Final = sam.PROJECT / "layers" / "shared" / "casino"


def build(architecture: str = "x86_64", folder: Path = BUILD) -> Path:
    """Build the template for `architecture` into `folder` and return it; raises `BuildError`."""
    sam.run(
        [
            "build",
            "--build-dir",
            str(folder),
            "--parameter-overrides",
            f"Architecture={architecture}",
        ]
    )
    whole = package.layer_folder(folder, package.PROOF)
    shutil.copytree(_CASINO, whole / "casino", dirs_exist_ok=True)
    tune(folder)
    package.check(folder, architecture)
    return folder


def tune(folder: Path) -> None:
    """Tune all layers and functions of a build; the layer of the proof keeps all of casino."""
    for name in package.LAYERS:
        layer = package.layer_folder(folder, name)
        tune_layer(layer, () if name == package.PROOF else TOOLS_ONLY)
    for function in package.function_folders(folder):
        tune_function(function)
