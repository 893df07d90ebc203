"""What the casino's site asks of Invo: players' tokens, and items that are bought once.

The function dies before and after each of its calls, to AWS and to Invo.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from casino.audit.store import DynamoDbAudit
from casino.dialects.invo.buying import subject_of
from casino.dialects.invo.client import ACCOUNT
from casino.integrations.model import Off
from testing.integrations import with_terms
from testing.world import World
from tests.functional.invo.house import CALLER
from tests.functional.invo.site import INVO, ITEM, Site, open_site
from tests.functional.ops.console import Console

#: Registry, intent, secret, purchase, record: what a purchase of a new environment takes.
CALLS = 5


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    with open_site(world) as site:
        yield site


def sold(site: Site) -> list[str]:
    return list(site.platform.items)


def records(site: Site) -> list[str]:
    audit = DynamoDbAudit(site.world.client, site.world.tables)
    return [record.what for record in audit.records(subject_of(ACCOUNT, "req-1"))]


def test_an_item_is_bought_and_the_record_names_our_player_alone(site: Site) -> None:
    status, order = site.buy()
    assert (status, order["status"], order["order_id"]) == (200, "success", "item_1")
    assert (order["recovered"], site.crashes.calls) == (False, CALLS)
    audit = DynamoDbAudit(site.world.client, site.world.tables)
    meant, bought = audit.records(subject_of(ACCOUNT, "req-1"))
    assert json.loads(meant.detail)["player_id"] == "ann"
    assert json.loads(bought.detail)["order_id"] == "item_1"
    assert "example.org" not in f"{meant}{bought}".lower()
    told = Console(site.world).json("audit", "--purchase", "req-1")["records"]
    assert [record["what"] for record in told] == ["item.meant", "item.bought"]
    assert Console(site.world)("audit", "--purchase", "req-2").code == 1


def test_the_same_purchase_again_is_answered_from_the_record(site: Site) -> None:
    _, first = site.buy()
    site.platform.faults.errors = 100
    assert site.buy() == (200, first | {"recovered": True})
    assert records(site) == ["item.meant", "item.bought"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(CALLS))
def test_a_function_that_dies_at_any_call_buys_once(site: Site, call: int, after: bool) -> None:
    site.crashes.run(lambda: site.buy(), call, after)
    assert site.crashes.calls == call + 1, "it died there"
    site.crashes.calls = 0
    status, order = site.buy()
    assert (status, order["order_id"], sold(site)) == (200, "item_1", ["req-1"])
    assert records(site).count("item.bought") >= 1
    assert (site.buy()[1]["order_id"], sold(site)) == ("item_1", ["req-1"])


@pytest.mark.parametrize("second", range(6))
def test_a_function_that_dies_again_while_it_recovers_buys_once(site: Site, second: int) -> None:
    site.crashes.run(lambda: site.buy(), 3, after=True)
    assert sold(site) == ["req-1"]
    site.crashes.run(lambda: site.buy(), second, after=True)
    status, order = site.buy()
    assert (status, order["order_id"], sold(site)) == (200, "item_1", ["req-1"])


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_lost_reply_is_recovered_by_the_request_id(site: Site, lost: int) -> None:
    site.platform.faults.answers_lost = lost
    status, order = site.buy()
    assert (status, order["order_id"], order["recovered"]) == (200, "item_1", True)
    assert sold(site) == ["req-1"]


def test_nothing_is_told_as_bought_that_is_not(site: Site) -> None:
    site.platform.faults.errors = 100
    status, refused = site.buy()
    assert (status, refused["error"], refused["retryable"]) == (503, "provider_unavailable", True)
    site.platform.faults.errors = 0
    assert (site.buy()[0], sold(site)) == (200, ["req-1"])


@pytest.mark.parametrize(
    "change", [{"player_id": "bob"}, {"item_id": "bow"}, {"quantity": 2}, {"unit_price": "2.51"}]
)
def test_one_request_id_stands_for_one_purchase(site: Site, change: dict[str, Any]) -> None:
    assert site.buy()[0] == 200
    status, refused = site.buy(**change)
    assert (status, refused["error"], sold(site)) == (409, "purchase_mismatch", ["req-1"])


def test_an_order_of_another_item_under_our_id_is_no_success(site: Site) -> None:
    site.platform.sell({"client_request_id": "req-1", "item_id": "bow", "total_price": "1"})
    assert site.buy()[1]["error"] == "purchase_mismatch"
    assert records(site) == ["item.meant"]


def test_a_revoked_key_is_told_at_once_and_the_purchase_goes_through_later(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.platform.faults.key_revoked = True
    assert site.buy()[1]["error"] == "provider_refused"
    assert capsys.readouterr().out.count('"LoginsRefused":[1.0]') == 1
    site.platform.faults.key_revoked = False
    assert site.buy()[0] == 200


# Tokens


def test_a_token_is_minted_once_until_it_is_refused(site: Site) -> None:
    environment = site.environment()
    status, first = site.token(environment)
    assert (status, 0 < first["expires_in"] <= 900) == (200, True)
    assert site.token(environment)[1]["token"] == first["token"]
    assert site.platform.minted == 1
    renewed = site.token(environment, refused=first["token"])[1]["token"]
    assert renewed != first["token"]
    assert site.token(environment, refused=first["token"])[1]["token"] == renewed
    assert site.platform.minted == 2


def test_a_token_that_is_over_is_given_to_nobody(site: Site) -> None:
    site.platform.faults.expires_in = 0
    environment = site.environment()
    first = site.token(environment)[1]["token"]
    site.platform.faults.expires_in = 900
    status, later = site.token(environment, refused="ptk_an_older_one")
    assert (status, later["token"] != first, later["expires_in"] > 0) == (200, True, True)


def test_a_revoked_key_rings_once_however_many_players_ask(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.platform.faults.key_revoked = True
    environment = site.environment()
    for number in range(5):
        status, refused = site.token(environment, player_email=f"p{number}@example.org")
        assert (status, refused["error"]) == (502, "credentials_refused")
    assert capsys.readouterr().out.count('"LoginsRefused":[1.0]') == 1
    assert site.platform.refused == 1


def test_a_revoked_key_rings_once_however_many_environments_meet_it(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.platform.faults.key_revoked = True
    for _ in range(3):
        assert site.token()[1]["error"] == "credentials_refused"
        assert site.buy()[1]["error"] == "provider_refused"
    assert capsys.readouterr().out.count('"LoginsRefused":[1.0]') == 1


def test_a_player_whom_invo_does_not_know_rings_nothing(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    status, refused = site.token(player_email="nobody@example.org")
    assert (status, refused["error"]) == (404, "player_not_found")
    assert "TokenRefreshFailures" not in capsys.readouterr().out


# The door


def read(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return answer[0], str(answer[1]["error"])


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"integration": "nobody"}, 404, "integration_not_found"),
        ({"quantity": 0}, 400, "invalid_request"),
        ({"quantity": True}, 400, "invalid_request"),
        ({"quantity": "3"}, 400, "invalid_request"),
        ({"unit_price": "0.001"}, 400, "invalid_request"),
        ({"unit_price": "2.50\n"}, 400, "invalid_request"),
        ({"unit_price": 2.5}, 400, "invalid_request"),
        ({"client_request_id": "sub_1"}, 400, "invalid_request"),
        ({"player_email": "ann"}, 400, "invalid_request"),
        ({"player_name": ""}, 400, "invalid_request"),
        ({"total_price": "1"}, 400, "invalid_request"),
    ],
)
def test_what_is_no_purchase_is_refused_and_sent_nowhere(
    site: Site, changes: dict[str, Any], status: int, error: str
) -> None:
    assert (status, error) == read(site.buy(**changes))
    assert (sold(site), records(site)) == ([], [])


@pytest.mark.parametrize("body", ["", "[]", "{", '{"a":1,"a":1}', "x" * 17_000])
def test_what_is_no_request_is_refused(site: Site, body: str) -> None:
    assert site.ask("/item-purchases", body)[0] in (400, 413)


def test_a_key_that_signs_for_webhooks_is_no_account(site: Site) -> None:
    assert site.token(integration="sandbox")[1]["error"] == "integration_not_found"


def test_a_caller_whom_iam_did_not_name_gets_nothing(site: Site) -> None:
    event = {"httpMethod": "POST", "resource": "/player-tokens", "body": json.dumps(ITEM)}
    answer = site.environment()(event, None)
    assert answer["statusCode"] == 404


def test_no_log_line_holds_a_token_or_a_name(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    token = site.token()[1]["token"]
    site.token(player_email="nobody@example.org")
    site.buy()
    said = str([vars(record) for record in caplog.records])
    assert said.count("partner call") >= 3
    for secret in (token, CALLER.sdk_key + "'", "xample.org", "Ann Fox"):
        assert secret not in said


def test_calls_wait_while_partners_are_switched_off(site: Site) -> None:
    site.world.registry.put(with_terms(INVO, partners_off=Off()))
    for status, answer in (site.buy(), site.token()):
        assert (status, answer["error"], answer["retryable"]) == (503, "partners_disabled", True)
    assert (sold(site), records(site)) == ([], [])
    site.world.registry.put(INVO)
    assert site.buy()[0] == 200
    assert len(sold(site)) == 1
