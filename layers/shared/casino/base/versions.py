"""The routes of the API that come to an end, from one table: their answers say when.

The table is a line of rows with commas between them, `PATH@DEPRECATED` or `PATH@DEPRECATED:ENDS`,
such as `/winupgo/v1@1767225600:1782864000,/players/{player_id}@1790000000`. A row stands for its
path and what is below it; of several the longest path counts. Times are whole seconds since 1970.
Only an environment that has a table loads this module.
"""

import re
import time
from collections.abc import Mapping
from typing import Final, NamedTuple

from casino.base.proxy import Event

_ROW: Final = re.compile(r"((?:/[\w.{}-]+)+)@([0-9]{9,11})(?::([0-9]{9,11}))?", re.ASCII)


class Version(NamedTuple):
    """When routes end, in seconds since the epoch if it is known, and the headers that say so."""

    ends_at: int | None
    headers: Mapping[str, str]
    """Those of RFC 9745 and RFC 8594."""

    def left_s(self, now: float) -> float:
        """Return how long it is still served, in seconds."""
        return float("inf") if self.ends_at is None else self.ends_at - now


class Versions:
    """The table; raises `ValueError` that names the row which is not valid."""

    def __init__(self, table: str) -> None:
        self._rows: dict[str, Version] = {}
        for row in table.split(","):
            found = _ROW.fullmatch(row)
            if found is None:
                raise ValueError(f"{row!r} is not PATH@DEPRECATED or PATH@DEPRECATED:ENDS")
            path, deprecated_at, ends_at = found[1], int(found[2]), found[3] and int(found[3])
            if path in self._rows:
                raise ValueError(f"{path} stands there twice")
            if ends_at and ends_at < deprecated_at:
                raise ValueError(f"{path} ends before it is deprecated")
            self._rows[path] = _version(deprecated_at, ends_at or None)

    @property
    def paths(self) -> frozenset[str]:
        """The paths of the rows."""
        return frozenset(self._rows)

    def of(self, event: Event) -> Version | None:
        """Return the version of the route that an event came by, if the table has it."""
        route = str(event.get("resource", ""))
        while route:
            if route in self._rows:
                return self._rows[route]
            route = route.rpartition("/")[0]
        return None


def _version(deprecated_at: int, ends_at: int | None) -> Version:
    headers = {"Deprecation": f"@{deprecated_at}"}
    if ends_at is not None:
        headers["Sunset"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(ends_at))
    return Version(ends_at, headers)
