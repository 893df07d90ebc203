"""DynamoDB's charge for an item, by its documented rules: an emulator does not charge.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

READ_UNIT: Final = 4096
WRITE_UNIT: Final = 1024


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the size of an item in bytes: the names and the values of its attributes."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def read_units(item: Mapping[str, Any] | None) -> int:
    """Return what a consistent read of an item costs; one that is not there costs the least."""
    return max(1, ceil(item_size(item or {}) / READ_UNIT))


def transact_write_units(item: Mapping[str, Any]) -> int:
    """Return what an item written in a transaction costs: twice the ordinary."""
    return 2 * max(1, ceil(item_size(item) / WRITE_UNIT))


def _value_size(value: Mapping[str, Any]) -> int:
    kind: str
    content: Any
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            # At most one byte for two significant digits and one more; the sign counts as well.
            digits = content.lstrip("-")
            return ceil(len(digits) / 2) + 1 + int(content != digits)
        case "BOOL" | "NULL":
            return 1
        case "M":
            # Three bytes for the map, one for each pair in it.
            return 3 + item_size(content) + len(content)
        case "SS":
            return sum(len(element.encode()) for element in content)
        case _:
            return 3 + sum(1 + _value_size(element) for element in content)
