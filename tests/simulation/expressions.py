"""DynamoDB's expressions, as far as our stores write them; any other is an error.

An expression is read once and kept as a function, since the stores write the same few texts again
and again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from operator import ge, gt, le, lt
from typing import Any, Final, NamedTuple

type Attribute = Mapping[str, Any]
type Item = dict[str, Any]
type Request = Mapping[str, Any]
type Marks = Mapping[str, Any]
"""What an expression's names or values stand for."""
type Operand = Callable[[Mapping[str, Any], Marks, Marks], Any]
type Change = Callable[[Item, Marks, Marks], None]

NO_MARKS: Final[Marks] = {}
_TOKENS: Final = re.compile(r"<>|<=|>=|[=<>(),]|[#:]?\w+(?:\.#?\w+)*")
_CLAUSES: Final = re.compile(r"\b(SET|ADD|REMOVE|DELETE)\b")
_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS: Final = {"attribute_exists": True, "attribute_not_exists": False}


class Expression[F](NamedTuple):
    """What an expression does, and the names and values that it mentions."""

    does: F
    marks: frozenset[str]


@cache
def condition(text: str) -> Expression[Operand]:
    """Return a condition: its function is true of (item, names, values) or not."""
    tokens = _TOKENS.findall(text)
    marks = _marks(tokens)
    holds = _any_of(tokens)
    assert not tokens, (text, tokens)
    return Expression(holds, marks)


@cache
def update(text: str) -> Expression[tuple[Change, ...]]:
    """Return the changes that an update makes, each to a copy of the item."""
    head, *rest = _CLAUSES.split(text)
    assert (head.strip(), bool(rest)) == ("", True), text
    changes = [
        _change(clause, _TOKENS.findall(part))
        for clause, parts in zip(rest[::2], rest[1::2], strict=True)
        for part in parts.split(",")
    ]
    return Expression(tuple(changes), _marks(_TOKENS.findall(text)))


def compares(operator: str, left: Attribute | None, right: Attribute | None) -> bool:
    """Compare two attributes; one that is missing, or of another type, differs and no more."""
    if left is None or right is None or left.keys() != right.keys():
        return operator == "<>"
    if left == right:
        return operator in ("=", "<=", ">=")
    (kind, one), other = next(iter(left.items())), next(iter(right.values()))
    if kind == "N":
        one, other = Decimal(one), Decimal(other)
    elif kind in ("SS", "NS", "BS"):
        one, other = set(one), set(other)
    if operator in ("=", "<>"):
        return (one == other) is (operator == "=")
    return _ORDERS[operator](one, other)


def _marks(tokens: list[str]) -> frozenset[str]:
    parts = (part for token in tokens for part in token.split("."))
    return frozenset(part for part in parts if part[0] in "#:")


def _took(tokens: list[str], token: str) -> bool:
    if tokens[:1] != [token]:
        return False
    del tokens[0]
    return True


def _any_of(tokens: list[str]) -> Operand:
    found = [_all_of(tokens)]
    while _took(tokens, "OR"):
        found.append(_all_of(tokens))
    if len(found) == 1:
        return found[0]
    return lambda item, names, values: any(each(item, names, values) for each in found)


def _all_of(tokens: list[str]) -> Operand:
    found = [_one_of(tokens)]
    while _took(tokens, "AND"):
        found.append(_one_of(tokens))
    if len(found) == 1:
        return found[0]
    return lambda item, names, values: all(each(item, names, values) for each in found)


def _one_of(tokens: list[str]) -> Operand:
    if _took(tokens, "NOT"):
        denied = _one_of(tokens)
        return lambda item, names, values: not denied(item, names, values)
    if _took(tokens, "("):
        inner = _any_of(tokens)
        assert _took(tokens, ")")
        return inner
    first = tokens.pop(0)
    if _took(tokens, "("):
        wanted, path = _WORDS[first], _operand(tokens.pop(0))
        assert _took(tokens, ")")
        return lambda item, names, values: (path(item, names, values) is not None) is wanted
    operator, left, right = tokens.pop(0), _operand(first), _operand(tokens.pop(0))
    assert operator in ("=", "<>", *_ORDERS), operator
    return lambda item, names, values: compares(
        operator, left(item, names, values), right(item, names, values)
    )


def _operand(token: str) -> Operand:
    if token[0] == ":":
        return lambda item, names, values: values[token]
    name, *path = token.split(".")

    def read(item: Mapping[str, Any], names: Marks, values: Marks) -> Any:
        found = item.get(_named(name, names))
        for inner in path:
            found = found["M"].get(_named(inner, names)) if found and "M" in found else None
        return found

    return read


def _named(word: str, names: Marks) -> str:
    return str(names[word]) if word[0] == "#" else word


def _change(clause: str, words: list[str]) -> Change:
    name, _, inner = words[0].partition(".")
    assert "." not in inner, words

    def remove(item: Item, names: Marks, values: Marks) -> None:
        item.pop(_named(name, names), None)

    def put(item: Item, names: Marks, values: Marks) -> None:
        own, value = _named(name, names), values[words[2]]
        item[own] = {"M": item[own]["M"] | {_named(inner, names): value}} if inner else value

    def add(item: Item, names: Marks, values: Marks) -> None:
        own = _named(name, names)
        item[own] = _added(item.get(own), values[words[1]])

    match clause, words[1:]:
        case "REMOVE", [] if not inner:
            return remove
        case "SET", ["=", value] if value[0] == ":":
            return put
        case "ADD", [value] if value[0] == ":" and not inner:
            return add
    raise AssertionError(f"the model does not know {clause} {' '.join(words)}")


def _added(old: Attribute | None, more: Attribute) -> Attribute:
    if "SS" in more:
        return {"SS": sorted({*(old or {"SS": ()})["SS"], *more["SS"]})}
    return {"N": str(Decimal((old or {"N": "0"})["N"]) + Decimal(more["N"]))}


def texts(request: Request) -> Iterator[Expression[Any]]:
    """Yield the expressions of a request that mention names and values."""
    for name in ("ConditionExpression", "KeyConditionExpression", "FilterExpression"):
        if name in request:
            yield condition(request[name])
    if "UpdateExpression" in request:
        yield update(request["UpdateExpression"])
