"""Every trouble that can be asked of the simulated provider is the trouble that was asked for."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from testing.provider import Provider, provider


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as running:
        yield running


def test_a_fault_comes_after_as_many_and_as_often_as_told(there: Provider) -> None:
    there.control.add_fault("status", "games", status=503, times=2, after=1)
    seen = [there.get("/games").status_code for _ in range(4)]
    assert seen == [200, 503, 503, 200]
    assert there.get("/providers").status_code == 200
    assert there.control.faults()[0]["met"] == 2


def test_faults_come_in_the_order_in_which_they_were_added(there: Provider) -> None:
    there.control.add_fault("status", "games", status=500, times=2)
    there.control.add_fault("status", "any", status=429, retry_after=3)
    answers = [there.get("/games") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [500, 500, 429, 200]
    assert answers[2].headers["Retry-After"] == "3"


def test_a_fault_without_end_lasts_until_it_is_forgotten(there: Provider) -> None:
    there.control.add_fault("status", "games", times=0)
    assert {there.get("/games").status_code for _ in range(5)} == {500}
    there.control.clear_faults()
    assert there.get("/games").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "unheard of"}, {"kind": "shrunk", "endpoint": "sessions"}, {"kind": "status",
        "endpoint": "elsewhere"}, {"kind": "slow", "status": 5}, {"kind": "slow", "times": -1},
    ],
)  # fmt: skip
def test_a_fault_that_does_not_exist_is_refused(there: Provider, fault: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        there.control.add_fault(**fault)


def test_a_late_answer_is_the_right_one(there: Provider) -> None:
    for kind in ("slow", "timeout"):
        there.control.add_fault(kind, "games", delay_s=0.01)
        assert there.get("/games").json()["meta"]["returned"] == 50


def test_a_broken_page_is_half_of_the_json(there: Provider) -> None:
    for kind in ("broken_page", "truncated"):
        there.control.add_fault(kind, "games")
        answer = there.get("/games")
        assert answer.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_garbage_has_the_right_status_unless_told_otherwise(there: Provider) -> None:
    there.control.add_fault("garbage", "sessions")
    assert there.launch().status_code == 201
    there.control.add_fault("garbage", "sessions", status=200, body="{}")
    assert there.launch().text == "{}"


def test_a_repeated_cursor_leads_to_the_page_it_came_with(there: Provider) -> None:
    cursor = there.get("/games", limit=10).json()["cursor"]["next"]
    for query in ({}, {"cursor": cursor}):
        there.control.add_fault("repeated_cursor", "games")
        page = there.get("/games", limit=10, **query).json()
        again = there.get("/games", limit=10, cursor=page["cursor"]["next"]).json()
        assert again["data"] == page["data"]
        assert page["meta"]["has_more"] is True


def test_records_drift_where_told_and_only_on_that_page(there: Provider) -> None:
    right = there.get("/games", limit=3).json()["data"]
    there.control.add_fault("unknown_field", "games", field="volatility", value="high")
    assert there.get("/games", limit=3).json()["data"] == [
        {**right[0], "volatility": "high"}, *right[1:]
    ]  # fmt: skip
    there.control.add_fault("changed_type", "games", field="rtp", value="96 %", records=[1, 2, 99])
    assert [game["rtp"] for game in there.get("/games", limit=3).json()["data"][1:]] == ["96 %"] * 2
    there.control.add_fault("missing_field", "providers", field="currencies")
    assert "currencies" not in there.get("/providers").json()["data"][0]
    assert there.get("/games", limit=3).json()["data"] == right


def test_a_shrunk_list_ends_early_and_says_that_it_ended(there: Provider) -> None:
    there.control.add_fault("shrunk", "games", share=0.2, times=0)
    assert len(there.everything("/games", limit=50)) == 60


def test_fewer_records_than_announced(there: Provider) -> None:
    there.control.add_fault("fewer_than_announced", "games", count=2)
    page = there.get("/games", limit=10).json()
    assert (len(page["data"]), page["meta"]["returned"]) == (8, 10)


def test_a_failed_launch_may_have_made_the_session(there: Provider) -> None:
    there.control.add_fault("status", "sessions", carried_out=True)
    there.control.add_fault("status", "sessions")
    assert [there.launch().status_code for _ in range(3)] == [500, 500, 201]
    assert there.control.stats()["sessions_created"] == 1


def test_a_launch_url_is_what_was_told(there: Provider) -> None:
    there.control.add_fault("launch_url", "sessions", url="https://elsewhere.example/")
    assert there.launch().json() == {"url": "https://elsewhere.example/"}
