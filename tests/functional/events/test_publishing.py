"""Nothing untold, and nothing told twice as two: whatever fails, dies, doubles or comes late."""

import os
from random import Random

import pytest

from casino.base.errors import UnavailableError
from testing.play import Play
from testing.template import load_template
from tests.functional.events.telling import House, Played, changed, play_some, record_of

#: How many streams of the campaign are told; each takes some milliseconds.
TELLINGS = int(os.environ.get("TELLINGS", "40"))


@pytest.fixture
def house(play: Play) -> House:
    play_some(play)
    return House(Played(play.world))


def fresh(house: House) -> House:
    """Return the same casino with nothing told yet."""
    return House(house.played)


def test_m2_every_item_is_archived_before_its_events_are_told(house: House) -> None:
    records = house.played.records
    house.crashes.run(lambda: house.tell(records), 0, after=True)
    assert len(house.s3.objects) == 1
    assert house.events.told == []
    assert house.tell(records) == []
    house.assert_complete()
    assert house.s3.writes == 1, "told again it is the same object"
    assert len(house.told()) == len(house.played.expected)


@pytest.mark.parametrize("after", [False, True])
def test_m2_a_publisher_killed_at_any_call_leaves_nothing_untold(house: House, after: bool) -> None:
    records = house.played.records
    everything = fresh(house)
    everything.tell(records)
    calls = everything.crashes.calls
    assert calls >= 3
    for at in range(calls):
        found = fresh(house)
        assert not found.crashes.run(lambda f=found: f.tell(records), at, after)  # type: ignore[misc]
        assert found.tell(records) == []
        found.assert_complete()


def test_m2_streams_doubled_shuffled_refused_and_cut_end_complete(house: House) -> None:
    records = house.played.records
    for seed in range(TELLINGS):
        random = Random(seed)
        found = fresh(house)
        stream = records + random.sample(records, len(records) // 2)
        random.shuffle(stream)
        stream = [
            {**each, "dynamodb": {**each["dynamodb"], "SequenceNumber": str(number)}}
            for number, each in enumerate(stream, 1)
        ]
        share = random.random() / 2
        found.events.refuses = lambda _, r=random, s=share: r.random() < s  # type: ignore[misc]
        found.tell_all(stream, random, most_tries=40)
        found.assert_complete()


def test_the_lowest_record_that_the_bus_refused_is_where_it_is_told_again(house: House) -> None:
    records = house.played.records
    ids = {
        record.sequence_number: [event.event_id for event in house.events_of(record)]
        for record in house.reader.records(records)
    }
    first, second = [number for number in ids if ids[number]][3:5]
    bad = {ids[first][-1], ids[second][0]}
    house.events.refuses = lambda entry: any(each in entry["Detail"] for each in bad)
    assert house.tell(list(reversed(records))) == [first]
    assert house.events.calls > 6, "the refused ones are put again, and only they"
    assert len(house.told()) == len(house.played.expected) - 2


def test_m2_the_bus_may_be_down_for_an_hour(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    records, start = house.played.records, house.clock.now()
    house.events.down = True
    while house.clock.now() < start + 3600:
        assert house.tell(records) == ["1000"]
        house.clock.advance(300)
    assert house.events.told == []
    assert house.events.calls == 12 * 6, "what is down is not asked for every ten events"
    assert '"EventsNotTaken"' in capsys.readouterr().out
    house.events.down = False
    assert house.tell(records) == []
    house.assert_complete()
    assert house.s3.writes == 1

    functions = load_template()["Resources"]["PublishEventsFunction"]["Properties"]
    for stream in functions["Events"].values():
        assert stream["Properties"]["MaximumRecordAgeInSeconds"] > 3600
        assert "MaximumRetryAttempts" not in stream["Properties"], "no outage is too many tries"
        assert stream["Properties"]["StartingPosition"] == "TRIM_HORIZON"


def test_m2_while_the_archive_is_down_nothing_is_told(house: House) -> None:
    records = house.played.records
    house.s3.down = True
    with pytest.raises(UnavailableError):
        house.tell(records)
    assert house.events.calls == 0
    house.s3.down = False
    house.tell(records)
    house.assert_complete()


def test_m2_an_item_that_nobody_can_read_stops_no_other_and_is_kept_as_it_is(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    records = house.played.records
    place = next(n for n, r in enumerate(records) if "amount" in r["dynamodb"]["NewImage"])
    poisoned = [*records]
    poisoned[place] = changed(records[place], amount={"N": "ten"})
    assert house.tell(poisoned) == []
    assert '"UnreadableEventItems":[1.0]' in capsys.readouterr().out
    (lost,) = [kept for kept in house.kept() if kept.unreadable]
    assert lost.content["amount"] == {"N": "ten"}
    assert len(house.told()) < len(house.played.expected)

    without_time = changed(records[place], at=None)
    assert house.tell([without_time]) == []
    assert '"UnreadableEventItems":[1.0]' in capsys.readouterr().out


def test_an_event_too_long_for_the_bus_is_in_the_archive_and_stops_no_other(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    records = house.played.records
    place = next(n for n, r in enumerate(records) if "round_id" in r["dynamodb"]["NewImage"])
    long = changed(records[place], round_id={"S": "x" * 300_000})
    assert house.tell([*records[:place], long, *records[place + 1 :]]) == []
    assert '"EventsRefused":[1.0]' in capsys.readouterr().out
    assert long["dynamodb"]["NewImage"]["id"]["S"] in {kept.key for kept in house.kept()}


def test_an_event_that_the_bus_finds_invalid_stops_none_of_its_call(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = list(house.played.expected)[3]
    house.events.invalid = lambda entry: bad in entry["Detail"]
    assert house.tell(house.played.records) == []
    assert {event.event_id for event in house.told()} == house.played.expected.keys() - {bad}
    assert '"EventsRefused":[1.0]' in capsys.readouterr().out


def test_a_session_is_kept_as_its_events_without_its_token(house: House) -> None:
    table = house.played.world.tables.sessions
    (item,) = [
        each
        for each in house.played.world.client.scan(TableName=table)["Items"]
        if each["player_id"]["S"] == "player-912"
    ]
    secret = {"S": "a-token-of-the-counterpart"}
    opened = record_of(item | {"session_token": secret}, table, 1)
    closed = record_of(item | {"status": {"S": "closed"}}, table, 2, OldImage=item)
    touched = record_of(item, table, 3, OldImage=item)
    gone = {**opened, "dynamodb": {"OldImage": item, "SequenceNumber": "4"}}
    assert house.tell([opened, closed, touched, gone]) == []
    assert [e.event_type for e in house.told()] == ["session.started", "session.ended"]
    kept = list(house.archive.of_day("sessions", "2026-01-01"))
    assert sorted(text for each in kept for text in each.content) == sorted(
        event.text() for event in house.told()
    )
    assert secret["S"] not in str([each.content for each in kept])


def test_the_age_of_the_newest_archived_event_is_measured(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    record = house.played.records[0]
    house.clock = type(house.clock)(1_767_225_600.0 + 400)
    house.tell([changed(record, at={"S": "2026-01-01T00:00:00.000Z"})])
    assert '"ArchivedEventAgeSeconds":[400.0]' in capsys.readouterr().out


def test_the_kinds_of_items_that_are_played_here_are_many(house: House) -> None:
    assert {event.event_type for event in house.played.expected.values()} >= {
        "wallet.debit.completed",
        "wallet.credit.completed",
        "wallet.debit.refused",
        "bet.authorized",
        "bet.settled",
        "bet.rolled_back",
    }
