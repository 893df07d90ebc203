"""The exposure of an integration, from the ledger's stream to the win that is held."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from casino.audit.model import Who
from casino.base.errors import OutcomeUnknownError
from casino.base.times import iso_utc
from casino.bonus.model import BonusTerms
from casino.exposure.service import ExposureService
from casino.exposure.store.counts import DynamoDbCounts
from casino.exposure.stream import ExposureStream
from casino.integrations.model import WinLimits
from casino.observability.telemetry import Telemetry
from testing.clock import FakeClock
from testing.crashes import CrashError, Crashes, CrashingClient
from testing.hooks import Caller, load_function
from testing.play import Play

DAY_START = 1_767_225_600
NOON = DAY_START + 12 * 3600
TABLE = "test-ExposureTable"


@dataclass
class Stream:
    """Plays on, and tells the function of it as the ledger's stream does."""

    play: Play
    handler: ExposureStream
    told: set[str] = field(default_factory=set)

    def records(self, at: int = NOON) -> list[dict[str, Any]]:
        """Return what is new, as if it were written `at`."""
        client, table = self.play.world.client, self.play.world.tables.ledger
        new = [i for i in client.scan(TableName=table)["Items"] if i["id"]["S"] not in self.told]
        self.told |= {item["id"]["S"] for item in new}
        return [record_of(item | {"at": {"S": iso_utc(at)}}) for item in new]

    def tell(self, *records: dict[str, Any]) -> None:
        self.handler.handle({"Records": list(records or self.records())}, None)

    @property
    def until(self) -> int:
        found = self.play.world.registry.get("sandbox")
        assert found is not None
        return found.wallet.wins_held_until("EUR")

    def sums(self, window: str) -> tuple[int, int]:
        key = {"id": {"S": f"sandbox#EUR#{window}"}}
        item = self.play.world.client.get_item(TableName=TABLE, Key=key)["Item"]
        return int(item["staked"]["N"]), int(item["paid"]["N"])


