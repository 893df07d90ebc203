"""The simulated Invo keeps its side of the protocol: signatures, retries, tokens, items, faults."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from casino.dialects.invo.signature import InvoFamily
from casino.signing.pair import CURRENT, PREVIOUS, Pair
from casino.signing.scheme import Message
from sandbox.invo.app import app_of
from sandbox.invo.caller import Caller
from sandbox.invo.platform import ATTEMPTS, FIRST_PAUSE_S, Platform
from testing.provider import InProcess

OLD, NEW, KEY = "whsec_test_old_0123456789", "whsec_test_new_0123456789", "ivsdk_test_1"
CALLER = Caller(
    "https://casino.test/hook", "game-1", OLD, KEY, "p1", "ann@example.org", "id_1", "EUR"
)


@dataclass
class Casino:
    """Takes deliveries with the statuses it is told; the last one again and again."""

    statuses: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.got.append((headers, body))
        return self.statuses[min(len(self.got), len(self.statuses)) - 1]


def platform(casino: Casino) -> Platform:
    return Platform(CALLER, lambda: 1_760_702_625.0, casino.post)


def verified(got: tuple[dict[str, str], bytes], at: float, *pairs: Pair) -> str:
    headers, body = got
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    lower = {name.lower(): [value] for name, value in headers.items()}
    return InvoFamily().verify(Message(body, lower), pairs, at)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_delivery_is_signed_as_our_family_verifies_it(zipped: bool) -> None:
    casino = Casino()
    simulated = platform(casino)
    simulated.tell(CALLER.event("webhook.test", {}), zipped=zipped)
    pair = Pair("game-1", OLD, CURRENT)
    assert verified(casino.got[0], simulated.now(), pair) == CURRENT


def test_after_a_rotation_both_secrets_sign() -> None:
    casino = Casino()
    simulated = platform(casino)
    simulated.rotate(NEW)
    simulated.tell(CALLER.event("webhook.test", {}))
    for pair in (Pair("game-1", OLD, PREVIOUS), Pair("game-1", NEW, CURRENT)):
        assert verified(casino.got[0], simulated.now(), pair) == pair.label


def test_anything_but_2xx_is_repeated_with_a_growing_pause_and_signed_anew() -> None:
    casino = Casino([500, 404, 302, 0, 204])
    simulated = platform(casino)
    sent = simulated.tell(CALLER.event("webhook.test", {}))
    simulated.advance(FIRST_PAUSE_S - 1)
    assert sent.statuses == [500]
    simulated.advance(1)
    assert sent.statuses == [500, 404]
    simulated.advance(2 * FIRST_PAUSE_S)
    simulated.advance(24 * 3600)
    assert sent.statuses == [500, 404, 302, 0, 204]
    stamps = [headers["X-Invo-Signature"].partition(",")[0] for headers, _ in casino.got]
    assert len(set(stamps)) == 5
    assert len({body for _, body in casino.got}) == 1


def test_a_delivery_that_nobody_takes_is_given_up() -> None:
    casino = Casino([503])
    simulated = platform(casino)
    sent = simulated.tell(CALLER.event("webhook.test", {}), lost=True)
    simulated.advance(7 * 24 * 3600)
    assert (sent.statuses[0], len(sent.statuses), sent.over) == (0, ATTEMPTS, True)
    assert len(casino.got) == ATTEMPTS - 1


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with asyncio.Runner() as runner:
        transport = InProcess(app_of(platform(Casino())), runner)
        yield httpx.Client(transport=transport, base_url="http://127.0.0.1")


def mint(client: httpx.Client) -> Any:
    asked = {"player_email": "ann@example.org"}
    return client.post("/api/sdk/player-token", json=asked, headers={"X-Game-Secret-Key": KEY})


def me(client: httpx.Client, token: str) -> Any:
    return client.get("/api/sdk/me", headers={"Authorization": f"Bearer {token}"})


def test_a_token_lives_as_long_as_it_says(client: httpx.Client) -> None:
    token = mint(client).json()["token"]
    assert me(client, token).status_code == 200
    client.post("/admin/clock", json={"advance_s": 901})
    assert me(client, token).json()["code"] == "SDK_TOKEN_EXPIRED"


@pytest.mark.parametrize(
    ("faults", "act", "status"),
    [
        ({"key_revoked": True}, mint, 401),
        ({"errors": 1}, mint, 503),
        ({"busy": 1}, mint, 429),
        ({"tokens_stale": 1}, lambda c: me(c, mint(c).json()["token"]), 403),
    ],
)
def test_a_fault_hits_when_it_is_told(
    client: httpx.Client, faults: dict[str, Any], act: Callable[[httpx.Client], Any], status: int
) -> None:
    client.post("/admin/faults", json=faults)
    assert act(client).status_code == status


def test_an_item_is_sold_once_and_its_lost_answer_can_be_looked_up(client: httpx.Client) -> None:
    client.post("/admin/faults", json={"answers_lost": 1})
    asked = {"client_request_id": "r1", "item_id": "sword", "total_price": "2.50"}
    key = {"X-Game-Secret-Key": KEY}
    statuses = [
        client.post("/api/item-purchases/purchase-item", json=asked, headers=key).status_code
        for _ in range(2)
    ]
    assert statuses == [503, 409]
    found = client.get("/api/item-purchases/order-details?client_request_id=r1", headers=key)
    assert found.json()["order"]["item_id"] == "sword"
    assert len(client.get("/admin/state").json()["items"]) == 1


def test_a_delivery_can_be_asked_for(client: httpx.Client) -> None:
    asked = {"event_type": "purchase.completed", "data": CALLER.purchase("o1", "1.00")}
    sent = client.post("/admin/events", json=asked).json()
    assert sent["statuses"] == [200]
    assert json.loads(json.dumps(sent["event"]))["tenant_id"] == "game-1"
