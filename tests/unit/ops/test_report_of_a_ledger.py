"""The report of a ledger's events is the ledger's own sum, however the events reached the lake."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from casino.base.money import amount
from casino.events.lake import LakeWriter
from casino.events.model import Event
from casino.events.queue import LakeQueue
from casino.events.store.lake import S3Lake
from casino.observability.telemetry import Telemetry
from casino.wallet.model import Entry
from ops.verbs import report
from testing.clock import FakeClock
from tests.unit.events.played import doubled, events_of, messages_of, played
from tests.unit.ops.test_report import no_tables

TABLE = played()
EVENTS = events_of(TABLE)
STAKES, REFUNDS, WINS = ("bet", "hold"), ("refund", "rollback"), ("win", "settle")


@dataclass
class Folder:
    """S3, as a folder with the objects' keys as paths."""

    root: Path

    def put_object(self, **request: Any) -> None:
        path = self.root / request["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(request["Body"])


def moved(*kinds: str) -> Any:
    """Return what entries of some kinds gave the player, in major units."""
    entries = [item for item in TABLE.world.history.everything() if isinstance(item, Entry)]
    minor = sum(
        entry.balance_after_minor - entry.balance_before_minor
        for entry in entries
        if entry.kind in kinds and entry.record == "applied"
    )
    return amount(minor, "EUR")


def tell(folder: Path, events: Sequence[Event]) -> None:
    writer = LakeWriter(S3Lake(Folder(folder), "lake"), FakeClock(), Telemetry("test"))
    records = [{"messageId": key, "body": body} for key, body in messages_of(events).items()]
    assert LakeQueue(writer).handle({"Records": records}, None) == {"batchItemFailures": []}


@pytest.mark.parametrize("seed", range(2))
def test_the_report_is_the_ledgers_sum_of_shuffled_doubled_and_late_events(
    tmp_path: Path, seed: int
) -> None:
    told, chance = doubled(EVENTS), random.Random(seed)
    chance.shuffle(told)
    while told:
        batch = [told.pop() for _ in range(min(len(told), chance.randint(1, 25)))]
        tell(tmp_path, batch)
        tell(tmp_path, chance.sample(batch, len(batch)))
    data: Any = report.revenue(no_tables(), "2025-01-01", "2027-01-01", lake=tmp_path).data
    (row,) = data["rows"]
    assert row == {
        "currency": "EUR",
        "bets": 5,
        "stakes": -moved(*STAKES),
        "refunds": moved(*REFUNDS),
        "wins": moved(*WINS),
        "ggr": -moved(*STAKES, *REFUNDS, *WINS),
    }
    assert row["ggr"] != 0
    activity: Any = report.activity(no_tables(), "2025-01-01", "2027-01-01", lake=tmp_path).data
    assert activity["rows"] == [
        {"currency": "EUR", "players": 1, "sessions": 0, "rounds": 3, "bets": 6, "refused": 4}
    ]
