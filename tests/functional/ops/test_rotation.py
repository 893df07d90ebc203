"""`ops integration`: from a staged pair to a retired one, and who did it."""

import json
import re
import time

import boto3
import pytest

from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.base.times import iso_utc
from casino.signing.pair import Pair
from casino.wiring.rotation import rotation_handler
from testing.clock import FakeClock
from testing.credentials import FakePairProvider, pair_of
from testing.hooks import (
    API_KEY,
    SECRET_KEY,
    Caller,
    Reply,
    encode,
    load_function,
    proxy_event,
    signed_headers,
)
from testing.world import SANDBOX, World
from tests.functional.ops.console import Console, LocalFunctions

NEW = pair_of("new")
FIRST = Pair(API_KEY, SECRET_KEY, "")
BODY = encode({"action": "balance", "player_id": "player-912", "currency": "EUR"})


@pytest.fixture
def provider() -> FakePairProvider:
    return FakePairProvider()


@pytest.fixture
def ops(world: World, provider: FakePairProvider) -> Console:
    """A console of somebody with an ARN, with the rotation in this process."""
    world.player("player-912")
    functions = LocalFunctions(rotation_handler(world.environment, provider=provider))
    identity = boto3.client("sts")
    return Console(world, clock=SystemClock(), identity=identity, functions=functions)


def send(pair: Pair) -> Reply:
    """Send a hook to a new execution environment."""
    headers = signed_headers(BODY, pair.api_key, pair.secret_key)
    return Caller(load_function("hooks")).send(proxy_event(BODY, headers))


