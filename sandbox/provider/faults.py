"""The faults of a provider, on demand: which fault a request meets, and its effect.

The package's docstring describes the kinds and their options.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_LISTS: Final = frozenset({"providers", "games"})
_ALL: Final = _LISTS | {"sessions", "close"}
_MUTATIONS: Final = ("unknown_field", "changed_type", "missing_field")

#: kind → the endpoints that can have it, and its options with what they are unless told
_KINDS: Final[dict[str, tuple[frozenset[str], dict[str, Any]]]] = {
    "status": (_ALL, {"status": 500, "retry_after": None, "carried_out": False}),
    "slow": (_ALL, {"delay_s": 2.0}),
    "timeout": (_ALL, {"delay_s": 30.0}),
    "truncated": (_ALL - {"close"}, {}),
    "broken_page": (_ALL - {"close"}, {}),
    "garbage": (
        _ALL - {"close"},
        {"status": None, "body": "<html><h1>It works!</h1></html>", "content_type": "text/html"},
    ),
    "repeated_cursor": (_LISTS, {}),
    "unknown_field": (_LISTS, {"field": "surprise", "value": "new", "records": [0]}),
    "changed_type": (_LISTS, {"field": "name", "value": 7, "records": [0]}),
    "missing_field": (_LISTS, {"field": "name", "records": [0]}),
    "shrunk": (_LISTS, {"share": 0.3}),
    "fewer_than_announced": (_LISTS, {"count": 5}),
    "launch_url": (frozenset({"sessions"}), {"url": "http://elsewhere.example/play"}),
}


class FaultError(ValueError):
    """The fault that was asked for does not exist; the message says what does."""


@dataclass
class Fault:
    """One kind of trouble at one endpoint, for the next `times` requests after `after` others."""

    id: int
    kind: str
    endpoint: str
    options: dict[str, Any]
    times: int
    after: int
    met: int = 0

    def describe(self) -> dict[str, Any]:
        """Return it as the admin route shows it."""
        return {
            "id": self.id, "kind": self.kind, "endpoint": self.endpoint, **self.options,
            "times": self.times, "after": self.after, "met": self.met,
        }  # fmt: skip


class Faults:
    """The faults that requests will meet, the one added first before the others."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: list[Fault] = []

    def add(self, wanted: Mapping[str, Any]) -> Fault:
        """Add a fault as the admin route takes it; raises `FaultError`."""
        rest = dict(wanted)
        kind, endpoint = rest.pop("kind", None), rest.pop("endpoint", "any")
        if kind not in _KINDS:
            raise FaultError(f"kind must be one of {', '.join(_KINDS)}")
        endpoints, defaults = _KINDS[kind]
        if endpoint != "any" and endpoint not in endpoints:
            raise FaultError(f"endpoint must be any, {', '.join(sorted(endpoints))}")
        times, after = rest.pop("times", 1), rest.pop("after", 0)
        if not all(type(number) is int and number >= 0 for number in (times, after)):
            raise FaultError("times and after must be whole numbers")
        if not rest.keys() <= defaults.keys():
            raise FaultError(f"options of {kind}: {', '.join(defaults) or 'none'}")
        fault = Fault(next(self._numbers), kind, endpoint, {**defaults, **rest}, times, after)
        self._waiting.append(fault)
        return fault

    def meet(self, endpoint: str) -> Fault | None:
        """Return the fault that the next request of `endpoint` meets; it is counted as met."""
        for fault in self._waiting:
            if fault.endpoint not in (endpoint, "any") or endpoint not in _KINDS[fault.kind][0]:
                continue
            if fault.after > 0:
                fault.after -= 1
            elif fault.times == 0 or fault.met < fault.times:
                fault.met += 1
                return fault
        return None

    def describe(self) -> list[dict[str, Any]]:
        """Return every fault, also those that are used up."""
        return [fault.describe() for fault in self._waiting]

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()


def spoil_page(fault: Fault, answer: dict[str, Any], here: str) -> None:
    """Change the answer of a list as `fault` says; faults of another sort leave it alone."""
    data = answer["data"]
    if fault.kind == "repeated_cursor":
        answer["cursor"]["next"] = here
        answer["meta"]["has_more"] = True
    elif fault.kind == "fewer_than_announced":
        del data[max(0, len(data) - fault.options["count"]) :]
    elif fault.kind in _MUTATIONS:
        for position in fault.options["records"]:
            if position < len(data):
                data[position] = _spoiled(fault, data[position])


def _spoiled(fault: Fault, record: Mapping[str, Any]) -> dict[str, Any]:
    field = fault.options["field"]
    if fault.kind == "missing_field":
        return {name: value for name, value in record.items() if name != field}
    return {**record, field: fault.options["value"]}
