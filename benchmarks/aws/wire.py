"""Counts what leaves a function for AWS, and what DynamoDB charges for it, at the wire.

A proxy in front of an endpoint: it asks DynamoDB what each call consumed, takes that off the answer
again, and passes everything else on as it is. So nothing of a function is changed to be counted. An
emulator checks no signatures; AWS would notice. Of a call that it refuses, DynamoDB does not say
what it consumed: that is counted as nothing.
"""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.processes import LOOPBACK
from tests.support.capacity import read_units

_DYNAMODB: Final = "DynamoDB_"
_READS: Final = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
#: What belongs to one connection and not to the message.
_OWN_HEADERS: Final = ("connection", "content-length", "host", "transfer-encoding", "expect")


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

    endpoint: str = ""
    calls: list[Call] = field(default_factory=list)

    def take(self) -> list[Call]:
        """Return the calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


@contextmanager
def counting(endpoint: str) -> Iterator[Wire]:
    """Put a proxy in front of `endpoint` (an HTTP URL without a path)."""
    wire = Wire()
    server = _Proxy(wire, urlsplit(endpoint).netloc)
    wire.endpoint = f"http://{LOOPBACK}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()


class _Proxy(ThreadingHTTPServer):
    """Listens on a free port."""

    daemon_threads = True

    def __init__(self, wire: Wire, upstream: str) -> None:
        super().__init__((LOOPBACK, 0), _Exchange)
        self.wire, self.upstream = wire, upstream


class _Exchange(BaseHTTPRequestHandler):
    """Passes the calls of one connection on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Proxy

    def do_POST(self) -> None:
        """Count a call of AWS, which is always a POST."""
        target = self.headers.get("X-Amz-Target", "")
        operation = target.rsplit(".", 1)[-1]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        metered = target.startswith(_DYNAMODB)
        request = json.loads(body) if metered else {}
        if metered:
            body = json.dumps({**request, "ReturnConsumedCapacity": "INDEXES"}).encode()
        response, content = self._pass_on(body)
        call = Call(operation)
        if metered:
            answer = json.loads(content)
            call = _metered(operation, request, answer)
            if "ReturnConsumedCapacity" not in request:
                answer.pop("ConsumedCapacity", None)
            content = json.dumps(answer).encode()
        self.server.wire.calls.append(call)
        self._answer(response, content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what happened is in `Wire.calls`."""

    def _pass_on(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _OWN_HEADERS
        }
        upstream = HTTPConnection(self.server.upstream)
        try:
            upstream.request("POST", self.path, body, headers)
            response = upstream.getresponse()
            return response, response.read()
        finally:
            upstream.close()

    def _answer(self, response: HTTPResponse, content: bytes) -> None:
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            # The check sum is that of the body as it was.
            if name.lower() not in (*_OWN_HEADERS, "x-amz-crc32"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _metered(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Call:
    if operation == "BatchGetItem":
        return Call(operation, read=_batch_read_units(request, answer))
    consumed = answer.get("ConsumedCapacity", [])
    tables = consumed if isinstance(consumed, list) else [consumed]
    if operation in _READS:
        return Call(operation, read=sum(table["CapacityUnits"] for table in tables))
    index = sum(_index_units(table) for table in tables)
    return Call(operation, write_tables=sum(map(_table_units, tables)), write_index=index)


def _table_units(consumed: Mapping[str, Any]) -> float:
    """Return what a write cost without the indexes: transactions and single writes say it apart."""
    if "WriteCapacityUnits" in consumed:
        return float(consumed["WriteCapacityUnits"])
    return float(consumed["Table"]["CapacityUnits"])


def _index_units(consumed: Mapping[str, Any]) -> float:
    indexes = consumed.get("GlobalSecondaryIndexes", {}).values()
    return sum(float(index["CapacityUnits"]) for index in indexes)


def _batch_read_units(request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Count by DynamoDB's rules, since MiniStack does not say: absent items cost the least."""
    units = 0.0
    for table, asked in request["RequestItems"].items():
        found = answer.get("Responses", {}).get(table, [])
        absent: Sequence[None] = [None] * (len(asked["Keys"]) - len(found))
        whole = sum(read_units(item and _stored(item)) for item in (*found, *absent))
        units += whole if asked.get("ConsistentRead") else whole / 2
    return units


def _stored(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Read bytes, which the wire carries in Base64."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in item.items()
    }
