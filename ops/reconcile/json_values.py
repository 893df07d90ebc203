"""Reads the objects of a large JSON file one by one: lines of JSON, or one array of objects."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TextIO

_CHUNK: Final = 64 * 1024
#: No line of a report is longer.
_LONGEST: Final = 1024 * 1024
_BETWEEN: Final = re.compile(r"[\s,\[\]]*")


@dataclass(frozen=True, slots=True)
class MalformedValue:
    """Stands for what cannot be read."""

    detail: str


def values(text: TextIO) -> Iterator[tuple[int, Any]]:
    """Yield each value with the number of the line where it begins; decimals stay exact.

    What cannot be read is a `MalformedValue`; the next line is tried after it.
    """
    decoder = json.JSONDecoder(parse_float=Decimal, object_pairs_hook=_unique)
    buffer, at, number, ended = "", 0, 1, False
    while True:
        bare = _BETWEEN.match(buffer, at)
        start = bare.end() if bare else at
        number += buffer.count("\n", at, start)
        try:
            value, end = decoder.raw_decode(buffer, start)
        except (ValueError, RecursionError) as error:
            if not ended and len(buffer) - start < _LONGEST:
                chunk = text.read(_CHUNK)
                buffer, at, ended = buffer[start:] + chunk, 0, not chunk
                continue
            if start == len(buffer):
                return
            yield number, MalformedValue(f"not JSON: {error}")
            after = buffer.find("\n", start)
            at = after if after >= 0 else len(buffer)
            continue
        yield number, value
        number += buffer.count("\n", start, end)
        at = end


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate keys")
    return value
