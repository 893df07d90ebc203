"""DynamoDB's expressions, as far as our stores write them; any other is an error."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

type Item = dict[str, Any]
type Request = Mapping[str, Any]

_TOKENS: Final = re.compile(r"<>|<=|>=|[=<>(),]|[#:]?\w+(?:\.\w+)?")
_CLAUSES: Final = re.compile(r"\b(SET|ADD|REMOVE)\b")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_WORDS: Final = {"attribute_exists": True, "attribute_not_exists": False}


class Condition:
    """A condition about one item; `holds` reads it once, from left to right."""

    def __init__(self, text: str, item: Item, request: Request) -> None:
        self._tokens = _TOKENS.findall(text)
        self._item = item
        self._names = request.get("ExpressionAttributeNames", {})
        self._values = request.get("ExpressionAttributeValues", {})

    def holds(self) -> bool:
        found = self._any()
        assert not self._tokens, self._tokens
        return found

    def _any(self) -> bool:
        found = self._all()
        while self._took("OR"):
            found = self._all() or found
        return found

    def _all(self) -> bool:
        found = self._one()
        while self._took("AND"):
            found = self._one() and found
        return found

    def _one(self) -> bool:
        if self._took("NOT"):
            return not self._one()
        if self._took("("):
            found = self._any()
            assert self._took(")")
            return found
        first = self._tokens.pop(0)
        if self._took("("):
            present = self._value(self._tokens.pop(0)) is not None
            assert self._took(")")
            return present is _WORDS[first]
        compare, second = _COMPARE[self._tokens.pop(0)], self._value(self._tokens.pop(0))
        return compares(compare, self._value(first), second)

    def _value(self, token: str) -> Any:
        if token.startswith(":"):
            return self._values[token]
        name, _, inner = token.partition(".")
        found = self._item.get(self._names[name] if name.startswith("#") else name)
        return found if not inner else (found or {"M": {}})["M"].get(inner)

    def _took(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        del self._tokens[0]
        return True


def compares(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Compare two attributes; one that is missing, or of another type, differs and no more."""
    if left is None or right is None or left.keys() != right.keys():
        return compare is ne
    if "N" in left:
        return compare(Decimal(left["N"]), Decimal(right["N"]))
    return compare(*(next(iter(each.values())) for each in (left, right)))


def updated(item: Item, action: Request) -> Item:
    """Return the item with an update expression carried out."""
    names = action.get("ExpressionAttributeNames", {})
    item = dict(item)
    for clause, part in _clauses(action["UpdateExpression"]):
        words = _TOKENS.findall(part)
        name = names[words[0]] if words[0].startswith("#") else words[0]
        if clause == "REMOVE":
            assert len(words) == 1, part
            item.pop(name, None)
            continue
        value = action["ExpressionAttributeValues"][words[-1]]
        name, _, inner = name.partition(".")
        if inner:
            assert clause == "SET", part
            value = {"M": item[name]["M"] | {inner: value}}
        assert words[1:-1] == (["="] if clause == "SET" else []), part
        item[name] = value if clause == "SET" else _added(item.get(name), value)
    return item


def _clauses(expression: str) -> Iterator[tuple[str, str]]:
    _, *rest = _CLAUSES.split(expression)
    for clause, parts in zip(rest[::2], rest[1::2], strict=True):
        yield from ((clause, part) for part in parts.split(","))


def _added(old: Item | None, more: Item) -> Item:
    if "SS" in more:
        return {"SS": sorted({*(old or {"SS": ()})["SS"], *more["SS"]})}
    return {"N": str(Decimal((old or {"N": "0"})["N"]) + Decimal(more["N"]))}
