"""The sizes that storage is charged for are those of items that the wallet wrote."""

from benchmarks.measures.items import item_bytes
from testing.capacity import WRITE_UNIT


def test_a_bets_items_are_small_enough_for_one_write_unit_each() -> None:
    sizes = item_bytes()
    assert sizes.keys() == {"entry", "index", "round"}
    assert 0 < sizes["index"] < sizes["round"] < sizes["entry"] < WRITE_UNIT
