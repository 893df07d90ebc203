"""One list of the provider's API, in the order of change, and the pages of it.

The order is (updated_at, id). A cursor names a place in that order and not a number of records,
so a record that changes while a platform reads moves to the end, where it is read again.
"""

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.provider.generator import Record, stamp

type Key = tuple[str, str]


class PageError(Exception):
    """The page that was asked for does not exist; the message says why."""


@dataclass(frozen=True)
class Place:
    """What a cursor says: the records `after` or `before` a key, of those changed since `since`."""

    key: Key | None
    before: bool
    since: str | None

    def token(self) -> str:
        """Return the place as the platform sees it."""
        content = json.dumps([self.key, self.before, self.since], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, token: str) -> "Place":
        """Read a token that `token` made; raises `PageError` for any other."""
        try:
            content = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            key, before, since = json.loads(content)
            if key is not None:
                key = (str(key[0]), str(key[1]))
            return cls(key, before is True, None if since is None else str(since))
        except (binascii.Error, ValueError, TypeError, LookupError):
            raise PageError("unknown cursor") from None


@dataclass(frozen=True)
class Page:
    """Records, and the cursors around them; `here` leads to this same page again."""

    records: list[Record]
    next: str | None
    previous: str | None
    here: str


class Listing:
    """Records by id; a record that is changed gets a time later than any before."""

    def __init__(self, records: Iterable[Record], clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.records = {record["id"]: record for record in records}
        self._stamps = {name: record["updated_at"] for name, record in self.records.items()}
        self._order = sorted((when, name) for name, when in self._stamps.items())

    def page(self, place: Place, limit: int, share: float = 1.0) -> Page:
        """Return up to `limit` records from `place` on; only the first `share` are told of."""
        end = int(len(self._order) * share)
        first = 0 if place.since is None else bisect.bisect_right(self._order, (place.since, "~"))
        if place.before and place.key is not None:
            stop = min(bisect.bisect_left(self._order, place.key), end)
            start = max(first, stop - limit)
        else:
            after = 0 if place.key is None else bisect.bisect_right(self._order, place.key)
            start = max(first, after)
            stop = min(start + limit, end)
        keys = self._order[start:stop]
        since = place.since
        return Page(
            records=[self.records[name] for _, name in keys],
            next=Place(keys[-1], False, since).token() if keys and stop < end else None,
            previous=Place(keys[0], True, since).token() if keys and start > first else None,
            here=Place(self._order[start - 1] if start else None, False, since).token(),
        )

    def add(self, record: Record) -> None:
        """Add a record, or put it in the place of one with its id."""
        name = record["id"]
        self._forget(name)
        self.records[name] = record
        self._file(name)

    def change(self, name: str, fields: Mapping[str, Any], unset: Iterable[str] = ()) -> None:
        """Change a record; raises `KeyError` when there is none."""
        record = {**self.records[name], "updated_at": self._now(), **fields}
        self.add({field: value for field, value in record.items() if field not in set(unset)})

    def delete(self, name: str) -> None:
        """Mark a record as deleted, as a provider does."""
        now = self._now()
        self.change(name, {"updated_at": now, "deleted_at": now})

    def remove(self, name: str) -> None:
        """Let a record vanish without a word; raises `KeyError` when there is none."""
        del self.records[name]
        self._forget(name)

    def _forget(self, name: str) -> None:
        when = self._stamps.pop(name, None)
        if when is not None:
            self._order.remove((when, name))

    def _file(self, name: str) -> None:
        """Put a record in its place; one without a usable time counts as changed now."""
        when = read_time(self.records[name].get("updated_at")) or self._now()
        self._stamps[name] = when
        bisect.insort(self._order, (when, name))

    def _now(self) -> str:
        """Return the time, but always one later than that of every record."""
        now = stamp(self._clock())
        if not self._order or now > self._order[-1][0]:
            return now
        last = datetime.strptime(self._order[-1][0], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        return stamp(last + timedelta(microseconds=1))


def read_time(value: object) -> str | None:
    """Return an ISO 8601 time with an offset as `stamp` writes it, else None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return stamp(moment) if moment.tzinfo is not None else None
