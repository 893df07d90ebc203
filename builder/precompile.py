"""Compiles the shipped code ahead: Lambda's disk is read-only, so every start would compile it.

The compiled files are of the kind "unchecked hash": Python loads them without looking at the
source, whose time stamp the packaging changes. They serve one minor version of Python, so the
builder has to run on that of the runtime.
"""

import compileall
import importlib.util
import sys
from itertools import islice
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from builder import BuildError

RUNTIME: Final = (3, 13)
"""The minor version of the Lambda runtime in template.yaml."""

#: Starting processes takes longer than compiling that many files.
_FEW: Final = 20
_HEADER: Final = 16
_UNCHECKED_HASH: Final = b"\x01\x00\x00\x00"


class PrecompileError(BuildError):
    """Something that ships could not be compiled, or not by the runtime's Python."""


def compile_tree(root: Path, shown_as: str) -> None:
    """Put a compiled file beside every source below `root`.

    Tracebacks show `shown_as` instead of `root`: the path at run time, also so that two machines
    build the same bytes, and that Python need not correct every path as it loads.
    """
    if sys.version_info[:2] != RUNTIME:
        raise PrecompileError(f"this is Python {sys.version_info[:2]}, the runtime is {RUNTIME}")
    few = len(list(islice(root.rglob("*.py"), _FEW + 1))) <= _FEW
    compiled = compileall.compile_dir(
        root,
        maxlevels=64,
        force=True,
        quiet=1,
        workers=1 if few else 0,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        stripdir=str(root),
        prependdir=shown_as,
    )
    if not compiled:
        raise PrecompileError(f"not everything in {root.name} compiles")


def stale_or_missing(root: Path) -> list[Path]:
    """Return the sources below `root` whose compiled file is missing or stale."""
    return [source for source in sorted(root.rglob("*.py")) if not _is_compiled(source)]


def _is_compiled(source: Path) -> bool:
    compiled = Path(importlib.util.cache_from_source(str(source)))
    if not compiled.is_file():
        return False
    expected = importlib.util.source_hash(source.read_bytes())
    header = compiled.read_bytes()[:_HEADER]
    return header == importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + expected
