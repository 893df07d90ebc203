"""Reservations: money that waits for a payout, is paid out whole or given back, and once."""

import pytest

from casino.accounts.store.reservations import DynamoDbReservations
from casino.wallet.proof.verify import Verifier
from casino.wiring.accounts import accounts_endpoint
from casino.wiring.settings import load_settings
from testing.back_office import BackOffice
from testing.world import World
from tests.functional.accounts.conftest import Audit
from tests.functional.wallet.interrupted import Wire

WALLET = "/players/ann/wallets/EUR"


@pytest.fixture
def funded(office: BackOffice) -> BackOffice:
    """The same, and EUR 100.00 in ann's wallet."""
    assert office.move("deposits", 100).status == 200
    return office


def money(world: World) -> tuple[int, int]:
    """Balance and reserved funds in cents."""
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    return wallet.balance_minor, wallet.reserved_minor


def reserve(office: BackOffice, amount: float) -> str:
    made = office.move("reservations", amount)
    assert made.status == 201, made.body
    return str(made.json["reservation_id"])


def release(office: BackOffice, name: str, key: str | None = None) -> str:
    answer = office.post(f"{WALLET}/reservations/{name}/release", key)
    return "released" if answer.status == 200 else answer.error


def test_reservations_add_up_and_are_released_one_by_one(world: World, funded: BackOffice) -> None:
    first, second = reserve(funded, 30), reserve(funded, 70)
    assert money(world) == (100_00, 100_00)
    assert funded.move("reservations", 0.01).error == "insufficient_funds"
    assert funded.move("withdrawals", 0.01).error == "insufficient_funds"
    assert release(funded, first) == "released"
    assert money(world) == (100_00, 70_00)
    assert (release(funded, first), release(funded, second)) == ("reservation_over", "released")
    assert money(world) == (100_00, 0)


def test_a_withdrawal_that_names_a_reservation_pays_it_out_once(
    world: World, funded: BackOffice
) -> None:
    name = reserve(funded, 60)
    funded.move("withdrawals", 40)
    paid = funded.move("withdrawals", 60, "out-1", reservation_id=name)
    assert (paid.status, paid.json["spendable"]) == (200, "0.00")
    assert money(world) == (0, 0)
    told = funded.ask("GET", "/transactions/out-1").json
    assert (told["reservation_id"], told["refunds_bet"]) == (name, None)
    again = funded.move("withdrawals", 60, "out-1", reservation_id=name)
    assert (again.body, again.is_replay) == (paid.body, True)
    other = funded.move("withdrawals", 60, "out-2", reservation_id=name)
    assert other.error == release(funded, name) == "reservation_over"
    assert Verifier(world.history).everything().faults == ()


def test_only_its_own_wallet_and_its_own_amount_use_a_reservation(
    world: World, funded: BackOffice
) -> None:
    name = reserve(funded, 60)
    funded.post("/players", player_id="bob")
    for path in ("/players/bob/wallets/EUR", "/players/ann/wallets/USD"):
        assert funded.post(f"{path}/deposits", amount=60).status == 200
        taken = funded.post(f"{path}/withdrawals", amount=60, reservation_id=name)
        given = funded.post(f"{path}/reservations/{name}/release")
        assert taken.error == given.error == "reservation_not_found"
    assert funded.move("withdrawals", 59, reservation_id=name).error == "reservation_mismatch"
    assert funded.move("withdrawals", 1, reservation_id="x").error == "reservation_not_found"
    assert release(funded, "%72es-1") == "reservation_not_found"
    assert money(world) == (100_00, 60_00)


def test_the_reservation_is_part_of_what_a_key_means(funded: BackOffice) -> None:
    name = reserve(funded, 10)
    funded.move("withdrawals", 10, "out-1")
    other = funded.move("withdrawals", 10, "out-1", reservation_id=name)
    assert other.error == "transaction_mismatch"


def test_copies_of_a_reservation_and_of_a_release_are_one(world: World, funded: BackOffice) -> None:
    first, again = (funded.move("reservations", 10, "hold-1") for _ in range(2))
    assert (again.body, again.is_replay) == (first.body, True)
    assert money(world) == (100_00, 10_00)
    name = first.json["reservation_id"]
    assert funded.move("reservations", 11, "hold-1").error == "transaction_mismatch"
    assert [release(funded, name, "free-1") for _ in range(2)] == ["released", "released"]
    assert release(funded, name, "free-2") == "reservation_over"
    assert money(world) == (100_00, 0)


def test_a_reservation_that_was_refused_stays_refused(funded: BackOffice) -> None:
    refused = funded.move("reservations", 101, "hold-1")
    funded.move("deposits", 10)
    again = funded.move("reservations", 101, "hold-1")
    assert (again.body, again.is_replay, again.error) == (
        *(refused.body, True, "insufficient_funds"),
    )


def test_each_step_of_a_reservation_is_on_record(
    world: World, funded: BackOffice, audit: Audit
) -> None:
    paid, freed = reserve(funded, 10), reserve(funded, 5)
    release(funded, freed)
    funded.move("withdrawals", 10, "out-1", reservation_id=paid)
    assert [(r.what, r.old, r.new, r.detail) for r in audit()[2:]] == [
        ("reserve", "0.00 EUR", "10.00 EUR", f"10.00 EUR, reservation {paid}"),
        ("reserve", "10.00 EUR", "15.00 EUR", f"5.00 EUR, reservation {freed}"),
        ("release reservation", "15.00 EUR", "10.00 EUR", f"5.00 EUR, reservation {freed}"),
        (
            *("withdrawal", "100.00 EUR", "90.00 EUR"),
            f"10.00 EUR, transaction out-1, reservation {paid}",
        ),
    ]
    made = DynamoDbReservations(world.client, world.tables).get(paid)
    assert made is not None
    assert (made.state, made.paid_by) == ("paid", "out-1")


def test_a_release_that_is_overtaken_by_another_frees_nothing_twice(
    world: World, funded: BackOffice
) -> None:
    name, wire = reserve(funded, 10), Wire(world.client)
    settings = load_settings(world.environment)
    slow = BackOffice(accounts_endpoint(wire, settings).handle)

    def meanwhile() -> None:
        """Somebody releases it, and reserves as much again: the sum is what it was."""
        assert release(funded, name) == "released"
        reserve(funded, 10)

    wire.before["transact_write_items"] = meanwhile
    assert release(slow, name) == "reservation_over"
    assert money(world) == (100_00, 10_00)
