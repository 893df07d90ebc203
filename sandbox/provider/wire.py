"""JSON as the provider reads and writes it: amounts are decimals, never binary floats."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; raises `ValueError` for anything else."""
    content = json.loads(body.decode(), parse_float=Decimal, parse_constant=_no_number)
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return content


def write_flat(fields: Mapping[str, Any]) -> bytes:
    """Write an object without nested ones, its decimals as JSON numbers with their digits."""
    parts = []
    for name, value in fields.items():
        text = format(value, "f") if isinstance(value, Decimal) else json.dumps(value)
        parts.append(f"{json.dumps(name)}: {text}")
    return ("{" + ", ".join(parts) + "}").encode()


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
