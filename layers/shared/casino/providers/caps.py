"""What a provider may send at most: the one table, for all that is read from one.

A catalogue beyond a cap is a fault with a name, and never a function that runs out of memory.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Caps:
    """The caps of one integration; lengths of texts are in characters."""

    answer_bytes: int = 4 * 1024 * 1024
    """Of one answer, unpacked; reading stops there. A page of 200 records is about 150 KB."""
    page_records: int = 1_000
    record_bytes: int = 64 * 1024
    pages: int = 10_000
    """Of one list in one run."""
    order_pages: int = 200
    """Of a list of orders that wait, in one poll."""
    providers: int = 2_000
    games: int = 200_000
    quarantined: int = 5_000
    quarantined_bytes: int = 20_000
    """Of a record in quarantine: a larger one is kept in its page only."""
    name: int = 300
    category: int = 100
    url: int = 2_048
    categories: int = 30
    images: int = 20
    currencies: int = 500
    countries: int = 300


CAPS: Final = Caps()
