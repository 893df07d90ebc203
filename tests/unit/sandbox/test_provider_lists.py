"""The simulated provider's lists page as the standard says, also while they change."""

import json
import uuid
from collections.abc import Iterator

import pytest

from sandbox.provider.generator import generate
from testing.provider import Provider, provider


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as running:
        yield running


def test_the_same_seed_generates_the_same_catalogue() -> None:
    assert json.dumps(generate(5, 200, 10)) == json.dumps(generate(5, 200, 10))
    assert generate(5, 200, 10) != generate(6, 200, 10)


def test_the_default_catalogue_has_everything_that_a_synchronisation_must_cope_with() -> None:
    providers, games = generate(1, 5_000, 40)
    assert len({game["id"] for game in games}) == 5_000
    assert len({record["id"] for record in providers}) == 40
    assert all(str(uuid.UUID(game["id"])) == game["id"] for game in games)
    assert {game["provider_id"] for game in games} == {record["id"] for record in providers}
    assert {game["status"] for game in games} == {"active", "inactive", "pending", "deprecated"}
    assert any(game["deleted_at"] for game in games)
    assert len({game["updated_at"] for game in games}) < 5_000
    assert any(record["restricted_countries"] for record in providers)
    assert {"EUR" in record["currencies"] for record in providers} == {True, False}
    assert {"min_age" in record for record in providers} == {True, False}


@pytest.mark.parametrize("limit", [1, 7, 50, 200])
def test_pages_hold_every_record_once_in_the_order_of_change(there: Provider, limit: int) -> None:
    records = there.everything("/games", limit)
    assert len({record["id"] for record in records}) == len(records) == 300
    order = [(record["updated_at"], record["id"]) for record in records]
    assert order == sorted(order)


def test_the_meta_of_a_page_counts_it_and_says_whether_more_follows(there: Provider) -> None:
    page = there.get("/games", limit=200).json()
    assert page["meta"] == {"limit": 200, "returned": 200, "has_more": True}
    last = there.get("/games", limit=200, cursor=page["cursor"]["next"]).json()
    assert last["meta"] == {"limit": 200, "returned": 100, "has_more": False}
    assert last["cursor"]["next"] is None
    assert there.get("/providers").json()["meta"]["limit"] == 50


def test_the_previous_cursor_leads_back(there: Provider) -> None:
    first = there.get("/games", limit=100).json()
    second = there.get("/games", limit=100, cursor=first["cursor"]["next"]).json()
    back = there.get("/games", limit=100, cursor=second["cursor"]["previous"]).json()
    assert back["data"] == first["data"]
    assert first["cursor"]["previous"] is back["cursor"]["previous"] is None
    assert back["cursor"]["next"] == first["cursor"]["next"]


def test_updated_after_is_strict_also_among_records_of_one_time(there: Provider) -> None:
    records = there.everything("/games")
    times = [record["updated_at"] for record in records]
    shared = next(time for time in times[20:] if times.count(time) > 1)
    later = there.everything("/games", limit=3, updated_after=shared)
    assert [record["id"] for record in later] == [
        record["id"] for record in records if record["updated_at"] > shared
    ]


def test_nothing_changed_is_an_empty_page(there: Provider) -> None:
    last = there.everything("/games")[-1]["updated_at"]
    page = there.get("/games", updated_after=last).json()
    assert page["data"] == []
    assert page["cursor"] == {"next": None, "previous": None}
    assert page["meta"]["has_more"] is False


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"limit": "-1"}, {"limit": ""},
        {"cursor": "nonsense"}, {"cursor": "e30"}, {"cursor": "€"}, {"cursor": "NQ"},
        {"updated_after": "yesterday"}, {"updated_after": "2025-01-01T00:00:00"},
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(there: Provider, query: dict[str, str]) -> None:
    assert there.get("/games", **query).status_code == 400


def test_a_cursor_of_another_updated_after_is_refused(there: Provider) -> None:
    since = {"updated_after": "2024-02-01T00:00:00Z"}
    cursor = there.get("/games", limit=1, **since).json()["cursor"]["next"]
    assert there.get("/games", cursor=cursor, **since).status_code == 200
    assert there.get("/games", cursor=cursor).status_code == 200
    other = there.get("/games", cursor=cursor, updated_after="2024-02-02T00:00:00Z")
    assert other.status_code == 400


def test_a_record_that_changes_during_a_listing_is_seen_again_at_its_end(there: Provider) -> None:
    first = there.get("/games", limit=200).json()
    changed = first["data"][0]["id"]
    there.control.change("games", [changed], {"status": "inactive"})
    rest = there.get("/games", limit=200, cursor=first["cursor"]["next"]).json()
    assert rest["data"][-1]["id"] == changed
    assert rest["data"][-1]["status"] == "inactive"


def test_only_what_changed_is_listed_after_a_time(there: Provider) -> None:
    records = there.everything("/games")
    since = records[-1]["updated_at"]
    ids = [records[0]["id"], records[1]["id"]]
    there.control.change("games", ids)
    there.control.delete("games", records[2]["id"])
    there.control.delete("games", records[3]["id"], hard=True)
    changed = there.everything("/games", updated_after=since)
    assert [record["id"] for record in changed] == [*ids, records[2]["id"]]
    assert changed[-1]["deleted_at"] == changed[-1]["updated_at"]
    assert records[3]["id"] not in {record["id"] for record in there.everything("/games")}


def test_records_are_added_as_told_and_forgotten_by_a_reset(there: Provider) -> None:
    [made] = there.control.add("games", [{"provider_id": "unknown"}])
    assert there.everything("/games")[-1] == {
        "id": made, "name": "New game", "status": "active", "weight": 0, "categories": ["slots"],
        "provider_id": "unknown", "updated_at": there.everything("/games")[-1]["updated_at"],
    }  # fmt: skip
    there.control.reset()
    assert made not in {record["id"] for record in there.everything("/games")}


def test_an_unsigned_request_is_refused_and_meets_no_fault(there: Provider) -> None:
    there.control.add_fault("status", "games")
    assert there.client.get("/igsp/v1/games").status_code == 401
    assert there.get("/games").status_code == 500
    stats = there.control.stats()
    assert stats["refused"] == 1
    assert stats["by_status"]["games"] == {"401": 1, "500": 1}
