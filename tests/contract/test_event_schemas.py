"""The schemas of events: released, complete, kept by every event, and without a person's data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from casino.events.model import EDITIONS, Event
from sandbox import event_schemas
from testing.events import check_event
from testing.template import PROJECT

SCHEMAS: Final = event_schemas.schemas()
FILES: Final = sorted(event_schemas.FOLDER.glob("*/*.json"))

#: What no event may say, in whatever part of a name.
PERSONAL: Final = (
    *("name", "mail", "birth", "phone", "address", "city", "zip", "postal", "country", "gender"),
    *("iban", "card", "passport", "document", "device", "body", "header", "token", "secret", "url"),
    *("reason", "comment", "note", "who", "extra", "kyc"),
)


def test_released_schemas_are_as_they_were_and_later_ones_only_add_to_them() -> None:
    assert event_schemas.faults() == []


def test_each_type_has_the_schema_of_the_version_that_is_made_and_none_that_is_not() -> None:
    assert SCHEMAS.keys() == EDITIONS.keys()
    for event_type, editions in EDITIONS.items():
        newest = {version[0]: version for version in SCHEMAS[event_type]}
        published = [event_schemas.version_of(edition.version) for edition in editions]
        assert [newest[version[0]] for version in published] == published, event_type
        assert published[-1] == max(SCHEMAS[event_type]), event_type


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_schema_says_what_it_is_and_stays_open_for_later_fields(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    event_type, major = file.parent.name, file.stem.split(".")[0]
    assert schema["$id"] == f"urn:casino:event:{event_type}:{file.stem}"
    assert schema["title"] == event_type
    assert schema["properties"]["event_type"] == {"const": event_type}
    assert schema["properties"]["schema_version"]["pattern"] == rf"^{major}\.\d+\.\d+$"
    assert False not in [part.get("additionalProperties") for part in _parts(schema)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_field_of_a_schema_is_one_of_a_person(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    names = {name for part in _parts(schema) for name in part.get("properties", ())}
    assert len(names) > len(schema["properties"])
    assert [(name, word) for name in sorted(names) for word in PERSONAL if word in name] == []


def test_the_asyncapi_document_has_a_message_for_every_version_that_is_published() -> None:
    document = json.loads(event_schemas.asyncapi())
    messages = document["components"]["messages"]
    files = [each["payload"]["schema"]["$ref"] for each in messages.values()]
    assert all((event_schemas.FOLDER / file).is_file() for file in files)
    assert {(each["name"], file) for each, file in zip(messages.values(), files, strict=True)} == {
        (event_type, f"./{event_type}/{edition.version}.json")
        for event_type, editions in EDITIONS.items()
        for edition in editions
    }
    on_bus = document["channels"]["bus"]["messages"]
    assert on_bus == {name: {"$ref": f"#/components/messages/{name}"} for name in messages}


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and all that it holds."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _parts(value)


def test_the_examples_of_the_page_are_events_that_the_wallet_could_tell() -> None:
    page = (PROJECT / "docs" / "events.md").read_text(encoding="utf-8")
    examples = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert [Event.read(each.encode()).event_type for each in examples] == [
        "wallet.debit.completed",
        "bet.settled",
    ]
    for each in examples:
        check_event(Event.read(each.encode()))


def test_the_page_names_every_type() -> None:
    page = (PROJECT / "docs" / "events.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", page.split("## Types")[1]))
    assert EDITIONS.keys() <= named
