"""The one way to a deployable build: build, tune, check."""

from pathlib import Path
from typing import Final

from builder import package, sam
from builder.tune import tune_function, tune_layer

BUILD: Final = sam.PROJECT / ".aws-sam" / "build"


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
    for layer in package.layer_folders(folder):
        tune_layer(layer)
    for function in package.function_folders(folder):
        tune_function(function)
    package.check(folder, architecture)
    return folder
