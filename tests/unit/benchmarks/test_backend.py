"""The stand-in for AWS of the benchmark: the same delays for everybody, answers that are read."""

from itertools import islice
from statistics import quantiles
from typing import Any

import pytest

from benchmarks.aws import canned
from benchmarks.aws.delays import MEDIANS_MS, delays_s
from casino.integrations.credentials import read_pair
from casino.integrations.store.items import read_integration, registry_key
from casino.wallet.store.items import read_session
from testing.bets import PLAYER
from testing.callers import CALLERS, Caller
from testing.hooks import API_KEY
from testing.world import SANDBOX


@pytest.mark.parametrize("operation", MEDIANS_MS)
def test_the_nth_call_of_an_operation_always_takes_as_long(operation: str) -> None:
    once, again = (list(islice(delays_s(operation, "spread"), 50)) for _ in range(2))
    assert once == again
    assert len(set(once)) == 50


@pytest.mark.parametrize(
    ("operation", "p50_ms", "p99_ms"),
    [("PutItem", 7.5, 7.5 * 16 / 7.6), ("TransactWriteItems", 22.0, 22.0 * 92 / 25)],
)
def test_spread_delays_are_as_wide_as_published(
    operation: str, p50_ms: float, p99_ms: float
) -> None:
    percentiles = quantiles(islice(delays_s(operation, "spread"), 100_000), n=100)
    assert percentiles[49] * 1000 == pytest.approx(p50_ms, rel=0.02)
    assert percentiles[98] * 1000 == pytest.approx(p99_ms, rel=0.05)


def test_constant_delays_are_the_median() -> None:
    assert list(islice(delays_s("GetItem", "constant"), 3)) == [0.0045] * 3


def test_a_batch_read_finds_what_a_bet_needs_and_no_bet() -> None:
    player = PLAYER
    keys: dict[str, dict[str, Any]] = {
        "ledger": {"id": {"S": "sandbox#tx#1"}},
        "wallets": {"player_id": {"S": player.player_id}, "currency": {"S": "EUR"}},
        "sessions": {"session_id": {"S": player.session_id}},
        "rounds": {"wallet": {"S": "sandbox#EUR#p"}, "round_id": {"S": "r"}},
    }
    request = {"RequestItems": {table: {"Keys": [key]} for table, key in keys.items()}}
    found = canned.answer("BatchGetItem", request)["Responses"]
    assert found["ledger"] == found["rounds"] == []
    assert found["wallets"][0]["balance"]["N"] == "9876543210"
    session = read_session(found["sessions"][0])
    assert (session.player_id, session.status) == (player.player_id, "active")


def test_the_registry_knows_the_integration_of_the_key() -> None:
    keys = canned.answer("Query", {})["Items"]
    assert {**registry_key("key", API_KEY), "integration": {"S": SANDBOX.name}} in keys
    asked = {"Key": registry_key("integration", SANDBOX.name)}
    assert read_integration(canned.answer("GetItem", asked)["Item"]) == SANDBOX


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_each_counterpart_is_known_with_its_secret_and_its_session(caller: Caller) -> None:
    owner = caller.integration
    asked = {"Key": registry_key("integration", owner.name)}
    assert read_integration(canned.answer("GetItem", asked)["Item"]) == owner
    secret = canned.answer("GetSecretValue", {"SecretId": owner.secret_name})["SecretString"]
    assert read_pair(secret) == caller.pair
    key = {"session_id": {"S": caller.session_id}}
    session = read_session(canned.answer("GetItem", {"Key": key})["Item"])
    assert (session.integration, session.player_id) == (owner.name, PLAYER.player_id)
    # Flexsoft's session stands under its own token, which is the end of the id.
    assert caller.session_id.rpartition("#")[2] in caller.bet()["body"]


def test_every_bet_meets_the_same_wallet() -> None:
    key = {"player_id": {"S": PLAYER.player_id}, "currency": {"S": "EUR"}}
    before = canned.answer("GetItem", {"Key": key})
    canned.answer("TransactWriteItems", {"TransactItems": []})
    assert canned.answer("GetItem", {"Key": key}) == before


def test_a_call_that_nobody_makes_is_unknown() -> None:
    with pytest.raises(KeyError):
        canned.answer("DeleteTable", {})
