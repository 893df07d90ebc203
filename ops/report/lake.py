"""Finds the lake's objects for a span of days: in a bucket, or in a folder of the same shape."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

#: Where the lake begins, as `casino.events.lake` writes it.
_ROOT: Final = "lake/"
_PLACE: Final = re.compile(r"lake/tenant=[^/]*/region=[^/]*/type=([^/]+)/date=([^/]+)/[^/]+\.gz")
_DOWNLOADS: Final = 16


@dataclass(frozen=True, slots=True)
class Span:
    """Which objects are wanted: those of some types, on days (`2025-10-17`, UTC) from first to
    last."""

    types: frozenset[str]
    first: str
    last: str

    def wants(self, key: str) -> bool:
        """Tell whether an object may hold what is wanted."""
        place = _PLACE.fullmatch(key)
        return place is not None and place[1] in self.types and self.first <= place[2] <= self.last


def in_folder(root: Path, span: Span) -> list[Path]:
    """Return the objects below a folder that holds `lake/`, such as a copy of the bucket."""
    found = (root / _ROOT).rglob("*.gz")
    return sorted(path for path in found if span.wants(path.relative_to(root).as_posix()))


def fetched(s3: Any, bucket: str, span: Span, folder: Path) -> list[Path]:
    """Fetch the objects from a bucket into a folder, and return them there.

    Raises `ClientError` or `BotoCoreError`.
    """

    def fetch(numbered: tuple[int, str]) -> Path:
        number, key = numbered
        path = folder / f"{number}.jsonl.gz"
        path.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return path

    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        return list(pool.map(fetch, enumerate(_keys(s3, bucket, span))))


def _keys(s3: Any, bucket: str, span: Span) -> Iterator[str]:
    """Yield the keys of a span: each type's listing begins at the first day."""
    for tenant in _below(s3, bucket, [_ROOT]):
        for kind in _below(s3, bucket, _below(s3, bucket, [tenant])):
            if kind.rpartition("type=")[2].rstrip("/") not in span.types:
                continue
            start = f"{kind}date={span.first}"
            for page in _pages(s3, Bucket=bucket, Prefix=kind, StartAfter=start):
                keys = [each["Key"] for each in page.get("Contents", ())]
                yield from filter(span.wants, keys)
                if keys and keys[-1] > f"{kind}date={span.last}/~":
                    break


def _below(s3: Any, bucket: str, folders: Iterable[str]) -> list[str]:
    return [
        found["Prefix"]
        for folder in folders
        for page in _pages(s3, Bucket=bucket, Prefix=folder, Delimiter="/")
        for found in page.get("CommonPrefixes", ())
    ]


def _pages(s3: Any, **request: Any) -> Iterator[Any]:
    return iter(s3.get_paginator("list_objects_v2").paginate(**request))
