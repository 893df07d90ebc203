"""The way of a hook without AWS: bytes, headers, addresses, and what an error becomes."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from casino.base.deadline import left_s
from casino.base.errors import BusyError, CasinoError, OutcomeUnknownError, UnavailableError
from casino.base.proxy import Response
from casino.integrations.model import Integration
from casino.signing.pair import CURRENT, Pair
from casino.wallet.decision import Snapshot
from casino.wallet.dialect import MAX_BODY
from casino.wallet.model import Transaction
from casino.wallet.ports import Commit
from testing.casinos import furnish
from testing.credentials import FakeKeyring
from testing.desk import HookDesk, keyring_of
from testing.hooks import API_KEY, SECRET_KEY, proxy_event
from testing.integrations import FakeRegistry
from testing.transactions import INTEGRATION, PLAYER

BALANCE = b'{"action":"balance","player_id":"p1","currency":"EUR","session_id":"s1"}'
BET = (
    b'{"action":"bet","player_id":"p1","currency":"EUR","amount":2.50,"game_id":"g1",'
    b'"transaction_id":"bet-1","session_id":"s1","type":"bet"}'
)


@dataclass
class BrokenLedger:
    """Fails in the way that a test asks for."""

    error: Exception

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        raise self.error

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        raise self.error


@pytest.fixture
def desk() -> Iterator[HookDesk]:
    desk = HookDesk()
    furnish(desk.casino)
    yield desk
    assert len(desk.notes.records) >= 1, "every request leaves one record"


def error(response: Response) -> tuple[int, str]:
    body = json.loads(response["body"])
    assert body["status"] == response["statusCode"]
    return response["statusCode"], body["error"]


def test_a_signed_balance_is_answered_as_json(desk: HookDesk) -> None:
    response = desk.send(BALANCE)
    assert (response["statusCode"], response["body"]) == (200, '{"balance":1000.00}')
    assert response["headers"]["Content-Type"] == "application/json"


def test_a_base64_body_is_verified_and_read_as_its_bytes(desk: HookDesk) -> None:
    body = base64.b64encode(BALANCE).decode()
    assert desk.send(BALANCE, body=body, isBase64Encoded=True)["statusCode"] == 200


@pytest.mark.parametrize("text", ["%%%", "e30", "e3 0=", "e30=\n", "é===", "\ud800AAA", "{}=="])
def test_a_body_that_only_claims_to_be_base64_is_malformed(desk: HookDesk, text: str) -> None:
    response = desk.send(BALANCE, body=text, isBase64Encoded=True)
    assert error(response) == (400, "malformed_json")


def test_the_base64_flag_does_not_change_what_was_signed(desk: HookDesk) -> None:
    encoded = base64.b64encode(BALANCE)
    as_text = proxy_event(encoded, desk.sign(BALANCE))
    assert error(desk.handle(as_text)) == (403, "invalid_signature")
    as_bytes = proxy_event(encoded, desk.sign(encoded)) | {"isBase64Encoded": True}
    assert error(desk.handle(as_bytes)) == (403, "invalid_signature")


@pytest.mark.parametrize("body", [None, ""])
def test_an_empty_body_may_be_signed_but_is_no_hook(desk: HookDesk, body: str | None) -> None:
    event = proxy_event(b"", desk.sign(b"")) | {"body": body}
    assert error(desk.handle(event)) == (400, "malformed_json")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_above_the_limit_is_too_large_whoever_sends_it(
    desk: HookDesk, encoded: bool
) -> None:
    padding = b" " * (MAX_BODY - len(BALANCE))
    for body, status in ((BALANCE + padding, 200), (BALANCE + padding + b" ", 413)):
        sent = base64.b64encode(body) if encoded else body
        event = proxy_event(sent, desk.sign(body)) | {"isBase64Encoded": encoded}
        assert desk.handle(event)["statusCode"] == status
    unsigned = proxy_event(b"x" * 10**6, {})
    assert error(desk.handle(unsigned)) == (413, "payload_too_large")


def test_a_limit_counts_bytes_and_not_characters(desk: HookDesk) -> None:
    body = ('{"note":"' + "€" * (MAX_BODY // 3) + '"}').encode()
    assert len(body.decode()) < MAX_BODY < len(body)
    assert error(desk.send(body)) == (413, "payload_too_large")


def test_a_lone_surrogate_in_the_event_is_an_answer_and_no_crash(desk: HookDesk) -> None:
    body = '{"player_id":"\ud800"}'
    event = proxy_event(body, desk.sign(body.encode("utf-8", "surrogatepass")))
    assert error(desk.handle(event)) == (400, "malformed_json")


def test_headers_are_read_from_either_place_and_in_any_case(desk: HookDesk) -> None:
    headers = {name.upper(): value for name, value in desk.sign(BALANCE).items()}
    for places in (
        {"headers": headers, "multiValueHeaders": None},
        {"headers": None, "multiValueHeaders": {name: [value] for name, value in headers.items()}},
    ):
        assert desk.send(BALANCE, **places)["statusCode"] == 200
    assert error(desk.send(BALANCE, headers=None, multiValueHeaders=None)) == (401, "unauthorized")
    assert error(desk.send(BALANCE, headers={}, multiValueHeaders={})) == (401, "unauthorized")


def test_a_signature_in_two_spellings_of_its_header_is_refused(desk: HookDesk) -> None:
    headers = desk.sign(BALANCE)
    twice = headers | {"x-signature": headers["X-Signature"]}
    refused = desk.send(BALANCE, headers=twice, multiValueHeaders=None)
    assert error(refused) == (403, "invalid_signature")


def test_a_trace_id_is_echoed_and_otherwise_the_requests_own(desk: HookDesk) -> None:
    event = proxy_event(b"", {"X-Trace-Id": "trace-7"})
    response = desk.handle(event)
    assert response["headers"]["X-Trace-Id"] == "trace-7"
    assert json.loads(response["body"])["trace_id"] == "trace-7"
    for bad in ("", "a b", "ü", "x" * 129, "a\r\nb", "\ud800"):
        event = proxy_event(b"", {"X-Trace-Id": bad})
        own = event["requestContext"]["requestId"]
        assert desk.handle(event)["headers"]["X-Trace-Id"] == own
    assert desk.handle({})["headers"]["X-Trace-Id"] == ""


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("192.0.2.10", True),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("localhost", False),
        ("192.0.2.10, 10.0.0.1", False),
    ],
)
def test_only_addresses_on_the_list_are_let_in(desk: HookDesk, address: str, allowed: bool) -> None:
    cidrs = ("192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32")
    desk.registry = FakeRegistry(replace(INTEGRATION, allowed_cidrs=cidrs), API_KEY)
    response = desk.handle(proxy_event(BALANCE, desk.sign(BALANCE), source_ip=address))
    assert response["statusCode"] == (200 if allowed else 403)
    if not allowed:
        assert error(response)[1] == "ip_not_allowed"


def test_an_unknown_key_or_another_family_is_unauthorized(desk: HookDesk) -> None:
    headers = desk.sign(BALANCE) | {"Authorization": "Bearer unknown"}
    assert error(desk.handle(proxy_event(BALANCE, headers))) == (401, "unauthorized")
    desk.registry = FakeRegistry(replace(INTEGRATION, family="flexsoft"), API_KEY)
    assert error(desk.send(BALANCE)) == (401, "unauthorized")


def test_a_rotated_secret_is_found_by_one_refresh(desk: HookDesk) -> None:
    desk.keyring = keyring = keyring_of("old", rotated=SECRET_KEY)
    assert desk.send(BALANCE)["statusCode"] == 200
    assert keyring.refreshes == 1


def test_a10_the_key_of_one_pair_with_the_secret_of_another_is_refused(desk: HookDesk) -> None:
    other = Pair("another-key", SECRET_KEY, CURRENT)
    desk.keyring = FakeKeyring(other)
    assert error(desk.send(BALANCE)) == (403, "invalid_signature")
    desk.keyring = FakeKeyring(other, stored=Pair(API_KEY, SECRET_KEY, CURRENT))
    assert desk.send(BALANCE)["statusCode"] == 200


def test_a_forged_signature_is_refused_after_one_refresh(desk: HookDesk) -> None:
    for keyring in (keyring_of("a"), keyring_of("a", rotated="b")):
        desk.keyring = keyring
        assert error(desk.send(BALANCE)) == (403, "invalid_signature")
        assert keyring.refreshes == 1


def test_a_wrong_clock_asks_for_no_refresh(desk: HookDesk) -> None:
    desk.keyring = keyring = keyring_of()
    event = proxy_event(BALANCE, desk.sign(BALANCE))
    desk.clock.advance(301)
    assert error(desk.handle(event)) == (403, "timestamp_out_of_range")
    assert keyring.refreshes == 0


def test_nothing_is_said_of_who_or_what_before_the_sender_is_certain(desk: HookDesk) -> None:
    desk.keyring = keyring_of("another")
    desk.send(BET)
    record = desk.notes.records[-1]
    assert (record.player_id, record.session_id, record.transaction_id) == ("", "", "")
    assert record.outcome == "invalid_signature"


def test_the_record_names_what_was_decided(desk: HookDesk) -> None:
    desk.send(BET)
    record = desk.notes.records[-1]
    assert (record.action, record.player_id, record.session_id) == ("bet", PLAYER, "s1")
    assert (record.transaction_id, record.integration) == ("bet-1", "sandbox")
    assert (record.status, record.outcome, record.rule) == (200, "ok", "bet_debit")
    assert record.secret_version == "current"


def test_a_copy_is_answered_with_the_same_bytes_and_a_header_that_says_so(desk: HookDesk) -> None:
    first, second = desk.send(BET), desk.send(BET)
    assert second["body"] == first["body"]
    assert "Idempotent-Replayed" not in first["headers"]
    assert second["headers"]["Idempotent-Replayed"] == "true"
    assert desk.notes.records[-1].replay


def test_a_route_serves_its_own_action_alone(desk: HookDesk) -> None:
    desk.route = "win"
    assert error(desk.send(BET)) == (400, "unsupported_action")
    desk.route = "bet"
    assert desk.send(BET)["statusCode"] == 200


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (BusyError(), "busy"),
        (UnavailableError(), "unavailable"),
        (OutcomeUnknownError(), "outcome_unknown"),
    ],
    ids=lambda value: str(value),
)
def test_what_may_be_retried_is_a_503(desk: HookDesk, problem: CasinoError, code: str) -> None:
    desk.ledger = BrokenLedger(problem)
    response = desk.send(BET)
    assert error(response) == (503, code)
    assert json.loads(response["body"])["retryable"] is True


def test_m8_what_was_given_up_reports_its_conflicts(desk: HookDesk) -> None:
    desk.ledger = BrokenLedger(BusyError())
    desk.send(BET)
    record = desk.notes.records[-1]
    assert record.outcome == "busy"
    assert record.conflicts > 1


@pytest.mark.parametrize(("remaining_ms", "left"), [(5_000, 2.5), (1_200, 1.0), (100, 0.0)])
def test_m4_the_whole_request_has_one_deadline_from_what_lambda_leaves(
    desk: HookDesk, remaining_ms: int, left: float
) -> None:
    seen: list[float] = []

    class Watching(FakeRegistry):
        def by_api_key(self, api_key: str) -> Integration | None:
            seen.append(left_s())
            return super().by_api_key(api_key)

    desk.registry = Watching(INTEGRATION, API_KEY)
    desk.context = SimpleNamespace(get_remaining_time_in_millis=lambda: remaining_ms)
    desk.send(BALANCE)
    assert seen == [pytest.approx(left)]
    assert left_s() == float("inf")


def test_an_unexpected_error_is_a_500_that_does_not_tell_what_it_was(desk: HookDesk) -> None:
    desk.ledger = BrokenLedger(ZeroDivisionError(BET.decode()))
    response = desk.send(BET)
    assert error(response) == (500, "internal_error")
    assert "amount" not in response["body"]
    assert isinstance(desk.notes.crashes[0], ZeroDivisionError)
    assert desk.notes.records[-1].status == 500
