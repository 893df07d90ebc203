"""The line of a simulated studio: what goes wrong there, and that no money is lost by it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.game.line import Line
from sandbox.game.troubles import KINDS, TroubleError
from sandbox.provider.app import create_app
from sandbox.provider.config import ProviderConfig
from sandbox.provider.signatures import seal
from testing.broken_wallet.door import KEY, SECRET
from testing.broken_wallet.wallet import BrokenWallet
from testing.provider import InProcess, provider

ADDRESS = "http://wallet.test/hooks"
HERE = "http://provider.test"


def request(body: bytes = b'{"id":1}') -> httpx.Request:
    headers = {"X-Signature": "0" * 64}
    return httpx.Request("POST", ADDRESS, content=body, headers=headers)


class Far:
    """The other end of a line: notes what arrives."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []

    def __call__(self, sent: httpx.Request) -> httpx.Response:
        self.bodies.append(sent.content)
        self.signatures.append(sent.headers["x-signature"])
        return httpx.Response(200, json={"number": len(self.bodies)}, request=sent)


def carried(line: Line, far: Far, *bodies: bytes) -> list[int]:
    """Send bodies; returns the number of each answer, 0 where none came."""
    numbers = []
    for body in bodies:
        try:
            numbers.append(int(line.carry(request(body), far).json()["number"]))
        except httpx.TransportError:
            numbers.append(0)
    return numbers


@pytest.mark.parametrize(
    ("kind", "answers", "arrive"),
    [
        ("double", [1, 3, 4], [b"a", b"a", b"b", b"c"]),
        ("drop", [0, 1, 2], [b"b", b"c"]),
        ("drop-answer", [0, 2, 3], [b"a", b"b", b"c"]),
        ("reorder", [0, 1, 3], [b"b", b"a", b"c"]),
        ("down", [0, 1, 2], [b"b", b"c"]),
        ("signature", [1, 2, 3], [b"a", b"b", b"c"]),
        ("skew", [1, 2, 3], [b"a", b"b", b"c"]),
    ],
)
def test_a_trouble_meets_as_many_requests_as_it_is_armed_for_and_spares_the_rest(
    kind: str, answers: list[int], arrive: list[bytes]
) -> None:
    line, far = Line(), Far()
    line.arm({"kind": kind})
    assert carried(line, far, b"a", b"b", b"c") == answers
    assert far.bodies == arrive
    assert line.describe()["armed"] == []


@pytest.mark.parametrize("kind", ["reorder", "down"])
def test_copies_of_a_message_that_is_held_up_are_the_same_message(kind: str) -> None:
    line, far = Line(), Far()
    line.arm({"kind": kind})
    assert carried(line, far, b"a", b"a", b"a") == [0, 0, 0]
    assert far.bodies == []
    line.free()
    assert carried(line, far, b"a") == [1]


def test_a_trouble_lets_the_requests_before_it_pass_and_the_next_one_waits() -> None:
    line, far = Line(), Far()
    line.arm({"kind": "drop", "times": 2, "after": 1})
    line.arm({"kind": "double"})
    assert carried(line, far, b"a", b"b", b"c", b"d", b"e") == [1, 0, 0, 2, 4]
    assert far.bodies == [b"a", b"d", b"d", b"e"]
    told = [each["trouble"] for each in line.describe()["carried"]]
    assert told == ["", "drop", "drop", "double", "double, the copy", ""]


def test_a_delay_waits_as_long_as_it_is_told() -> None:
    line = Line()
    line.arm({"kind": "delay", "delay_s": 1.5})
    trip = line.trip(request())
    assert next(trip) == 1.5
    assert isinstance(next(trip), httpx.Request)


def test_one_digit_of_a_signature_is_another_and_of_one_request_alone() -> None:
    line, far = Line(), Far()
    line.arm({"kind": "signature"})
    carried(line, far, b"a", b"b")
    differ = [a != b for a, b in zip(*far.signatures, strict=True)]
    assert sum(differ) == 1


def test_clock_and_session_are_other_ones_for_the_requests_that_a_trouble_meets() -> None:
    line, far = Line(), Far()
    line.arm({"kind": "skew", "skew_s": -301})
    line.arm({"kind": "session", "session": "ended"})
    fields = {"session_id": "s", "amount": 1}
    assert (line.skew_s, line.told(fields)) == (-301, fields)
    carried(line, far, b"a")
    assert line.skew_s == 0
    assert line.told(fields) == {"session_id": "ended", "amount": 1}
    carried(line, far, b"no session", json.dumps(line.told(fields)).encode())
    assert line.told(fields) == fields


@pytest.mark.parametrize(
    "wanted",
    [
        {}, {"kind": "flood"}, {"kind": "drop", "times": 0}, {"kind": "drop", "times": 101},
        {"kind": "drop", "times": True}, {"kind": "drop", "after": -1}, {"kind": "drop", "x": 1},
        {"kind": "delay", "delay_s": 21}, {"kind": "delay", "delay_s": float("nan")},
        {"kind": "delay", "delay_s": "1"}, {"kind": "skew", "skew_s": 86_401},
        {"kind": "session"}, {"kind": "session", "session": 7},
    ],
)  # fmt: skip
def test_what_is_no_trouble_is_refused_with_words(wanted: dict[str, Any]) -> None:
    with pytest.raises(TroubleError, match=r"\w+ "):
        Line().arm(wanted)


