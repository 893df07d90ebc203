"""The checks of a finished build: a build that misses one fails before anything is deployed."""

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from builder import BuildError
from builder.certificates import AMAZON_ROOTS
from builder.precompile import stale_or_missing
from builder.tune import ROOTS_FILE, SERVICES

MOST_BYTES: Final = 12_000_000
"""The most that a function may weigh, zipped, with the layer of all and one other."""

CASINO: Final = "CasinoLayer"
CRYPTOGRAPHY: Final = "CryptographyLayer"
PROOF: Final = "ProofLayer"
LAYERS: Final = (CASINO, CRYPTOGRAPHY, PROOF)

#: Where an ELF file says for which processor it is, and what it says.
_MACHINE_AT: Final = slice(18, 20)
_MACHINES: Final = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}


class PackageError(BuildError):
    """A build must not be deployed; the message says why, one reason a line."""


def layer_folder(build: Path, layer: str = CASINO) -> Path:
    """Return what becomes /opt/python."""
    return build / layer / "python"


def layer_folders(build: Path) -> list[Path]:
    """Return the folder of each layer."""
    return [layer_folder(build, layer) for layer in LAYERS]


def function_folders(build: Path) -> list[Path]:
    """Return the folder of each function."""
    return sorted(path for path in build.iterdir() if path.is_dir() and path.name not in LAYERS)


def check(build: Path, architecture: str) -> None:
    """Check a finished build; raises `PackageError`."""
    layers, functions = layer_folders(build), function_folders(build)
    missing = [layer.parent.name for layer in layers if not layer.is_dir()]
    if missing:
        raise PackageError("\n".join(f"{name} was not built" for name in missing))
    faults = [
        *(_compiled(build, [*layers, *functions])),
        *(_light(build, functions)),
        *(_slim(layer_folder(build))),
        *(_native(layers, architecture)),
    ]
    if not (layer_folder(build, PROOF) / "casino" / "wallet" / "proof").is_dir():
        faults.append(f"{PROOF} does not hold the verifier")
    if not functions:
        faults.append("no function was built")
    if faults:
        raise PackageError("\n".join(faults))


def zipped_size(*folders: Path) -> int:
    """Return how many bytes the folders take together, zipped as for an upload."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            for path, _, names in sorted(os.walk(folder)):
                for name in sorted(names):
                    file = Path(path, name)
                    archive.write(file, file.relative_to(folder.parent))
    return packed.tell()


def _compiled(build: Path, folders: list[Path]) -> list[str]:
    missing = [source for folder in folders for source in stale_or_missing(folder)]
    return [f"{source.relative_to(build)} is not compiled ahead" for source in missing]


def layers_size(build: Path) -> int:
    """Return how many bytes of layers a function carries at most: no function names two others."""
    sizes = {layer: zipped_size(layer_folder(build, layer)) for layer in LAYERS}
    return sizes.pop(CASINO) + max(sizes.values())


def _light(build: Path, functions: list[Path]) -> list[str]:
    shared = layers_size(build)
    sizes = {folder.name: zipped_size(folder) + shared for folder in functions}
    return [
        f"{name} weighs {size:,} bytes zipped, more than {MOST_BYTES:,}"
        for name, size in sizes.items()
        if size > MOST_BYTES
    ]


def _slim(layer: Path) -> list[str]:
    data = layer / "botocore" / "data"
    kept = {path.name for path in data.iterdir() if path.is_dir()}
    faults = [f"the model of {name} is not used" for name in sorted(kept - SERVICES)]
    faults += [f"the model of {name} is missing" for name in sorted(SERVICES - kept)]
    roots = layer / ROOTS_FILE
    if not roots.is_file() or roots.read_text().count("BEGIN CERTIFICATE") != len(AMAZON_ROOTS):
        faults.append(f"{ROOTS_FILE} does not hold the {len(AMAZON_ROOTS)} Amazon roots")
    return faults


def _native(layers: list[Path], architecture: str) -> list[str]:
    libraries = sorted(file for layer in layers for file in layer.rglob("*.so"))
    return [
        f"{file.name} is not for {architecture}"
        for file in libraries
        if file.read_bytes()[_MACHINE_AT] != _MACHINES[architecture]
    ]
