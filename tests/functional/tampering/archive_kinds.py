"""Kinds of tampering with the archive and its checkpoints, and the fault that names each."""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.functional.tampering.casino import Item


@dataclass(frozen=True)
class ArchiveKind:
    """One kind of tampering with the bucket of the archive: its objects by key."""

    name: str
    fault: str
    do: Callable[[dict[str, bytes]], object]


def _first(objects: dict[str, bytes], prefix: str = "ledger/") -> str:
    return min(key for key in objects if key.startswith(prefix))


def _spoil(objects: dict[str, bytes]) -> None:
    key = _first(objects)
    text = gzip.decompress(objects[key]).replace(b'"EUR#ann"', b'"EUR#eve"')
    objects[key] = gzip.compress(text)


def _add(objects: dict[str, bytes], text: bytes) -> None:
    """Put an object with a name that fits beside the others."""
    key = _first(objects)
    name = f"{hashlib.sha256(text).hexdigest()[:40]}.jsonl.gz"
    objects[f"{key.rpartition('/')[0]}/{name}"] = gzip.compress(text)


def _invent(objects: dict[str, bytes]) -> None:
    """Lines of an entry that never was; nobody signed them."""
    line = gzip.decompress(objects[_first(objects)]).splitlines()[0]
    said = json.loads(line)
    _add(objects, json.dumps(said | {"key": "sandbox#tx#never"}).encode())


def _twice(objects: dict[str, bytes]) -> None:
    """A second account of an entry that is there."""
    said = json.loads(gzip.decompress(objects[_first(objects)]).splitlines()[0])
    said["content"]["at"] = {"S": "2020-01-01T00:00:00.000Z"}
    _add(objects, json.dumps(said).encode())


def _forge(change: Callable[[Item], object]) -> Callable[[dict[str, bytes]], object]:
    """Change the first checkpoint, which names what was played."""

    def do(objects: dict[str, bytes]) -> None:
        key = _first(objects, "checkpoints/")
        said = json.loads(objects[key])
        change(said)
        objects[key] = json.dumps(said).encode()

    return do


def _drop(which: Callable[[list[str]], str]) -> Callable[[dict[str, bytes]], object]:
    return lambda objects: objects.pop(
        which(sorted(key for key in objects if key.startswith("checkpoints/")))
    )


IN_THE_ARCHIVE: Final = (
    ArchiveKind(
        "an object of the archive deleted", "archive_object_missing", lambda o: o.pop(_first(o))
    ),
    ArchiveKind("an object of the archive changed", "archive_object", _spoil),
    ArchiveKind(
        "an object that is no archive",
        "archive_object",
        lambda o: o.update({_first(o): b"nothing"}),
    ),
    ArchiveKind("lines added for an entry that never was", "archived_missing", _invent),
    ArchiveKind("a second account of an entry", "archive_conflict", _twice),
    ArchiveKind(
        "a checkpoint's heads changed",
        "checkpoint_forged",
        _forge(lambda said: said["checkpoint"]["heads"].clear()),
    ),
    ArchiveKind(
        "an object struck off a checkpoint",
        "checkpoint_forged",
        _forge(lambda said: said["checkpoint"]["objects"].clear()),
    ),
    ArchiveKind(
        "a signature replaced",
        "checkpoint_forged",
        _forge(lambda said: said.update(signature="AAAA")),
    ),
    ArchiveKind(
        "a checkpoint that nobody can read",
        "checkpoint_unreadable",
        _forge(lambda said: said.pop("checkpoint")),
    ),
    ArchiveKind("the first checkpoint deleted", "checkpoint_chain", _drop(min)),
    ArchiveKind(
        "the last checkpoints deleted",
        "checkpoint_missing",
        lambda o: [_drop(max)(o), _drop(max)(o)],
    ),
)
