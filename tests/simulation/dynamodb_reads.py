"""How the model of DynamoDB reads: items by key, queries and scans, as fresh as they ask to be."""

from collections import deque
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

from tests.simulation.dynamodb_rules import (
    BATCH_KEYS,
    RefusedError,
    Table,
    Whim,
    check_batch,
    holds,
    invalid,
)
from tests.simulation.expressions import NO_MARKS, Item, Request

type Items = Mapping[tuple[str, ...], Item]

_REMEMBERED: Final = 256


class Reads:
    """The tables, and what was in them a few writes ago."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self._past: deque[tuple[Table, tuple[str, ...], Item | None]] = deque(maxlen=_REMEMBERED)

    def write(self, table: Table, key: tuple[str, ...], item: Item | None) -> None:
        """Put an item into its place, or nothing."""
        self._past.append((table, key, table.items.get(key)))
        if item is None:
            table.items.pop(key, None)
        else:
            table.items[key] = item

    def table(self, request: Request) -> Table:
        """Return the table of a request."""
        try:
            return self.tables[request["TableName"]]
        except KeyError:
            raise RefusedError("ResourceNotFoundException") from None

    def answer(self, operation: str, request: Request, whim: Whim) -> Item:
        """Answer a read."""
        match operation:
            case "GetItem":
                return self._get(request, whim)
            case "BatchGetItem":
                return self._get_batch(request, whim)
            case "Query":
                return self._query(request, whim)
            case "Scan":
                return self._scan(request, whim)
        raise AssertionError(f"the model does not know {operation}")

    def _seen(self, table: Table, request: Request, whim: Whim) -> Items:
        """Return the items as a read sees them: behind by the whim's lag, unless consistent."""
        if request.get("ConsistentRead") or not whim.lag:
            return table.items
        items: dict[tuple[str, ...], Item] = dict(table.items)
        for where, key, old in list(reversed(self._past))[: whim.lag]:
            if where is table:
                items.pop(key, None)
                items |= {key: old} if old is not None else {}
        return items

    def _get(self, request: Request, whim: Whim) -> Item:
        table = self.table(request)
        found = self._seen(table, request, whim).get(table.key_of(request["Key"]))
        return {"Item": dict(found)} if found is not None else {}

    def _get_batch(self, request: Request, whim: Whim) -> Item:
        keys, responses = [], {}
        for name, asked in request["RequestItems"].items():
            table = self.table({"TableName": name})
            items = self._seen(table, asked, whim)
            mine = [table.key_of(key) for key in asked["Keys"]]
            keys += [(name, *key) for key in mine]
            responses[name] = [dict(items[key]) for key in mine if key in items]
        check_batch(keys, BATCH_KEYS)
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _scan(self, request: Request, whim: Whim) -> Item:
        table = self.table(request)
        found = list(self._seen(table, request, whim).items())
        if "TotalSegments" in request:
            own, of = request["Segment"], request["TotalSegments"]
            found = [each for each in found if crc32("#".join(each[0]).encode()) % of == own]
        if "ExclusiveStartKey" in request:
            start = table.key_of(request["ExclusiveStartKey"])
            places = [key for key, _ in found]
            found = found[places.index(start) + 1 :] if start in places else found
        items = [item for _, item in found]
        return _page(items, request, whim, table.keys)

    def _query(self, request: Request, whim: Whim) -> Item:
        table, order = self.table(request), self.table(request).keys
        if "IndexName" in request:
            if request.get("ConsistentRead"):
                raise invalid("Consistent reads are not supported on global secondary indexes")
            order = table.indexes[request["IndexName"]]
        text = request["KeyConditionExpression"]
        seen = self._seen(table, request, whim).values()
        items = [e for e in seen if holds(text, e, request) and all(name in e for name in order)]
        named = tuple(dict.fromkeys((*order[1:], *table.keys)))

        def place(item: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(_sort_key(item[name]) for name in named)

        backwards = request.get("ScanIndexForward") is False
        items.sort(key=place, reverse=backwards)
        if "ExclusiveStartKey" in request:
            start = place(request["ExclusiveStartKey"])
            items = [e for e in items if (place(e) < start if backwards else place(e) > start)]
        return _page(items, request, whim, tuple(dict.fromkeys((*order, *table.keys))))


def _page(items: list[Item], request: Request, whim: Whim, keys: Iterable[str]) -> Item:
    """Return a page of items, without what a filter keeps back; it ends where it has to."""
    most = min(request.get("Limit", len(items)), whim.page or len(items))
    page, rest = items[:most], items[most:]
    found = [dict(e) for e in page if holds(request.get("FilterExpression"), e, request)]
    if "ProjectionExpression" in request:
        names = request.get("ExpressionAttributeNames", NO_MARKS)
        shown = [names.get(each, each) for each in request["ProjectionExpression"].split(", ")]
        found = [{name: e[name] for name in shown if name in e} for e in found]
    # A page that its limit fills has a next one, which may be empty.
    if not page or not (rest or most == request.get("Limit")):
        return {"Items": found}
    return {"Items": found, "LastEvaluatedKey": {name: page[-1][name] for name in keys}}


def _sort_key(attribute: Mapping[str, Any]) -> Any:
    return Decimal(attribute["N"]) if "N" in attribute else attribute["S"]