def rotate(ops: Console) -> None:
    ops.json("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    ops.json("integration", "rotate", "sandbox")


def test_a_staged_pair_verifies_before_and_the_old_one_after_the_rotation(ops: Console) -> None:
    staged = ops.json("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    assert staged["fingerprint"] == NEW.fingerprint
    assert (send(FIRST).status, send(NEW).status) == (200, 200)
    rotated = ops.json("integration", "rotate", "sandbox")
    assert rotated["version"] == staged["version"]
    assert set(ops.functions.names) == {"test-rotate-secret"}
    old, new = send(FIRST), send(NEW)
    assert (old.status, old.headers["X-Secret-Version"]) == (200, "previous")
    assert new.status == 200
    assert "X-Secret-Version" not in new.headers


def test_the_previous_pair_is_refused_when_an_operator_retires_it(ops: Console) -> None:
    rotate(ops)
    assert ops.error("integration", "stage", "sandbox", "--file", "-", stdin="{}") == (
        "invalid_request"
    )
    third = pair_of("third").text
    assert ops.error("integration", "stage", "sandbox", "--file", "-", stdin=third) == (
        "grace_period"
    )
    assert ops.error("integration", "rotate", "sandbox") == "rotation_failed"
    assert "effective_at" in ops.json("integration", "retire-previous", "sandbox")
    assert (send(FIRST).error, send(NEW).status) == ("unauthorized", 200)
    assert ops.error("integration", "retire-previous", "sandbox") == "no_previous"


def test_a11_an_operator_whose_clock_is_wrong_is_told_so(ops: Console) -> None:
    ops.clock = FakeClock(time.time() - 90)
    said = ops("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    assert said.code == 1
    assert re.search(r"this machine's clock is (89|90|91) s behind that of AWS", said.err)
    assert send(NEW).status == 401


def test_a11_a_moment_that_is_printed_is_one_of_aws(ops: Console) -> None:
    ops.clock, began = FakeClock(time.time() - 50), int(time.time())
    staged = ops.json("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    moments = [staged, ops.json("integration", "unstage", "sandbox")]
    rotate(ops)
    moments.append(ops.json("integration", "retire-previous", "sandbox"))
    cache_s = ops.operations.stack.cache_s
    assert all(each["effective_at"] >= iso_utc(began + cache_s) for each in moments)


def test_a_rollback_makes_the_previous_pair_the_current_one(ops: Console) -> None:
    rotate(ops)
    ops.json("integration", "rollback", "sandbox")
    assert (send(FIRST).status, send(NEW).headers["X-Secret-Version"]) == (200, "previous")
    assert "X-Secret-Version" not in send(FIRST).headers


def test_a_pair_that_the_provider_refuses_changes_nothing(
    ops: Console, provider: FakePairProvider
) -> None:
    provider.refuses.add(NEW.api_key)
    ops.json("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    said = ops("integration", "rotate", "sandbox")
    assert said.code == 1
    assert "testSecret: the provider answered 403" in said.err
    stored = secrets_client().get_secret_value(SecretId=SANDBOX.secret_name)
    assert json.loads(stored["SecretString"])["api_key"] == API_KEY


def test_n5_a_staged_pair_is_taken_back_and_a_weak_one_is_refused(ops: Console) -> None:
    ops.json("integration", "stage", "sandbox", "--file", "-", stdin=NEW.text)
    assert "effective_at" in ops.json("integration", "unstage", "sandbox")
    assert (send(NEW).error, send(FIRST).status) == ("unauthorized", 200)
    assert ops.error("integration", "unstage", "sandbox") == "nothing_staged"
    weak = '{"api_key": "a", "secret_key": "b"}'
    said = ops("integration", "stage", "sandbox", "--file", "-", stdin=weak)
    assert (said.code, "128 bits" in said.err) == (1, True)


def test_without_a_staged_pair_there_is_nothing_to_rotate_to(ops: Console) -> None:
    assert "no new pair is staged" in ops("integration", "rotate", "sandbox").err
    assert ops.error("integration", "rotate", "nobody") == "integration_not_found"


def test_show_says_when_each_secret_was_last_used(ops: Console) -> None:
    rotate(ops)
    now = time.time()
    versions = {v["label"]: v for v in ops.json("integration", "show", "sandbox")["secrets"]}
    assert versions["current"]["fingerprint"] == NEW.fingerprint
    assert versions["previous"]["fingerprint"] == FIRST.fingerprint
    assert versions["previous"]["until"] is not None
    assert versions["previous"]["last_used_at"] is None
    for age_s, message in [(2 * 24 * 3600, "request"), (3600, "request"), (60, "rotation")]:
        line = {"message": message, "secret_id": versions["previous"]["version"]}
        ops.logs.write("/hooks", json.dumps(line), age_s=age_s)
    versions = {v["label"]: v for v in ops.json("integration", "show", "sandbox")["secrets"]}
    used = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now - 3600))
    assert versions["previous"]["last_used_at"].startswith(used)
    assert versions["current"]["last_used_at"] is None
    assert NEW.fingerprint in ops("integration", "show", "sandbox").out


def test_a_disabled_integration_is_refused_altogether(ops: Console) -> None:
    ops.json("integration", "disable", "sandbox")
    assert send(FIRST).error == "unauthorized"
    listed = ops.json("integration", "list")["integrations"]
    assert [(each["integration"], each["enabled"]) for each in listed] == [("sandbox", False)]
    ops.json("integration", "enable", "sandbox")
    assert send(FIRST).status == 200
    assert "sandbox" in ops("integration", "list").out


def test_addresses_are_added_to_the_allow_list_and_taken_off(ops: Console) -> None:
    ops.json("integration", "allow-ip", "sandbox", "198.51.100.0/24", "192.0.2.10")
    assert send(FIRST).status == 200
    ops.json("integration", "allow-ip", "sandbox", "192.0.2.10", "--remove")
    assert send(FIRST).error == "ip_not_allowed"
    last = ("integration", "allow-ip", "sandbox", "198.51.100.0/24", "--remove")
    assert ops.error(*last) == "invalid_request"


def test_every_change_is_on_record_with_the_callers_arn_and_fingerprints(ops: Console) -> None:
    ops.json("integration", "add", "acme", "--provider-url", "https://provider.example/igsp/v1")
    rotate(ops)
    ops.json("integration", "rollback", "sandbox")
    ops.json("integration", "retire-previous", "sandbox")
    ops.json("integration", "disable", "sandbox")
    ops.json("integration", "allow-ip", "sandbox", "192.0.2.10")
    ops.json("switch", "bets", "off", "--reason", "a faulty game")
    records = ops.json("audit")["records"]
    assert [record["what"] for record in records] == [
        *("add", "stage", "rotate", "rollback", "retire-previous", "disable", "allow-ip"),
        "switch bets",
    ]
    rotated = records[2]
    assert (rotated["old"], rotated["new"]) == (FIRST.fingerprint, NEW.fingerprint)
    assert records[1]["who"].startswith("arn:aws:sts::")
    assert [r["what"] for r in ops.json("audit", "--integration", "acme")["records"]] == ["add"]
    assert len(ops("audit", "--limit", "2").out.splitlines()) == 3


def test_no_verb_but_add_shows_a_secret(ops: Console, capfd: pytest.CaptureFixture[str]) -> None:
    rotate(ops)
    for verb in ("show", "rollback", "retire-previous", "disable", "enable"):
        ops("integration", verb, "sandbox")
    ops("integration", "list")
    ops("audit")
    ops("integration", "stage", "sandbox", "--file", "-", stdin='{"api_key": "k", "secret_key": 7}')
    send(NEW)
    printed = "".join([ops.printed, ops.functions.printed.getvalue(), *capfd.readouterr()])
    for secret in (NEW.secret_key, SECRET_KEY):
        assert secret not in printed


@pytest.mark.parametrize("url", ["http://provider.example", "ftp://a", "https://u:p@a/", "x"])
def test_a_provider_is_reached_over_tls_only(ops: Console, url: str) -> None:
    assert ops.error("integration", "add", "acme", "--provider-url", url) == "invalid_request"