@contextmanager
def playing(wallet: BrokenWallet) -> Iterator[tuple[httpx.Client, str]]:
    """A provider that plays at a wallet which checks signatures and times, and a game's path."""

    def answer(sent: httpx.Request) -> httpx.Response:
        names = ("Authorization", "X-Timestamp", "X-Signature")
        headers = [(name, sent.headers[name]) for name in names]
        status, body = wallet.handle("POST", headers, sent.content)
        return httpx.Response(status, content=body)

    config = ProviderConfig(ADDRESS, KEY, SECRET, HERE, games=30, providers=4, retry_pause_s=0)
    app = create_app(config, transport=httpx.MockTransport(answer))
    with asyncio.Runner() as runner:
        client = httpx.Client(transport=InProcess(app, runner), base_url=HERE)
        playable = {
            each["id"]
            for each in client.get("/admin/providers").json()["records"]
            if "EUR" in each["currencies"] and not each.get("deleted_at")
        }
        game = next(
            each["id"]
            for each in client.get("/admin/games").json()["records"]
            if each["status"] == "active"
            and not each.get("deleted_at")
            and each["provider_id"] in playable
        )
        wanted = {
            "game_id": game, "player_id": "p1", "player_name": "Lucky", "currency": "EUR",
            "session_id": wallet.seat("p1"), "balance": 1000,
        }  # fmt: skip
        body = json.dumps(wanted).encode()
        headers = seal(config.credential, body, datetime.now(UTC))
        opened = client.post("/igsp/v1/sessions", content=body, headers=headers)
        yield client, opened.json()["url"].removeprefix(HERE)


def books(client: httpx.Client, game: str) -> Decimal:
    """Let the provider send what it owes; returns what its books say that the rounds moved."""
    told = client.post(f"{game}/settle").json()
    assert told["owed"] == 0
    return sum((Decimal(played["net"]) for played in told["rounds"]), Decimal(0))


def play(client: httpx.Client, game: str, armed: dict[str, Any], rounds: int) -> None:
    if "session" in KINDS[armed["kind"]]:
        armed = armed | {"session": "s-ended"}
    assert client.post("/admin/line", json=armed).status_code == 201
    for _ in range(rounds):
        client.post(f"{game}/spin", json={"stake": "5.00"})


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("times", [1, 3, 9])
@pytest.mark.parametrize("kind", KINDS)
def test_the_money_holds_whatever_happens_on_the_line(kind: str, times: int, after: int) -> None:
    wallet = BrokenWallet()
    with playing(wallet) as (client, game):
        wallet.seat("ended", "closed")
        wallet.sessions["s-ended"].player = "p1"
        armed: dict[str, Any] = {"kind": kind, "times": times, "after": after}
        play(client, game, armed | ({"delay_s": 0} if kind == "delay" else {}), 4)
        client.delete("/admin/line")
        moved = books(client, game)
        assert wallet.balances["p1", "EUR"] == 1_000_00 + moved * 100
        assert client.get(f"{game}/books").json()["owed"] == 0


def test_a_wallet_that_pays_copies_again_is_found_out() -> None:
    wallet = BrokenWallet(frozenset({"bet replays move money"}))
    with playing(wallet) as (client, game):
        play(client, game, {"kind": "double", "times": 40}, 20)
        assert wallet.balances["p1", "EUR"] != 1_000_00 + books(client, game) * 100


def test_what_a_win_is_owed_the_player_gets_as_soon_as_the_wallet_answers() -> None:
    with provider() as there:
        there.launch()
        there.wallet.script += [httpx.Response(200, json={"balance": 99})]
        there.wallet.script += [httpx.Response(503)] * 4
        [played] = there.control.play("sess-1", stake="1.00", win="5.00")
        assert (played["error"], played["win"], played["net"]) == ("win_unanswered", None, None)
        there.control.play("sess-1", stake="1.00", win="0")
        first, _ = there.control.session("sess-1")["rounds"]
        assert (first["error"], first["win"], first["net"]) == ("", "5.00", "4.00")
        wins = [each for each in there.wallet.hooks if each["action"] == "win"]
        assert len({each["transaction_id"] for each in wins[:5]}) == 1


def test_the_line_refuses_nonsense_and_pages_of_others() -> None:
    with provider() as there:
        assert there.client.post("/admin/line", json={"kind": "flood"}).status_code == 400
        assert there.client.post("/admin/line", json=["drop"]).status_code == 400
        page = {"Origin": "https://evil.test"}
        for method in ("GET", "POST", "DELETE"):
            assert there.client.request(method, "/admin/line", headers=page).status_code == 403
