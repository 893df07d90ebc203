"""The casino's own API over HTTP, on the deployed stack with its roles enforced.

The emulator refuses who signs nothing, and does not check a signature: that each route demands one
is the template's rule (tests/unit/template).
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from casino.dialects.registry import family
from casino.wallet.proof.verify import Verifier
from sandbox.demo import Seat
from sandbox.up import Casino, open_seat
from testing.back_office import ApiReply
from testing.iam import signed_for_iam

#: How many copies of one deposit leave at once: `make races` for 64. Each starts an environment.
COPIES: Final = int(os.environ.get("API_COPIES", "6"))
#: How often a copy that learnt nothing is sent again.
TRIES: Final = 20


def send(
    casino: Casino,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    key: str = "",
    reason: str | None = "a test",
) -> ApiReply:
    """Send a request signed for IAM; a change has a reason, and a key of its own unless given."""
    url, text = f"{casino.stack.base_url}{path}", ""
    if method != "GET":
        text = json.dumps(({"reason": reason} if reason else {}) | (body or {}))
    headers = signed_for_iam(method, url, text)
    headers |= {"Idempotency-Key": key or str(uuid4())} if text else {}
    answer = httpx.request(method, url, content=text, headers=headers, timeout=40)
    return ApiReply(answer.status_code, answer.text, answer.headers)


def settled(ask: Callable[[], ApiReply]) -> list[ApiReply]:
    """Send until the answer is definitive; return every answer."""
    answers = []
    for _ in range(TRIES):
        # Who gives up waiting knows nothing either: the same request settles it.
        with suppress(httpx.TransportError):
            answers.append(ask())
            if answers[-1].status < 500:
                return answers
    raise AssertionError([answer.body for answer in answers])


def at_once(ask: Callable[[], ApiReply], copies: int) -> list[ApiReply]:
    """Send copies that start together, each until it is settled; return the last answers."""
    ready = Barrier(copies)

    def one(_: int) -> ApiReply:
        ready.wait()
        return settled(ask)[-1]

    with ThreadPoolExecutor(copies) as pool:
        return list(pool.map(one, range(copies)))


@pytest.fixture
def player_id(casino: Casino) -> str:
    """A player whom the API has made, with an empty EUR wallet."""
    name = f"api-{uuid4()}"
    made = send(casino, "POST", "/players", {"player_id": name, "currencies": ["EUR"]})
    assert made.status == 201, made.body
    return name


def test_every_route_does_what_it_says_and_leaves_its_record(
    casino: Casino, player_id: str
) -> None:
    player, wallet = f"/players/{player_id}", f"/players/{player_id}/wallets/EUR"
    post = partial(send, casino, "POST")
    assert send(casino, "PATCH", player, {"country": "DE"}).json["changed"] == ["country"]
    assert send(casino, "GET", player).json["profile"]["country"] == "DE"
    assert post(f"{player}/block").json["blocked"] is True
    assert post(f"{player}/unblock").json["blocked"] is False
    paid_in = post(f"{wallet}/deposits", {"amount": 20.5}, f"in-{player_id}")
    assert (paid_in.status, paid_in.json["spendable"]) == (200, "20.50")
    held, freed = (post(f"{wallet}/reservations", {"amount": 5}).json for _ in range(2))
    assert post(f"{wallet}/reservations/{freed['reservation_id']}/release").status == 200
    named = {"amount": 5, "reservation_id": held["reservation_id"]}
    assert post(f"{wallet}/withdrawals", named).json["spendable"] == "15.50"
    assert post(f"{wallet}/withdrawals", {"amount": 16}).error == "insufficient_funds"
    told = casino.operations.audit.records(f"player#{player_id}")
    assert [record.what for record in told] == [
        *("add player", "set profile", "block", "unblock", "deposit", "reserve", "reserve"),
        *("release reservation", "withdrawal", "withdrawal"),
    ]
    assert {(record.reason, bool(record.who)) for record in told} == {("a test", True)}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/players", {"player_id": "{player}"}, 409, "player_exists"),
        ("POST", "/players", {"player_id": "a b"}, 400, "invalid_request"),
        (
            "POST",
            "/players/{player}/wallets/EUR/deposits",
            {"amount": 0.001},
            422,
            "amount_precision",
        ),
        (
            "POST",
            "/players/{player}/wallets/EUR/withdrawals",
            {"amount": 1},
            402,
            "insufficient_funds",
        ),
        (
            "POST",
            "/players/{player}/wallets/XXX/deposits",
            {"amount": 1},
            400,
            "unsupported_currency",
        ),
        ("POST", "/players/nobody/block", {}, 404, "player_not_found"),
        (
            "POST",
            "/players/{player}/wallets/EUR/reservations/res-0/release",
            {},
            404,
            "reservation_not_found",
        ),
        ("GET", "/players/nobody", None, 404, "player_not_found"),
    ],
)
def test_errors_arrive_as_they_are_documented(
    casino: Casino,
    player_id: str,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    status: int,
    code: str,
) -> None:
    given = json.loads(json.dumps(body).replace("{player}", player_id))
    answer = send(casino, method, path.replace("{player}", player_id), given)
    assert (answer.status, answer.error) == (status, code)


def test_nobody_is_served_who_signs_nothing(casino: Casino, player_id: str) -> None:
    url = f"{casino.stack.base_url}/players/{player_id}/wallets/EUR/deposits"
    headers = {"Idempotency-Key": str(uuid4())}
    answer = httpx.post(url, json={"amount": 5, "reason": "theft"}, headers=headers)
    assert answer.status_code == 403
    (wallet,) = casino.operations.players.wallets(player_id)
    assert wallet.balance_minor == 0


def test_copies_of_one_deposit_at_once_pay_in_once(casino: Casino, player_id: str) -> None:
    path, key = f"/players/{player_id}/wallets/EUR/deposits", f"once-{player_id}"
    answers = at_once(partial(send, casino, "POST", path, {"amount": 12.34}, key), COPIES)
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    (wallet,) = casino.operations.players.wallets(player_id)
    assert (wallet.balance_minor, wallet.seq) == (12_34, 1)
    told = Counter(r.what for r in casino.operations.audit.records(f"player#{player_id}"))
    assert told == {"add player": 1, "deposit": 1}


def test_copies_of_a_reservation_and_of_a_block_change_once(casino: Casino, player_id: str) -> None:
    player = f"/players/{player_id}"
    send(casino, "POST", f"{player}/wallets/EUR/deposits", {"amount": 10})
    for path, body in (
        (f"{player}/wallets/EUR/reservations", {"amount": 4}),
        (f"{player}/block", {}),
    ):
        ask = partial(send, casino, "POST", path, body, str(uuid4()))
        answers = at_once(ask, 4)
        assert len({(answer.status, answer.body) for answer in answers}) == 1
    (wallet,) = casino.operations.players.wallets(player_id)
    assert (wallet.reserved_minor, wallet.blocked) == (4_00, True)
    told = Counter(r.what for r in casino.operations.audit.records(f"player#{player_id}"))
    assert (told["reserve"], told["block"]) == (1, 1)


def test_deposits_and_payouts_that_race_with_bets_keep_every_cent(casino: Casino) -> None:
    seat = open_seat(casino.operations, f"race-{uuid4()}", "EUR", "100.00")
    wallet = f"/players/{seat.player_id}/wallets/EUR"
    held = send(casino, "POST", f"{wallet}/reservations", {"amount": 30}).json["reservation_id"]
    moves: list[tuple[str, dict[str, Any]]] = [("deposits", {"amount": 1.01})] * 8
    moves += [("withdrawals", {"amount": 2.02})] * 4
    moves += [("withdrawals", {"amount": 30, "reservation_id": held})] * 3
    asks = [
        partial(send, casino, "POST", f"{wallet}/{kind}", body, str(uuid4()))
        for kind, body in moves
    ]
    asks += [partial(bet, casino, seat, f"bet-{uuid4()}") for _ in range(10)]
    random.Random(13).shuffle(asks)
    with ThreadPoolExecutor(COPIES) as pool:
        answers = [tries[-1] for tries in pool.map(settled, asks)]
    refused = [answer.error for answer in answers if answer.status != 200]
    assert refused == ["reservation_over"] * 2
    (after,) = casino.operations.players.wallets(seat.player_id)
    left_minor = 100_00 + 8 * 1_01 - 4 * 2_02 - 30_00 - 10 * 50
    assert (after.balance_minor, after.reserved_minor) == (left_minor, 0)
    assert Verifier(casino.operations.history).wallet(seat.player_id, "EUR").faults == ()


def bet(casino: Casino, seat: Seat, transaction_id: str) -> ApiReply:
    """Bet EUR 0.50 at the one URL of iGSP."""
    body = {
        "action": "bet",
        "player_id": seat.player_id,
        "currency": seat.currency,
        "session_id": seat.session_id,
        "amount": 0.5,
        "type": "bet",
        "game_id": "game-1",
        "round_id": transaction_id,
        "transaction_id": transaction_id,
    }
    sent = json.dumps(body).encode()
    headers = family("igsp").sign(sent, casino.credentials, time.time())
    answer = httpx.post(casino.stack.hooks_url, content=sent, headers=headers, timeout=40)
    return ApiReply(answer.status_code, answer.text, answer.headers)
