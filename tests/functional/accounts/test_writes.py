"""Each change of the casino's own API: what it does, what its copies get, what the audit says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from casino.wallet.model import PLATFORM, Entry
from sandbox.events import SAMPLES, Moment, signed
from testing.back_office import CASHIER, ApiReply, BackOffice
from testing.launching import Output
from testing.world import World
from tests.functional.accounts.conftest import Audit

WALLET = "/players/ann/wallets/EUR"


def test_a_player_is_created_with_wallets_and_profile(world: World, office: BackOffice) -> None:
    body = {"player_id": "bob", "currencies": ["EUR", "JPY"], "country": "de", "name": "Fox"}
    made = office.post("/players", **body)
    assert (made.status, made.json) == (
        *(201, {"player_id": "bob", "blocked": False, "currencies": ["EUR", "JPY"]}),
    )
    player = world.accounts.player("bob")
    assert player is not None
    assert (player.country, player.name, player.birth_date) == ("DE", "Fox", None)
    assert [w.currency for w in world.accounts.wallets("bob")] == ["EUR", "JPY"]


def test_a_player_is_shown(office: BackOffice) -> None:
    office.patch("/players/ann", country="DE")
    shown = office.ask("GET", "/players/ann")
    profile = {"name": None, "country": "DE", "birth_date": None, "kyc_level": None}
    assert (shown.status, shown.json) == (
        200,
        {
            "player_id": "ann",
            "blocked": False,
            "created_at": shown.json["created_at"],
            "profile": profile,
        },
    )
    assert shown.headers["Cache-Control"] == "no-store"
    assert office.ask("GET", "/players/bob").error == "player_not_found"


def test_a_profile_changes_field_by_field(world: World, office: BackOffice) -> None:
    office.patch("/players/ann", country="DE", kyc_level="basic", name="Fox")
    changed = office.patch("/players/ann", name=None, birth_date="1990-12-31")
    assert changed.json == {"player_id": "ann", "changed": ["birth_date", "name"]}
    player = world.accounts.player("ann")
    assert player is not None
    known = (player.name, player.country, player.birth_date, player.kyc_level)
    assert known == (None, "DE", "1990-12-31", "basic")


def test_a_block_stops_wallets_and_can_be_lifted(world: World, office: BackOffice) -> None:
    assert office.post("/players/ann/block").json == {"player_id": "ann", "blocked": True}
    assert [wallet.blocked for wallet in world.accounts.wallets("ann")] == [True]
    assert office.post("/players/ann/unblock").json == {"player_id": "ann", "blocked": False}
    assert [wallet.blocked for wallet in world.accounts.wallets("ann")] == [False]


def test_money_is_deposited_and_withdrawn_to_the_cent(world: World, office: BackOffice) -> None:
    paid_in = office.move("deposits", 100, "in-1")
    assert paid_in.json == {
        "transaction_id": "in-1",
        "reference": paid_in.json["reference"],
        "kind": "deposit",
        "player_id": "ann",
        "currency": "EUR",
        "amount": "100.00",
        "spendable": "100.00",
    }
    paid_out = office.move("withdrawals", 0.07, "out-1")
    assert (paid_out.json["amount"], paid_out.json["spendable"]) == ("0.07", "99.93")
    entry = world.history.find(PLATFORM, "out-1")
    assert isinstance(entry, Entry)
    assert (entry.kind, entry.amount_minor, entry.balance_after_minor) == ("withdrawal", 7, 9_993)


def test_the_first_deposit_opens_the_wallet_in_the_currencys_own_units(
    world: World, office: BackOffice
) -> None:
    for currency, amount, minor in (("JPY", 5, 5), ("BHD", 1.001, 1_001), ("USD", 1e1, 1_000)):
        made = office.post(f"/players/ann/wallets/{currency}/deposits", amount=amount)
        wallet = world.accounts.wallet("ann", currency)
        assert wallet is not None
        assert (made.status, wallet.balance_minor) == (200, minor)


def test_a_blocked_player_is_paid_as_operators_pay(office: BackOffice) -> None:
    office.post("/players/ann/block")
    assert office.move("deposits", 10).status == 200
    assert office.move("withdrawals", 10).status == 200


def test_the_sample_event_pays_in_and_its_copies_pay_in_again(
    world: World, office: BackOffice
) -> None:
    office.post("/players", player_id="p_demo_1")
    sample = json.loads((SAMPLES / "accounts" / "deposit.json").read_text("utf-8"))
    copies = [signed(sample, "accounts", {}, Moment(0, run, "")) for run in ("a", "b")]
    assert [office.send(event).status for event in (sample, *copies, *copies)] == [200] * 5
    wallet = world.accounts.wallet("p_demo_1", "EUR")
    assert wallet is not None
    assert wallet.balance_minor == 30_00


CHANGES: dict[str, Callable[[BackOffice, str], ApiReply]] = {
    "add": lambda o, key: o.post("/players", key, player_id="bob", currencies=["EUR"]),
    "profile": lambda o, key: o.patch("/players/ann", key, kyc_level="verified"),
    "block": lambda o, key: o.post("/players/ann/block", key),
    "unblock": lambda o, key: o.post("/players/ann/unblock", key),
    "deposit": lambda o, key: o.move("deposits", 12.5, key),
    "withdrawal": lambda o, key: o.move("withdrawals", 2.5, key),
    "refused withdrawal": lambda o, key: o.move("withdrawals", 1_000, key),
    "refused profile": lambda o, key: o.patch("/players/nobody", key, kyc_level="verified"),
    "refused player": lambda o, key: o.post("/players", key, player_id="ann"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_gets_the_same_bytes_and_changes_nothing(
    world: World, office: BackOffice, audit: Audit, change: str
) -> None:
    office.move("deposits", 100)
    first = CHANGES[change](office, "once")
    before = (list(world.accounts.wallets("ann")), world.accounts.player("ann"), audit())
    again = CHANGES[change](office, "once")
    assert (first.is_replay, again.is_replay) == (False, True)
    assert (again.status, again.body) == (first.status, first.body)
    assert (list(world.accounts.wallets("ann")), world.accounts.player("ann"), audit()) == before


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("/players", {"player_id": "bob"}, {"player_id": "cid"}),
        ("/players", {"player_id": "bob"}, {"player_id": "bob", "currencies": ["EUR"]}),
        ("/players", {"player_id": "bob"}, {"player_id": "bob", "name": "Fox"}),
        (f"{WALLET}/deposits", {"amount": 1}, {"amount": 1.01}),
        (f"{WALLET}/withdrawals", {"amount": 1}, {"amount": 2}),
    ],
)
def test_another_request_under_the_key_is_a_mismatch(
    office: BackOffice, path: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    made = office.post(path, "once", **first)
    other = office.post(path, "once", **second)
    assert (other.status, other.error) == (409, "transaction_mismatch")
    assert office.post(path, "once", **first).body == made.body


def test_a_key_is_of_one_player_and_one_verb(office: BackOffice) -> None:
    office.post("/players", player_id="bob", currencies=["EUR"])
    office.post("/players/ann/block", "once")
    for other in ("/players/bob/block", "/players/ann/unblock"):
        assert office.post(other, "once").error == "transaction_mismatch"
    office.move("deposits", 5, "money")
    assert office.move("withdrawals", 5, "money").error == "transaction_mismatch"
    foreign = office.post("/players/bob/wallets/EUR/deposits", "money", amount=5)
    assert foreign.error == "transaction_mismatch"


def test_an_amount_is_the_same_however_it_is_written(office: BackOffice) -> None:
    written = ('{"amount": 5, "reason": "r"}', '{"amount": 5.00, "reason": "r"}')
    first, again = (office.ask("POST", f"{WALLET}/deposits", body, "m") for body in written)
    assert (first.status, again.is_replay) == (200, True)


def test_a_late_copy_of_a_block_that_changed_nothing_blocks_nobody(
    world: World, office: BackOffice
) -> None:
    office.patch("/players/ann", "p-1", kyc_level="basic")
    office.patch("/players/ann", "p-2", kyc_level="basic")
    office.patch("/players/ann", "p-3", kyc_level="restricted")
    assert office.patch("/players/ann", "p-2", kyc_level="basic").is_replay
    player = world.accounts.player("ann")
    assert player is not None
    assert player.kyc_level == "restricted"


def test_each_change_leaves_one_record_of_who_and_why(office: BackOffice, audit: Audit) -> None:
    office.patch("/players/ann", reason="papers came", kyc_level="verified", name="Fox")
    office.post("/players/ann/block", reason="asked for it")
    office.post("/players/ann/unblock", reason="a week over")
    office.move("deposits", 20, "in-1", reason="card")
    office.move("withdrawals", 5, "out-1", reason="bank")
    office.move("withdrawals", 50, "out-2", reason="greed")
    assert {record.who for record in audit()} == {CASHIER}
    assert [(r.what, r.old, r.new, r.detail, r.reason) for r in audit()] == [
        ("add player", "", "EUR", "", "a test"),
        ("set profile", "", "verified", "kyc_level name", "papers came"),
        ("block", "active", "blocked", "", "asked for it"),
        ("unblock", "blocked", "active", "", "a week over"),
        ("deposit", "0.00 EUR", "20.00 EUR", "20.00 EUR, transaction in-1", "card"),
        ("withdrawal", "20.00 EUR", "15.00 EUR", "5.00 EUR, transaction out-1", "bank"),
        (
            *("withdrawal", "15.00 EUR", "15.00 EUR"),
            *("50.00 EUR, transaction out-2, refused: insufficient_funds", "greed"),
        ),
    ]


def test_a_withdrawal_takes_nothing_that_is_reserved_or_held(
    world: World, office: BackOffice
) -> None:
    office.move("deposits", 10)
    world.accounts.set_reserved("ann", "EUR", 4_00)
    refused = office.move("withdrawals", 6.01)
    assert (refused.status, refused.json["error"]) == (402, "insufficient_funds")
    assert refused.json["spendable"] == "6.00"
    assert office.move("withdrawals", 6).json["spendable"] == "0.00"


def test_nothing_personal_is_logged_or_kept_where_nobody_can_delete_it(
    world: World, office: BackOffice, output: Output
) -> None:
    secret = {"name": "Zyxwvut", "birth_date": "1987-06-05", "country": "SE"}
    office.post("/players", "k", player_id="bob", **secret)
    office.post("/players", "k", player_id="bob", **secret)
    office.patch("/players/ann", "l", **secret)
    office.patch("/players/ann", "l", **secret | {"name": "Zyxwvut-2"})
    office.patch("/players/ann", **secret | {"birth_date": "05.06.1987"})
    kept = str(world.client.scan(TableName=world.tables.audit)["Items"]) + output()
    assert [value for value in ("Zyxwvut", "1987", "SE'") if value in kept] == []


def test_a_deposit_that_is_refused_for_its_key_opens_no_wallet(
    world: World, office: BackOffice, audit: Audit
) -> None:
    assert office.move("deposits", 5, "k-1").status == 200
    before = audit()
    refused = office.post("/players/ann/wallets/JPY/deposits", "k-1", amount=5)
    assert refused.error == "transaction_mismatch"
    assert world.accounts.wallet("ann", "JPY") is None
    assert audit() == before
