"""Records of the provider's API: which are taken, and what is said of those that are not."""

import json
from decimal import Decimal
from typing import Any

import pytest

from casino.catalogue.run import DriftError
from casino.dialects.igsp.records import (
    IgspRecords,
    MalformedAnswerError,
    read_list,
)

RECORDS = IgspRecords()
GAME: dict[str, Any] = {
    "id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "provider_id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "Jaws Munch",
    "status": "active",
    "updated_at": "2025-10-02T08:18:25.000000Z",
}
STUDIO: dict[str, Any] = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "NetEnt",
    "currencies": ["USD", "EUR"],
}


def test_the_examples_of_the_standard_are_read() -> None:
    full = GAME | {"rtp": Decimal("0.95"), "categories": ["slots", "table games"]}

    game, studio = RECORDS.game("hub", full), RECORDS.provider("hub", STUDIO)

    assert (game.rtp, game.categories, game.launchable) == ("0.95", ("slots", "table games"), True)
    assert (studio.currencies, studio.enabled, studio.min_age) == (("USD", "EUR"), True, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"surprise": 1}, "surprise: extra_forbidden"),
        ({"name": 7}, "name: string_type"),
        ({"name": ""}, "name: string_too_short"),
        ({"id": "not a uuid"}, "id: string_pattern_mismatch"),
        ({"status": "open"}, "status: literal_error"),
        ({"status": None}, "status: literal_error"),
        ({"updated_at": "2025-10-02"}, "updated_at: value_error"),
        ({"updated_at": "2025-10-02T08:18:25"}, "updated_at: value_error"),
        ({"deleted_at": "never"}, "deleted_at: value_error"),
        ({"weight": True}, "weight: int_type"),
        ({"weight": 10**10}, "weight: less_than_equal"),
        ({"categories": "slots"}, "categories: list_type"),
        ({"categories": [1]}, "categories.0: string_type"),
        ({"rtp": "0.95"}, "rtp"),
        ({"rtp": 10**70}, "rtp"),
    ],
)
def test_drift_is_named_by_its_field_and_never_by_its_value(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DriftError) as refused:
        RECORDS.game("hub", GAME | changes)

    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("missing", list(GAME))
def test_a_game_without_what_it_must_have_is_drift(missing: str) -> None:
    record = {name: value for name, value in GAME.items() if name != missing}

    with pytest.raises(DriftError, match=f"{missing}: missing"):
        RECORDS.game("hub", record)


@pytest.mark.parametrize("record", [None, 7, "x", [], {}, [GAME]])
def test_what_is_no_record_is_drift(record: object) -> None:
    with pytest.raises(DriftError):
        RECORDS.game("hub", record)
    with pytest.raises(DriftError):
        RECORDS.provider("hub", record)


@pytest.mark.parametrize(
    "changes",
    [{"currencies": "EUR"}, {"currencies": ["euro"]}, {"restricted_countries": ["USA"]},
     {"min_age": "18"}, {"min_kyc_level": "gold"}],
)  # fmt: skip
def test_a_provider_that_drifted_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DriftError):
        RECORDS.provider("hub", STUDIO | changes)


def test_text_that_cannot_be_written_is_drift_and_not_a_crash() -> None:
    page = read_list(b'{"data": [{"name": "\\ud800"}]}')

    with pytest.raises(DriftError, match="surrogate"):
        RECORDS.fingerprint(page.data[0])


def test_the_fingerprint_depends_on_content_and_not_on_order_or_spacing() -> None:
    one = read_list(b'{"data": [{"a": 1.50, "b": [1, 2]}]}').data[0]
    same = read_list(b'{"data": [{ "b":[1,2], "a":1.50 }]}').data[0]
    other = read_list(b'{"data": [{"a": 1.5, "b": [2, 1]}]}').data[0]

    assert RECORDS.fingerprint(one) == RECORDS.fingerprint(same) != RECORDS.fingerprint(other)


def test_a_record_survives_quarantine_with_its_numbers() -> None:
    record = read_list(json.dumps({"data": [GAME | {"rtp": 0.1}]}).encode()).data[0]

    assert RECORDS.decode(RECORDS.encode(record)) == record
    assert record["rtp"] == Decimal("0.1")


@pytest.mark.parametrize(
    ("frame", "next_cursor", "has_more", "returned"),
    [
        ({"data": []}, None, False, None),
        ({"data": [], "cursor": None, "meta": None}, None, False, None),
        ({"data": [], "cursor": {"next": "c"}}, "c", True, None),
        ({"data": [], "cursor": {"next": ""}}, None, False, None),
        ({"data": [], "cursor": {"next": "c"}, "meta": {"has_more": False}}, "c", False, None),
        ({"data": [], "meta": {"has_more": True, "returned": 3, "more": 1}}, None, True, 3),
    ],
)
def test_a_page_says_whether_there_is_more(
    frame: dict[str, Any], next_cursor: str | None, has_more: bool, returned: int | None
) -> None:
    page = read_list(json.dumps(frame).encode())

    assert (page.next_cursor, page.has_more, page.returned) == (next_cursor, has_more, returned)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"data": {}}', b'{"data": [], "data": []}', b'{"data": [NaN]}', b"\xff",
     b'{"data": [], "cursor": "c"}', b'{"data": [], "cursor": {"next": 3}}', b"[" * 100_000],
)  # fmt: skip
def test_a_page_that_is_not_one_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_list(body)
