"""The one way to a deployable build: build, tune, check."""

from pathlib import Path
from typing import Final

from builder import package, sam
from builder.tune import tune_function, tune_layer

BUILD: Final = sam.PROJECT / ".aws-sam" / "build"


def build(architecture: str = "x86_64") -> Path:
    """Build the template for `architecture` and return the folder; raises `BuildError`."""
    sam.run(["build", "--parameter-overrides", f"Architecture={architecture}"])
    tune_layer(package.layer_folder(BUILD))
    for folder in package.function_folders(BUILD):
        tune_function(folder)
    package.check(BUILD, architecture)
    return BUILD
