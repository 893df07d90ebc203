"""Which changes of a released schema are refused: each kind, planted in a real one."""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox import event_schemas

TYPE = "wallet.debit.completed"

type Change = Callable[[dict[str, Any]], Any]


def _payload(schema: dict[str, Any]) -> Any:
    return schema["properties"]["payload"]


def _fields(schema: dict[str, Any]) -> Any:
    return _payload(schema)["properties"]


def _money(schema: dict[str, Any]) -> Any:
    return schema["$defs"]["money"]


HARMFUL: dict[str, Change] = {
    "a removed field": lambda s: _fields(s).pop("game_id"),
    "a removed field of the envelope": lambda s: s["properties"].pop("trace_id"),
    "a renamed field": lambda s: _fields(s).update(game=_fields(s).pop("game_id")),
    "a field of amounts removed": lambda s: _money(s)["properties"].pop("minor"),
    "a narrowed type": lambda s: s["properties"]["trace_id"].update(type="string"),
    "a widened type": lambda s: _fields(s)["rule"].update(type=["string", "null"]),
    "another type": lambda s: _fields(s)["rule"].update(type="integer"),
    "a narrowed enum": lambda s: _fields(s)["hash"].update(enum=["a"]),
    "a widened enum": lambda s: _fields(s)["type"].update(enum=["a", "b", "c"]),
    "a new required field": lambda s: (
        _fields(s).update(ring={"type": "string"}),
        _payload(s)["required"].append("ring"),
    ),
    "an optional field that becomes required": lambda s: _payload(s)["required"].append("game_id"),
    "a required field that becomes optional": lambda s: _payload(s)["required"].remove("amount"),
    "a raised minimum": lambda s: s["properties"]["sequence"].update(minimum=1),
    "a lowered minimum": lambda s: s["properties"]["sequence"].update(minimum=-1),
    "a new bound": lambda s: _fields(s)["rule"].update(maxLength=10),
    "a changed format": lambda s: s["properties"]["event_id"].update(format="date"),
    "a removed format": lambda s: s["properties"]["event_id"].pop("format"),
    "a changed pattern": lambda s: _fields(s)["hash"].update(pattern="^[0-9a-f]{32}$"),
    "a changed constant": lambda s: s["properties"]["event_type"].update(const="bet.taken"),
    "another reference": lambda s: _fields(s)["amount"].update({"$ref": "#/$defs/other"}),
    "a narrowed amount": lambda s: _money(s)["properties"]["amount"].update(type="integer"),
    "narrowed values": lambda s: _fields(s)["postings_minor"]["additionalProperties"].pop("type"),
    "a name among free ones": lambda s: _fields(s)["postings_minor"].update(
        properties={"player": {"type": "integer"}}
    ),
    "a closed payload": lambda s: _payload(s).update(additionalProperties=False),
    "a schema that forbids all": lambda s: _fields(s).update(rule=False),
    "a condition": lambda s: s.update(oneOf=[{"required": ["ring"]}]),
}
HARMLESS: dict[str, Change] = {
    "an added optional field": lambda s: _fields(s).update(ring={"type": "string"}),
    "an added field of the envelope": lambda s: s["properties"].update(ring={"type": "string"}),
    "an added definition": lambda s: s["$defs"].update(ring={"type": "string"}),
    "other words": lambda s: s.update(title="x", description="y"),
    "another order": lambda s: _payload(s)["required"].reverse(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the schemas of one type, released."""
    copy = tmp_path / "events"
    shutil.copytree(event_schemas.FOLDER / TYPE, copy / TYPE)
    release(copy)
    return copy


def release(folder: Path) -> None:
    table = event_schemas.released_table(folder)
    (folder / event_schemas.RELEASED.name).write_text(table, encoding="utf-8")


def plant(folder: Path, version: str, change: Change) -> list[str]:
    """Add a version that differs by a change from 1.0.0, and return what is wrong then."""
    schema = json.loads((folder / TYPE / "1.0.0.json").read_text(encoding="utf-8"))
    for field in ("hash", "type"):
        _fields(schema)[field].setdefault("enum", ["a", "b"])
    (folder / TYPE / "1.0.0.json").write_text(json.dumps(schema), encoding="utf-8")
    later = deepcopy(schema)
    change(later)
    (folder / TYPE / f"{version}.json").write_text(json.dumps(later), encoding="utf-8")
    (folder / event_schemas.RELEASED.name).unlink()
    release(folder)
    return event_schemas.faults(folder)


@pytest.mark.parametrize("kind", HARMFUL)
def test_no_later_minor_may_have(folder: Path, kind: str) -> None:
    assert plant(folder, "1.1.0", HARMFUL[kind]) != []


@pytest.mark.parametrize("kind", HARMFUL)
def test_a_new_major_may_have(folder: Path, kind: str) -> None:
    assert plant(folder, "2.0.0", HARMFUL[kind]) == []


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_later_minor_may_have(folder: Path, kind: str) -> None:
    assert plant(folder, "1.1.0", HARMLESS[kind]) == []


def test_a_patch_changes_words_alone(folder: Path) -> None:
    assert plant(folder, "1.0.1", HARMLESS["other words"]) == []
    assert plant(folder, "1.0.1", HARMLESS["an added optional field"]) != []


def test_each_version_is_compared_with_the_one_before_it(folder: Path) -> None:
    assert plant(folder, "1.2.0", HARMLESS["an added optional field"]) == []
    assert plant(folder, "1.10.0", HARMLESS["other words"]) == [
        f"{TYPE} 1.10.0 /properties/payload/properties/ring: is gone"
    ]


def test_a_released_file_may_neither_change_nor_go(folder: Path) -> None:
    file = folder / TYPE / "1.0.0.json"
    assert event_schemas.faults(folder) == []
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    release(folder)  # adds what is new, and hides no change
    assert event_schemas.faults(folder) == [
        f"{TYPE}/1.0.0.json was released, and has changed: make it a new version"
    ]
    file.unlink()
    assert event_schemas.faults(folder) == [f"{TYPE}/1.0.0.json was released, and is gone"]


def test_a_new_file_has_to_be_released(folder: Path) -> None:
    shutil.copy(folder / TYPE / "1.0.0.json", folder / TYPE / "2.0.0.json")
    assert event_schemas.faults(folder) == [
        f"{TYPE}/2.0.0.json is not in released.sha256: run `make docs`"
    ]
    release(folder)
    assert event_schemas.faults(folder) == []
