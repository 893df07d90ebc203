"""Our calls to Invo: an item is bought once whatever becomes of the answers."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from urllib3.exceptions import ReadTimeoutError

from casino.base.errors import AdminError
from casino.dialects.invo.client import ACCOUNT, InvoClient, ItemPurchase
from casino.dialects.invo.pairs import InvoPairs
from casino.dialects.invo.player_token import PlayerTokens
from casino.dialects.registry import family
from casino.integrations.credentials import PairRefusedError
from casino.providers.circuit import Circuits
from casino.providers.ports import ProviderError
from casino.providers.sender import Reply
from casino.providers.token import TokenRefusedError
from casino.providers.transport import Limits, Transport
from casino.signing.pair import CURRENT, Pair
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fake_shelf import FakeObserver
from testing.integrations import an_integration
from testing.provider import Notes
from tests.unit.providers.line import Script

type Answer = tuple[int, bytes, dict[str, str]]

INVO = an_integration("invo-calls", ACCOUNT, settings=(("url", "https://invo.test/sandbox"),))
OLD, NEW = Pair("sdk", "ivsdk_test_old", CURRENT), Pair("sdk", "ivsdk_test_new", CURRENT)
SWORD = ItemPurchase("req-1", "ann@example.org", "Ann", "sword", "Sword", 3, "2.50")
ORDER = {"order_id": "ord_1", "transaction_id": "txn_1", "new_balance": "5.00",
         "currency_name": "EUR"}  # fmt: skip
BOUGHT: Answer = (200, json.dumps({"status": "success", **ORDER}).encode(), {})
DUPLICATE: Answer = (409, b'{"error": "again", "code": "DUPLICATE_REQUEST"}', {})
TIMEOUT = ReadTimeoutError(None, "/", "slow")  # type: ignore[arg-type]


def said(status: int, code: str) -> Answer:
    return status, json.dumps({"error": "ann@example.org", "code": code}).encode(), {}


@dataclass
class Line:
    """A client on a line whose other end a test speaks for."""

    client: InvoClient
    transport: Transport
    pool: Script
    clock: FakeClock
    keyring: FakeKeyring
    minted: list[dict[str, Any]]
    observer: FakeObserver
    notes: Notes

    def buy(self) -> Any:
        return self.client.purchase_item(INVO, SWORD)

    def me(self) -> Reply:
        return self.client.as_player(INVO, "ann@example.org", "GET", "/api/sdk/me")

    def header(self, name: str) -> list[str]:
        return [sent["headers"][name] for sent in self.pool.sent]

    @property
    def asked(self) -> list[str]:
        return [f"{sent['method']} {sent['url'].removeprefix('https://invo.test/sandbox/api/')}"
                for sent in self.pool.sent]  # fmt: skip


def line(*answers: Any, stored: Pair | None = None, mint: int = 200) -> Line:
    clock, notes, observer = FakeClock(), Notes(), FakeObserver()
    pool, keyring = Script(answers, clock), FakeKeyring(OLD, stored)
    transport = Transport(
        keyring,
        family,
        clock,
        notes,
        Circuits(clock, notes),
        Limits(attempts=2),
        pool,
        jitter=lambda: 0.0,
    )
    minted: list[dict[str, Any]] = []

    def post(path: str, headers: Any, fields: Any) -> Reply:
        minted.append({"path": path, "key": headers["X-Game-Secret-Key"], **fields})
        answer = {"token": f"token-{len(minted)}", "expires_at": "2099-01-01T00:00:00Z"}
        return Reply(mint, json.dumps(answer).encode())

    tokens = PlayerTokens(post, keyring, INVO, clock, observer)
    return Line(
        InvoClient(transport, keyring, tokens),
        transport,
        pool,
        clock,
        keyring,
        minted,
        observer,
        notes,
    )


PURCHASE = "POST item-purchases/purchase-item"
LOOK_UP = "GET item-purchases/order-details?client_request_id=req-1"


def test_an_item_is_bought_with_the_game_key_and_the_exact_total() -> None:
    at = line(BOUGHT)
    assert at.buy().order_id == "ord_1"
    assert at.asked == [PURCHASE]
    assert at.header("X-Game-Secret-Key") == ["ivsdk_test_old"]
    body = json.loads(at.pool.sent[0]["body"])
    assert (body["unit_price"], body["item_quantity"], body["total_price"]) == ("2.50", 3, "7.50")
    assert body["client_request_id"] == "req-1"


def test_a_409_is_the_success_of_an_earlier_try() -> None:
    at = line(DUPLICATE, BOUGHT)
    order = at.buy()
    assert (order.order_id, order.recovered) == ("ord_1", True)
    assert at.asked == [PURCHASE, LOOK_UP]


def test_a_lost_answer_is_sent_again_under_the_same_id() -> None:
    at = line(TIMEOUT, DUPLICATE, BOUGHT)
    assert at.buy().recovered
    assert at.asked == [PURCHASE, PURCHASE, LOOK_UP]
    first, second = (sent["body"] for sent in at.pool.sent[:2])
    assert first == second


@pytest.mark.parametrize("failure", [TIMEOUT, (503, b"", {}), (429, b"", {})])
def test_when_no_answer_comes_the_order_is_asked_for(failure: Any) -> None:
    at = line(failure, failure, BOUGHT)
    assert at.buy().recovered
    assert at.asked == [PURCHASE, PURCHASE, LOOK_UP]


def test_an_order_that_nobody_knows_after_a_lost_answer_is_the_first_failure() -> None:
    at = line(TIMEOUT, TIMEOUT, said(404, "ORDER_NOT_FOUND"))
    with pytest.raises(ProviderError) as failed:
        at.buy()
    assert failed.value.code == "provider_timeout"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (said(400, "INSUFFICIENT_BALANCE"), "provider_refused"),
        (said(403, "PAYMENTS_PAUSED"), "provider_refused"),
        (said(422, "x"), "provider_refused"),
        (said(400, "BAD_REQUEST"), "provider_refused"),
        (said(404, "PLAYER_NOT_FOUND"), "provider_refused"),
        ((400, b'{"required_amount": "7.50", "current_balance": "1"}', {}), "insufficient_balance"),
        (
            (200, b'{"status": "failed", "order_id": "o", "transaction_id": "t"}', {}),
            "provider_invalid_answer",
        ),
        ((200, b'{"status": ["success"]}', {}), "provider_invalid_answer"),
        ((200, b'{"order_id": "", "transaction_id": "t"}', {}), "provider_invalid_answer"),
        ((200, b"[]", {}), "provider_invalid_answer"),
    ],
)
def test_what_is_no_purchase_is_no_success_and_names_nobody(answer: Any, code: str) -> None:
    at = line(answer, said(404, "ORDER_NOT_FOUND"))
    with pytest.raises(ProviderError) as failed:
        at.buy()
    assert failed.value.code == code
    assert "example.org" not in str(failed.value)


@pytest.mark.parametrize(
    "step", ["pending_approval", "pending_guardian_approval", "requires_action"]
)
def test_a_purchase_that_waits_for_somebody_is_neither_bought_nor_failed(step: str) -> None:
    at = line((202, json.dumps({"status": step}).encode(), {}))
    assert (at.buy().waits_for, at.buy().order_id) == (step, "")


def test_an_answer_that_cannot_be_read_is_looked_up() -> None:
    at = line((200, b'{"status": "succ', {}), BOUGHT)
    assert at.buy().recovered
    assert at.asked == [PURCHASE, LOOK_UP]


def test_too_few_coins_are_no_failure_that_an_alarm_counts() -> None:
    at = line((400, b'{"current_balance": "1"}', {}))
    with pytest.raises(ProviderError, match="insufficient_balance"):
        at.buy()
    assert at.notes.named("call failed") == []


def test_a_refused_key_is_never_sent_again_and_a_new_one_once() -> None:
    at = line(said(401, "KEY_FOR_OTHER_ENVIRONMENT"))
    with pytest.raises(ProviderError, match="KEY_FOR_OTHER_ENVIRONMENT"):
        at.buy()
    assert (len(at.pool.sent), at.keyring.refreshes) == (1, 1)
    at = line(said(401, "UNAUTHORIZED"), BOUGHT, stored=NEW)
    assert at.buy().order_id == "ord_1"
    assert at.header("X-Game-Secret-Key") == ["ivsdk_test_old", "ivsdk_test_new"]


@pytest.mark.parametrize(
    "changes",
    [{"client_request_id": "sub_1"}, {"client_request_id": ""}, {"client_request_id": "a b"},
     {"quantity": 0}, {"quantity": 1001}, {"unit_price": "0.00"}, {"unit_price": "-1"},
     {"unit_price": "1.001"}, {"unit_price": "1e3"}, {"unit_price": "999999.99"}],
)  # fmt: skip
def test_what_invo_takes_from_nobody_is_not_sent(changes: dict[str, Any]) -> None:
    at = line(BOUGHT)
    with pytest.raises(AdminError):
        at.client.purchase_item(INVO, replace(SWORD, **changes))
    assert at.pool.sent == []


OK: Answer = (200, b"{}", {})


@pytest.mark.parametrize(
    "refusal", [said(401, "SDK_TOKEN_EXPIRED"), said(401, "x"), said(403, "PLAYER_TOKEN_STALE")]
)
def test_a_stale_token_in_the_middle_of_work_costs_one_login_and_no_call(refusal: Any) -> None:
    at = line(OK, refusal, OK, OK)
    for _ in range(3):
        assert at.me().status == 200
    assert at.header("Authorization") == [f"Bearer token-{n}" for n in (1, 1, 2, 2)]
    assert [each["player_email"] for each in at.minted] == ["ann@example.org"] * 2


def test_a_fresh_token_that_is_refused_too_is_not_replaced_again() -> None:
    at = line(said(401, "SDK_TOKEN_EXPIRED"))
    with pytest.raises(ProviderError, match="SDK_TOKEN_EXPIRED"):
        at.me()
    assert (len(at.pool.sent), len(at.minted)) == (2, 2)


def test_another_403_replaces_no_token() -> None:
    at = line(said(403, "PAYMENTS_PAUSED"))
    with pytest.raises(ProviderError, match="PAYMENTS_PAUSED"):
        at.me()
    assert (len(at.pool.sent), len(at.minted)) == (1, 1)


def test_a_revoked_key_rings_once_for_all_who_wait() -> None:
    at = line(OK, mint=401)
    for _ in range(5):
        with pytest.raises(TokenRefusedError):
            at.me()
    assert at.observer.failures == ["credentials_refused"]
    assert (len(at.minted), len(at.pool.sent)) == (1, 0)


ASKED = "GET item-purchases/order-details?client_request_id=rotation-check"


@pytest.mark.parametrize("answer", [said(404, "ORDER_NOT_FOUND"), BOUGHT])
def test_a_new_key_is_tried_by_a_call_that_changes_nothing(answer: Any) -> None:
    at = line(answer)
    InvoPairs(at.transport).check(INVO, NEW)
    assert (at.asked, at.header("X-Game-Secret-Key")) == ([ASKED], ["ivsdk_test_new"])


@pytest.mark.parametrize(
    "answer", [said(401, "UNAUTHORIZED"), said(403, "x"), said(400, "x"), (503, b"", {}), TIMEOUT]
)
def test_a_key_that_is_not_taken_is_not_promoted(answer: Any) -> None:
    with pytest.raises(PairRefusedError) as refused:
        InvoPairs(line(answer).transport).check(INVO, NEW)
    assert NEW.secret_key not in str(refused.value)


def test_nothing_is_asked_with_a_signing_secret_or_without_an_address() -> None:
    at = line(BOUGHT)
    InvoPairs(at.transport).check(an_integration("invo", "invo"), NEW)
    with pytest.raises(PairRefusedError, match="url"):
        InvoPairs(at.transport).check(an_integration("invo-calls", ACCOUNT), NEW)
    assert at.pool.sent == []
