"""Reads JSON as money needs it: exact decimals, no duplicate keys, only real JSON.

The standard library's parser does the work; this module refuses the texts on which the parser is
too lenient.
"""

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

#: How deep arrays and objects may nest.
MAX_DEPTH: Final = 16

_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class MalformedJsonError(ValueError):
    """The bytes are not JSON that the wallet accepts; the message says why, without the bytes."""


def parse(body: bytes) -> Any:
    """Return the JSON value in `body`: UTF-8, numbers as `int` or `Decimal`, of any type.

    Raises `MalformedJsonError` for anything else: a byte order mark, duplicate keys at any level,
    NaN or Infinity, nesting too deep for Python. Texts may hold lone surrogates.
    """
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedJsonError("not UTF-8") from error
    except MalformedJsonError:
        raise
    except RecursionError:
        raise MalformedJsonError("nested too deep") from None
    except ValueError:
        raise MalformedJsonError("not JSON") from None


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, as `parse` reads it.

    Raises `MalformedJsonError` also for lone surrogates, nesting beyond `MAX_DEPTH`, and another
    top-level type.
    """
    value = parse(body)
    if not isinstance(value, dict):
        raise MalformedJsonError("not a JSON object")
    _check(value, surrogates=_ESCAPED_SURROGATE.search(body) is not None)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJsonError("duplicate keys")
    return value


def _integer(digits: str) -> int | Decimal:
    # Python refuses to read an `int` of thousands of digits; a Decimal is as exact and linear.
    return int(digits) if len(digits) < 100 else Decimal(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:
        raise MalformedJsonError("exponent too large") from None


def _constant(name: str) -> NoReturn:
    raise MalformedJsonError(f"{name} is not JSON")


def _check(value: dict[str, Any], *, surrogates: bool) -> None:
    """Walk what is nested (and all text, when an escape could hide a lone surrogate)."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise MalformedJsonError("nested too deep")
        inner: list[Any] = []
        for container in level:
            members = container.values() if isinstance(container, dict) else container
            inner.extend(member for member in members if isinstance(member, dict | list))
            if surrogates:
                _check_text(container)
        level = inner


def _check_text(container: dict[str, Any] | list[Any]) -> None:
    texts = [*container, *container.values()] if isinstance(container, dict) else container
    for text in texts:
        if isinstance(text, str):
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                raise MalformedJsonError("lone surrogate") from None


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)
