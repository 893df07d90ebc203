"""What the casino's own API refuses: in which words, and that nothing changes."""

from typing import Any

import pytest

from testing.back_office import BackOffice, event_of
from testing.world import World

WALLET = "/players/ann/wallets/EUR"

REFUSED: list[tuple[str, str, dict[str, Any], int, str, str]] = [
    ("POST", "/players", {"player_id": "a b"}, 400, "invalid_request", "player_id does not"),
    ("POST", "/players", {"player_id": "%61nn"}, 400, "invalid_request", "player_id does not"),
    ("POST", "/players", {"player_id": ".."}, 400, "invalid_request", "player_id does not"),
    ("POST", "/players", {}, 400, "invalid_request", "player_id is missing"),
    ("POST", "/players", {"player_id": "b", "balance": 5}, 400, "invalid_request", "balance is no"),
    ("POST", "/players", {"player_id": "b", "name": ""}, 400, "invalid_request", "name must not"),
    (
        "POST",
        "/players",
        {"player_id": "b", "currencies": ["XXX"]},
        400,
        "unsupported_currency",
        "",
    ),
    ("POST", "/players", {"player_id": "b", "currencies": "EUR"}, 400, "invalid_request", "a list"),
    ("POST", "/players", {"player_id": "b", "kyc_level": "gold"}, 400, "invalid_request", "one of"),
    ("POST", "/players", {"player_id": "ann"}, 409, "player_exists", ""),
    ("PATCH", "/players/ann", {}, 400, "invalid_request", "at least one field"),
    ("PATCH", "/players/ann", {"blocked": True}, 400, "invalid_request", "blocked is no field"),
    ("PATCH", "/players/ann", {"country": "Germany"}, 400, "invalid_request", "two letters"),
    ("PATCH", "/players/bob", {"country": "DE"}, 404, "player_not_found", ""),
    ("POST", "/players/bob/block", {}, 404, "player_not_found", ""),
    ("POST", "/players/%61nn/block", {}, 404, "player_not_found", ""),
    ("POST", "/players/ann/block", {"reason": ""}, 400, "invalid_request", "reason must not be"),
    ("POST", "/players/ann/block", {"reason": " "}, 400, "invalid_request", "reason does not"),
    ("POST", "/players/ann/block", {"reason": "x" * 301}, 400, "invalid_request", "is too long"),
    ("POST", "/players/ann/block", {"reason": "a\nb"}, 400, "invalid_request", "reason does not"),
    ("POST", f"{WALLET}/deposits", {"amount": "5"}, 400, "invalid_request", "amount does not"),
    ("POST", f"{WALLET}/deposits", {"amount": 0}, 400, "invalid_request", "above 0"),
    ("POST", f"{WALLET}/deposits", {"amount": -1}, 400, "invalid_request", "from 0 to"),
    ("POST", f"{WALLET}/deposits", {"amount": True}, 400, "invalid_request", "amount does not"),
    ("POST", f"{WALLET}/deposits", {"amount": 1e13}, 400, "invalid_request", "from 0 to"),
    ("POST", f"{WALLET}/deposits", {"amount": 0.001}, 422, "amount_precision", "2 decimals"),
    ("POST", f"{WALLET}/deposits", {}, 400, "invalid_request", "amount is missing"),
    ("POST", "/players/ann/wallets/XXX/deposits", {"amount": 1}, 400, "unsupported_currency", ""),
    ("POST", "/players/bob/wallets/EUR/deposits", {"amount": 1}, 404, "player_not_found", ""),
    ("POST", "/players/bob/wallets/EUR/withdrawals", {"amount": 1}, 404, "player_not_found", ""),
    ("POST", "/players/ann/wallets/USD/withdrawals", {"amount": 1}, 404, "wallet_not_found", ""),
    ("POST", f"{WALLET}/withdrawals", {"amount": 0.01}, 402, "insufficient_funds", ""),
    ("POST", f"{WALLET}/loans", {"amount": 1}, 404, "not_found", ""),
    ("DELETE", "/players/ann", {}, 404, "not_found", ""),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "told"), REFUSED)
def test_what_cannot_be_done_is_named_and_changes_nothing(
    world: World,
    office: BackOffice,
    method: str,
    path: str,
    body: dict[str, Any],
    status: int,
    code: str,
    told: str,
) -> None:
    before = (world.accounts.player("ann"), list(world.accounts.wallets()))
    refused = office.ask(method, path, {"reason": "a test"} | body, "k-1")
    assert (refused.status, refused.error) == (status, code), refused.body
    assert told in refused.json["message"]
    assert refused.json["retryable"] is False
    assert refused.headers["X-Trace-Id"] == refused.json["trace_id"]
    assert (world.accounts.player("ann"), list(world.accounts.wallets())) == before
    assert world.accounts.player("b") is None


@pytest.mark.parametrize("key", [None, "", "a b", "k" * 129, "\N{EURO SIGN}"])
@pytest.mark.parametrize("path", ["/players/ann/block", f"{WALLET}/deposits"])
def test_every_change_needs_a_key(office: BackOffice, path: str, key: str | None) -> None:
    body = {"reason": "r"} | ({"amount": 1} if "deposits" in path else {})
    event = event_of("POST", path, body)
    if key is not None:
        event["headers"]["Idempotency-Key"] = key
    refused = office.send(event)
    assert (refused.status, refused.error) == (400, "invalid_request")
    assert "Idempotency-Key must be given once" in refused.json["message"]


def test_two_keys_are_no_key(office: BackOffice) -> None:
    event = event_of("POST", "/players/ann/block", {"reason": "r"})
    event["multiValueHeaders"] = {"Idempotency-Key": ["k-1", "k-2"]}
    assert office.send(event).error == "invalid_request"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed_json"),
        ('{"reason": "r", "reason": "s"}', 400, "malformed_json"),
        ("[]", 400, "malformed_json"),
        (None, 400, "malformed_json"),
        ('{"reason": "%s"}' % ("x" * 16_384), 413, "payload_too_large"),
    ],
)
def test_a_body_is_one_small_object(
    office: BackOffice, body: str | None, status: int, code: str
) -> None:
    refused = office.ask("POST", "/players/ann/block", body, "k-1")
    assert (refused.status, refused.error) == (status, code)


@pytest.mark.parametrize("identity", [None, {}, {"userArn": ""}, {"userArn": None}])
def test_nobody_is_served_whom_the_authorizer_does_not_name(
    world: World, office: BackOffice, identity: Any
) -> None:
    event = event_of("POST", f"{WALLET}/deposits", {"reason": "r", "amount": 5}, "k-1")
    event["requestContext"] = {"requestId": "r-1", "identity": identity}
    assert (office.send(event).status, office.send(event).error) == (404, "not_found")
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert wallet.balance_minor == 0


def test_a_corrected_request_may_keep_its_key(office: BackOffice) -> None:
    assert office.patch("/players/ann", "k-1", country="Germany").status == 400
    assert office.patch("/players/ann", "k-1", country="DE").status == 200
    assert office.move("deposits", 0.001, "k-2").status == 422
    assert office.move("deposits", 0.01, "k-2").status == 200


def test_a_refusal_stands_under_its_key(office: BackOffice) -> None:
    refused = office.move("withdrawals", 5, "out-1")
    office.move("deposits", 50)
    again = office.move("withdrawals", 5, "out-1")
    assert (again.body, again.is_replay) == (refused.body, True)
    unknown = office.post("/players/bob/block", "b-1")
    office.post("/players", player_id="bob")
    assert office.post("/players/bob/block", "b-1").body == unknown.body
