"""The words of publishing: what a stream tells of a table, and what the archive keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

type Image = Mapping[str, Any]
"""An item in DynamoDB's attribute form, as Lambda hands it on: bytes are base64 text."""

type Source = Literal["ledger", "sessions", "deliveries", "audit"]

LEDGER: Final[Source] = "ledger"


@dataclass(frozen=True, slots=True)
class Record:
    """A change of an item.

    `at` is when it was written, as ISO 8601: of an item of the ledger what the item says itself, so
    that everybody who tells of it names the same moment. `sequence_number` is its place in the
    stream, and empty where it comes from a table.
    """

    source: Source
    key: str
    at: str
    image: Image
    old: Image | None = None
    sequence_number: str = ""

    @property
    def day(self) -> str:
        """Return the date (UTC) of `at`."""
        return self.at[:10]


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the archive: what a change was, and the ids of the events that it made.

    Of the ledger it keeps the item as it is stored. Other tables hold tokens and names of people:
    of those it keeps the events' texts. `unreadable` says that no event could be made of the item.
    """

    source: Source
    key: str
    event_ids: tuple[str, ...]
    content: Any
    unreadable: bool = False


def record_of_ledger(image: Image, sequence_number: str = "") -> Record:
    """Return an item of the ledger as its stream tells it; it is written once, never changed.

    Raises `LookupError` or `TypeError` for what nobody wrote so.
    """
    key, at = image["id"]["S"], image["at"]["S"]
    return Record(LEDGER, key, at, image, sequence_number=sequence_number)
