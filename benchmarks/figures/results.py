"""`results/latest.json`: everything that one run found, and the figures in it by their paths.

The file is the one source of the tables, the plots and the capacity page. Times are in milliseconds
and sizes in bytes, unless a name says otherwise. A quick run leaves parts out, and so does a run of
which a part failed: any figure may be missing.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

type Run = dict[str, Any]

SCHEMA: Final = 1
PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = PROJECT / "benchmarks" / "results"
LATEST: Final = FOLDER / "latest.json"

OURS: Final = "wallet"


class MissingFigureError(LookupError):
    """The run lacks a figure; the message is its path."""


def figure(run: Run, path: str) -> float | None:
    """Return the figure under a path such as `growth/ratios/cpu`, or `None` when it is missing."""
    found: Any = run
    for name in path.split("/"):
        found = (found or {}).get(name)
    return None if found is None else found + 0


def needed(run: Run, path: str) -> float:
    """Return the figure under a path; raises `MissingFigureError`."""
    found = figure(run, path)
    if found is None:
        raise MissingFigureError(path)
    return found


def read(path: Path = LATEST) -> Run:
    """Return a run that was written; raises `FileNotFoundError`."""
    run: Run = json.loads(path.read_bytes())
    return run


def write(run: Run, path: Path = LATEST) -> None:
    """Write a run, its figures rounded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(run), indent=2) + "\n", encoding="utf-8")


def digest(path: Path = LATEST) -> str:
    """Return what tells this run from any other: the SHA-256 of its file."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def rounded(value: Any) -> Any:
    """Return `value` with every float in it cut to four digits: no timing is more precise."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
