"""The ledger's stream: an image reads as the item, and a broken one says so."""

import base64
import json
from typing import Any

import pytest

from casino.aws.attributes import Item
from casino.events.store.images import ledger_image
from casino.wallet.store.items import entry_item, tombstone_item
from testing.transactions import a_bet, a_tombstone
from tests.unit.events.told import entry_of


def as_lambda_gets(item: Item) -> Any:
    """Return an item as the stream hands it to a function."""
    return json.loads(json.dumps(item, default=lambda each: base64.b64encode(each).decode()))


def test_an_entry_reads_from_the_stream_and_from_the_table() -> None:
    entry = entry_of(a_bet(round_id="r1"))
    item = entry_item(entry)
    assert ledger_image(as_lambda_gets(item)) == ledger_image(item) == entry


def test_another_item_reads_as_what_it_is() -> None:
    tombstone = a_tombstone("bet-1", "ref-1")
    assert ledger_image(tombstone_item(tombstone)) == tombstone


def test_an_item_that_nobody_can_read_is_an_error() -> None:
    item = entry_item(entry_of(a_bet()))
    lacking = {name: value for name, value in item.items() if name != "after"}
    for broken in (item | {"hash": {"B": "&"}}, item | {"hash": {"S": "ab"}}, lacking):
        with pytest.raises((AttributeError, LookupError, TypeError, ValueError)):
            ledger_image(broken)