def record_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of an insert; Lambda gets bytes as text."""
    image = json.loads(json.dumps(item, default=lambda each: each.hex()))
    return {"eventName": "INSERT", "dynamodb": {"NewImage": image}}


def handler_over(play: Play, client: Any, now: int = NOON) -> ExposureStream:
    counts = DynamoDbCounts(client, TABLE, lambda _: None)
    service = ExposureService(play.world.registry, counts, FakeClock(now))
    return ExposureStream(service, Telemetry("test"))


@pytest.fixture
def stream(play: Play) -> Stream:
    limits = WinLimits(None, 100_00, 150_00)
    play.world.configure(win_limits=(("EUR", limits),))
    found = Stream(play, handler_over(play, play.world.client))
    found.records()
    return found


def test_a4_what_is_paid_beyond_the_limit_of_the_hour_holds_the_next_wins(
    stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    play = stream.play
    play.bet("20.00", transaction_id="bet-1", round_id="r")
    play.win("120.00", round_id="r")
    stream.tell()
    assert stream.until == 0, "as much as the limit"
    play.refund("20.00", "bet-1")
    stream.tell()
    assert stream.until == NOON + 3600
    assert stream.sums("2026-01-01T12") == stream.sums("2026-01-01") == (0, 120_00)
    assert '"ExposureExceeded":[1.0]' in capsys.readouterr().out

    audited = play.world.client.scan(TableName=play.world.tables.audit)["Items"]
    (record,) = [each for each in audited if each["what"]["S"] == "hold wins"]
    assert record["new"]["S"] == "until 2026-01-01T13:00:00.000Z"
    assert record["detail"]["S"] == "EUR: 120.00 in the hour, 120.00 in the day"


def test_a4_what_is_staked_and_paid_as_bonus_money_counts_like_cash(stream: Stream) -> None:
    play = stream.play
    terms = BonusTerms("g1", 10_00, 10_00, 4 * 10**9, "bonus_first")
    play.world.bonuses.grant(play.player_id, "EUR", terms, who=Who("local:test", "a campaign"))
    play.bet("10.00", round_id="r")
    play.win("110.01", round_id="r")
    stream.tell()
    assert stream.sums("2026-01-01") == (10_00, 110_01)
    assert stream.until == NOON + 3600


def test_a4_hours_that_are_within_their_limits_exceed_that_of_the_day(stream: Stream) -> None:
    for hour in (1, 2):
        stream.play.win("80.00", type="prize")
        stream.tell(*stream.records(DAY_START + hour * 3600))
    assert stream.until == DAY_START + 24 * 3600
    stream.play.bet("50.00")
    stream.tell()
    assert stream.until == DAY_START + 24 * 3600, "a lucky stake ends no hold"


def test_a4_an_entry_that_is_told_again_in_any_company_counts_once(stream: Stream) -> None:
    for _ in range(3):
        stream.play.win("10.00", type="prize")
    first, second, third = records = stream.records()
    for batch in ([first, second], [first, second], [second], [third, first, third], records):
        stream.tell(*batch)
    assert stream.sums("2026-01-01T12") == (0, 30_00)


@pytest.mark.parametrize("after", [False, True])
def test_a4_a_batch_that_dies_anywhere_counts_once_when_it_is_told_again(
    stream: Stream, after: bool
) -> None:
    stream.play.win("10.00", type="prize")
    stream.play.win("101.00", type="prize")
    records, crashes = stream.records(), Crashes()
    dying = handler_over(stream.play, CrashingClient(stream.play.world.client, crashes))
    for at in range(3):
        crashes.at, crashes.after, crashes.calls = at, after, 0
        try:
            dying.handle({"Records": records}, None)
        except (CrashError, OutcomeUnknownError):
            continue
    assert crashes.calls
    stream.tell(*records)
    assert stream.sums("2026-01-01T12") == (0, 111_00)
    assert stream.until == NOON + 3600


def test_a4_a_batch_beyond_one_transaction_is_counted_whole(stream: Stream) -> None:
    stream.play.win("0.10", type="prize")
    (one,) = stream.records()
    image = one["dynamodb"]["NewImage"]
    many = [record_of(image | {"id": {"S": f"sandbox#tx#{number}"}}) for number in range(250)]
    stream.tell(*many[:120])
    stream.tell(*many)
    assert stream.sums("2026-01-01") == (0, 25_00)


def test_a4_held_wins_refusals_and_the_platforms_money_are_no_exposure(stream: Stream) -> None:
    limited = (("EUR", WinLimits(5_00, 100_00)),)
    stream.play.world.configure(win_limits=limited)
    stream.play.hook = Caller(load_function("hooks"))
    stream.play.win("500.00", type="prize")
    stream.play.bet("5000.00")
    stream.play.bet("3.00", type="freespin")
    stream.play.world.deposit("player-912", "EUR", "700.00")
    stream.play.win("5.00", type="prize")
    stream.tell()
    assert stream.sums("2026-01-01T12") == (0, 5_00)
    assert stream.until == 0


def test_a4_what_nobody_limits_is_not_counted_and_what_is_over_holds_nothing(
    stream: Stream,
) -> None:
    late = replace(stream, handler=handler_over(stream.play, stream.play.world.client, NOON + 4000))
    stream.play.world.configure(win_limits=(("EUR", WinLimits(None, 1)),))
    stream.play.win("10.00", type="prize")
    late.tell()
    assert (stream.until, stream.sums("2026-01-01T12")) == (0, (0, 10_00))
    stream.play.world.configure(win_limits=(("USD", WinLimits(None, 1)), ("EUR", WinLimits(1))))
    stream.play.win("10.00", type="prize")
    stream.tell()
    assert stream.sums("2026-01-01T12") == (0, 10_00)


def test_a4_an_unreadable_item_stops_no_other(
    stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.play.win("10.00", type="prize")
    (good,) = stream.records()
    for name in ("id", "record", "after", "before", "kind", "rule", "at", "wallet"):
        image = {n: v for n, v in good["dynamodb"]["NewImage"].items() if n != name}
        stream.tell({"eventName": "INSERT", "dynamodb": {"NewImage": image}}, {}, good)
    assert stream.sums("2026-01-01T12") == (0, 10_00)
    assert "UnreadableLedgerItems" in capsys.readouterr().out


def test_a4_the_payout_ratio_of_the_day_is_a_metric(
    stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.play.bet("40.00")
    stream.play.win("38.00", type="prize")
    stream.tell()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (ratio,) = [line for line in lines if "PayoutRatio" in line]
    assert (ratio["PayoutRatio"], ratio["integration"], ratio["currency"]) == (
        [0.95],
        "sandbox",
        "EUR",
    )
