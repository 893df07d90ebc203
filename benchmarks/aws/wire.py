"""Counts what leaves a function for AWS, and what DynamoDB charges for it, at the wire.

A proxy in front of an endpoint: it asks DynamoDB what each call consumed, takes that off the answer
again, and passes everything else on as it is. So nothing of a function is changed to be counted. An
emulator checks no signatures; AWS would notice. Of a call that it refuses, DynamoDB does not say
what it consumed: that is counted as nothing.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import chain
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.aws.server import Headers, serving
from testing.capacity import read_units

_DYNAMODB: Final = "DynamoDB_"
_READS: Final = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
#: What belongs to one connection and not to the message; the check sum is that of the old body.
_OWN_HEADERS: Final = (
    "connection", "content-length", "expect", "host", "transfer-encoding", "x-amz-crc32"
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One round trip, and what it consumed, in DynamoDB's units."""

    operation: str
    read: float = 0.0
    write_tables: float = 0.0
    write_index: float = 0.0


@dataclass
class Wire:
    """The proxy, seen by who counts."""

    upstream: str
    endpoint: str = ""
    calls: list[Call] = field(default_factory=list)

    def take(self) -> list[Call]:
        """Return the calls since the last time."""
        calls, self.calls = self.calls, []
        return calls

    def answer(self, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        """Pass a call on, and count it."""
        target = headers.get("x-amz-target", "")
        operation = target.rsplit(".", 1)[-1]
        if not target.startswith(_DYNAMODB):
            self.calls.append(Call(operation))
            return self._pass_on(headers, body)
        request = json.loads(body)
        asking = json.dumps({**request, "ReturnConsumedCapacity": "INDEXES"}).encode()
        status, received, content = self._pass_on(headers, asking)
        answer = json.loads(content)
        self.calls.append(_metered(operation, request, answer))
        if "ReturnConsumedCapacity" not in request:
            answer.pop("ConsumedCapacity", None)
        return status, received, json.dumps(answer).encode()

    def _pass_on(self, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        with closing(HTTPConnection(self.upstream)) as upstream:
            upstream.request("POST", "/", body, _passed(headers))
            response = upstream.getresponse()
            return response.status, _passed(dict(response.getheaders())), response.read()


@contextmanager
def counting(endpoint: str) -> Iterator[Wire]:
    """Put a proxy in front of `endpoint` (an HTTP URL without a path)."""
    wire = Wire(urlsplit(endpoint).netloc)
    with serving(wire.answer) as wire.endpoint:
        yield wire


def _passed(headers: Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}


def _metered(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Call:
    if operation == "BatchGetItem":
        return Call(operation, read=_batch_read_units(request, answer))
    consumed = answer.get("ConsumedCapacity", [])
    tables = consumed if isinstance(consumed, list) else [consumed]
    if operation in _READS:
        return Call(operation, read=sum(table["CapacityUnits"] for table in tables))
    # Transactions say the units of all writes to a table apart, single writes of the table itself.
    own = (each.get("WriteCapacityUnits") or each["Table"]["CapacityUnits"] for each in tables)
    indexes = (each.get("GlobalSecondaryIndexes", {}).values() for each in tables)
    index = sum(each["CapacityUnits"] for each in chain.from_iterable(indexes))
    return Call(operation, write_tables=float(sum(own)), write_index=float(index))


def _batch_read_units(request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Count by DynamoDB's rules, since MiniStack does not say: absent items cost the least."""
    units = 0.0
    for table, asked in request["RequestItems"].items():
        found = answer.get("Responses", {}).get(table, [])
        absent = len(asked["Keys"]) - len(found)
        whole = sum(read_units(_stored(item)) for item in found) + absent * read_units(None)
        units += whole if asked.get("ConsistentRead") else whole / 2
    return units


def _stored(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Read bytes, which the wire carries in Base64."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in item.items()
    }
