"""The schemas of events: what may change in them, which are released, and the AsyncAPI document.

Every file in schemas/events/ is released: consumers rely on it, so it never changes. A later
version of the same major is a new file. It keeps every field as it is, and adds optional ones; a
patch changes words alone. Anything else is a new major, which is published beside the old one until
a date: see `casino.events.model.EDITIONS`.

The rules compare texts, not meanings: a change that would be harmless but that nobody can see to be
so is refused as well.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from casino.events.model import EDITIONS

PROJECT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = PROJECT / "schemas" / "events"
RELEASED: Final = FOLDER / "released.sha256"
ASYNCAPI: Final = FOLDER / "asyncapi.json"

type Version = tuple[int, int, int]
type Schema = Mapping[str, Any]

#: What says something to people alone.
_WORDS: Final = frozenset({"$comment", "$id", "description", "examples", "title"})
#: What holds schemas by name.
_NAMED: Final = frozenset({"properties", "$defs"})
#: What holds one schema.
_NESTED: Final = frozenset({"additionalProperties", "items"})

_ABOUT: Final = (
    "What the wallet tells the world. `make docs` writes this document from the schemas beside it;"
    " docs/events.md explains it. On the bus an event is the `detail` of an entry of EventBridge,"
    " whose `detail-type` is the event's type."
)


def version_of(name: str) -> Version:
    """Return a version as numbers; raises `ValueError` for what is none."""
    major, minor, patch = name.split(".")
    return int(major), int(minor), int(patch)


def schemas(folder: Path = FOLDER) -> dict[str, dict[Version, Schema]]:
    """Return the schemas by type and version, each type's in order."""
    found: dict[str, dict[Version, Schema]] = {}
    for file in folder.glob("*/*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        found.setdefault(file.parent.name, {})[version_of(file.stem)] = schema
    return {name: dict(sorted(versions.items())) for name, versions in sorted(found.items())}


def breaks(old: Any, new: Any, *, grows: bool = True, at: str = "") -> Iterator[str]:
    """Yield what of a change breaks those who rely on `old`; `grows` allows new optional fields."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from [] if old == new else [f"{at}: was {old!r} and is {new!r}"]
        return
    for keyword in sorted((old.keys() | new.keys()) - _WORDS - _NAMED):
        before, after = old.get(keyword), new.get(keyword)
        if keyword in _NESTED:
            yield from breaks(before, after, grows=grows, at=f"{at}/{keyword}")
        elif _settled(before) != _settled(after):
            yield f"{at or '/'}: {keyword} was {before!r} and is {after!r}"
    for keyword in sorted(_NAMED):
        before, after = old.get(keyword, {}), new.get(keyword, {})
        for name in sorted(before.keys() - after.keys()):
            yield f"{at}/{keyword}/{name}: is gone"
        # Where any name was allowed, an old event may have the new name with another meaning.
        if not grows or "additionalProperties" in old:
            for name in sorted(after.keys() - before.keys()):
                yield f"{at}/{keyword}/{name}: may not be new here"
        for name in sorted(before.keys() & after.keys()):
            below = f"{at}/{keyword}/{name}"
            yield from breaks(before[name], after[name], grows=grows, at=below)


def faults(folder: Path = FOLDER) -> list[str]:
    """Return what is wrong between the versions of each type, and with the table of digests."""
    found = list(_changed(folder))
    for event_type, versions in schemas(folder).items():
        for (old, before), (new, after) in pairwise(versions.items()):
            if old[0] == new[0]:
                broken = breaks(before, after, grows=old[1] != new[1])
                found += [f"{event_type} {_text(new)} {each}" for each in broken]
    return found


def released_table(folder: Path = FOLDER) -> str:
    """Return the table of digests with the files that it lacks; `sha256sum --check` reads it."""
    rows = _rows(folder)
    for file in folder.glob("*/*.json"):
        rows.setdefault(file.relative_to(folder).as_posix(), _digest(file))
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(rows.items()))


def asyncapi() -> str:
    """Return the AsyncAPI 3 document of every version that is published."""
    messages = {}
    for event_type, editions in EDITIONS.items():
        for edition in editions:
            path = f"{event_type}/{edition.version}.json"
            schema = json.loads((FOLDER / path).read_text(encoding="utf-8"))
            messages[f"{event_type}-{edition.version}"] = {
                "name": event_type,
                "title": f"{event_type} {edition.version}",
                "summary": schema["description"],
                "contentType": "application/json",
                "payload": {
                    "schemaFormat": "application/schema+json;version=draft-2020-12",
                    "schema": {"$ref": f"./{path}"},
                },
            }
    on_bus = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Events of the wallet", "version": "1.0.0", "description": _ABOUT},
        "channels": {"bus": {"title": "The bus of EventBridge", "messages": on_bus}},
        "operations": {"tell": {"action": "send", "channel": {"$ref": "#/channels/bus"}}},
        "components": {"messages": messages},
    }
    return json.dumps(document, indent=2) + "\n"


def _changed(folder: Path) -> Iterator[str]:
    """Yield the released files that are gone or not what was released, and what is not released."""
    rows = _rows(folder)
    files = {file.relative_to(folder).as_posix(): file for file in folder.glob("*/*.json")}
    for name in sorted(rows.keys() | files.keys()):
        if name not in files:
            yield f"{name} was released, and is gone"
        elif name not in rows:
            yield f"{name} is not in {RELEASED.name}: run `make docs`"
        elif rows[name] != _digest(files[name]):
            yield f"{name} was released, and has changed: make it a new version"


def _rows(folder: Path) -> dict[str, str]:
    table = folder / RELEASED.name
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _settled(value: Any) -> str:
    """Return a keyword's value as a text; what is required, or one of several, has no order."""
    texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return json.dumps(sorted(value) if texts else value, sort_keys=True)


def _text(version: Version) -> str:
    return ".".join(map(str, version))
