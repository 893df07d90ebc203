"""64 copies of one change at once, on MiniStack: each in a thread, with the function's own code.

The threads share a process, as no Lambda does, but no state: what orders them is DynamoDB.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest

from casino.audit.model import of_player
from casino.audit.store import DynamoDbAudit
from casino.wallet.proof.verify import Verifier
from casino.wiring.accounts import accounts_endpoint
from casino.wiring.settings import load_settings
from testing.back_office import ApiReply, BackOffice
from testing.world import World, build_tables

COPIES = 64
#: How often a copy that learnt nothing is sent again.
TRIES = 50
WALLET = "/players/ann/wallets/EUR"


@pytest.fixture
def world(aws: dict[str, str]) -> World:
    return build_tables(f"api-{uuid4().hex}")


@pytest.fixture
def office(world: World) -> BackOffice:
    """The API, and ann with EUR 100.00."""
    settings = load_settings(world.environment)
    office = BackOffice(accounts_endpoint(world.client, settings).handle)
    assert office.post("/players", player_id="ann", currencies=["EUR"]).status == 201
    assert office.move("deposits", 100).status == 200
    return office


def crowd(ask: Callable[[], ApiReply]) -> list[ApiReply]:
    """Send copies that start together, each until its answer is definitive."""
    ready = Barrier(COPIES)

    def one(_: int) -> ApiReply:
        ready.wait()
        for _ in range(TRIES):
            if (answer := ask()).status < 500:
                return answer
            assert answer.json["retryable"] is True
        raise AssertionError(answer.body)

    with ThreadPoolExecutor(COPIES) as pool:
        return list(pool.map(one, range(COPIES)))


@pytest.mark.parametrize("change", ["deposits", "withdrawals", "reservations"])
def test_64_copies_at_once_move_money_once(world: World, office: BackOffice, change: str) -> None:
    answers = crowd(partial(office.move, change, 12.34, "once"))
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert (wallet.balance_minor, wallet.reserved_minor) == {
        "deposits": (112_34, 0),
        "withdrawals": (87_66, 0),
        "reservations": (100_00, 12_34),
    }[change]
    told = Counter(r.what for r in DynamoDbAudit(world.client, world.tables).records("player#ann"))
    kept = {"deposits": "deposit", "withdrawals": "withdrawal", "reservations": "reserve"}[change]
    assert told[kept] == 1 + (kept == "deposit")
    assert Verifier(world.history).everything().faults == ()


def test_64_payouts_at_once_pay_one_reservation_out_once(world: World, office: BackOffice) -> None:
    name = office.move("reservations", 60).json["reservation_id"]
    answers = crowd(partial(office.move, "withdrawals", 60, reservation_id=name))
    codes = Counter("ok" if a.status == 200 else a.error for a in answers)
    assert codes == {"ok": 1, "reservation_over": COPIES - 1}
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert (wallet.balance_minor, wallet.reserved_minor) == (40_00, 0)
    records = DynamoDbAudit(world.client, world.tables).records(of_player("ann"))
    assert Counter(r.what for r in records)["withdrawal"] == 1
