"""Says whether an event keeps to its schema, and to nothing beside it."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from casino.events.model import Event
from testing.template import PROJECT

SCHEMAS: Final[Path] = PROJECT / "schemas" / "events"


def check_event(event: Event) -> None:
    """Raise `ValidationError` unless the event has what its schema demands, and nothing more.

    Consumers have to ignore fields that they do not know; the wallet has to make none.
    """
    _validator(event.event_type, event.schema_version).validate(json.loads(event.text()))


@cache
def _validator(event_type: str, version: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / event_type / f"{version}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(_closed(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _closed(schema: Any) -> Any:
    """Return a schema that allows only the fields that it names."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema else closed
