"""The `ops` command line: players, sessions, and which stack they are on."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from casino.base.errors import AdminError, UnavailableError
from casino.integrations.model import Off
from casino.wallet.model import PLATFORM
from casino.wallet.store.history import DynamoDbHistory
from casino.wiring.stack import read_stack
from ops.context import connect
from ops.errors import OpsError
from testing.hooks import Caller
from testing.world import GAME, World
from tests.functional.ops.console import Console, FakeCloudFormation

# Players


def test_the_first_funding_creates_the_player_and_the_wallet(ops: Console) -> None:
    assert ops.error("player", "show", "ann") == "player_not_found"
    funded = ops.json("player", "fund", "ann", "EUR", "12.50")
    assert (funded["amount"], funded["balance"]) == (Decimal("12.50"), Decimal("12.50"))
    assert (funded["kind"], funded["seq"], funded["replay"]) == ("deposit", 1, False)
    shown = ops.json("player", "show", "ann")
    assert set(shown.pop("profile").values()) == {None}
    assert shown == {
        "player_id": "ann",
        "blocked": False,
        "wallets": [
            {
                "currency": "EUR",
                "balance": Decimal("12.50"),
                "spendable": Decimal("12.50"),
                "reserved": Decimal("0.00"),
                "held": Decimal("0.00"),
                "held_wins": Decimal("0.00"),
                "blocked": False,
                "seq": 1,
            }
        ],
    }


def test_amounts_are_json_numbers_with_the_currencys_decimals(ops: Console) -> None:
    for currency, amount in (("EUR", "1000.00"), ("JPY", "5000"), ("KWD", "1.250")):
        funded = ops("player", "fund", "ann", currency, amount, "--json").out
        assert f'"balance": {amount},' in funded
    text = ops("player", "show", "ann", "--json").out
    assert '"balance": 1000.00' in text
    assert '"balance": 5000,' in text
    assert '"balance": 1.250' in text


def test_the_same_transaction_id_moves_money_once(ops: Console) -> None:
    again = ("player", "fund", "ann", "EUR", "5.00", "--transaction-id", "gift-1")
    assert not ops.json(*again)["replay"]
    ops.json("player", "fund", "ann", "EUR", "1.00")
    repeated = ops.json(*again)
    assert repeated["replay"]
    assert repeated["balance"] == Decimal("5.00"), "the balance after that transaction"
    assert "nothing moved now" in ops(*again).out
    other = ("player", "fund", "ann", "EUR", "6.00", "--transaction-id", "gift-1")
    assert ops.error(*other) == "transaction_mismatch"
    assert ops.json("player", "show", "ann")["wallets"][0]["balance"] == Decimal("6.00")


def test_a_deposit_that_was_paid_but_cannot_be_shown_says_how_to_repeat_it(
    ops: Console, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as broken:
        broken.setattr(DynamoDbHistory, "find", unreadable)
        said = ops("player", "fund", "ann", "EUR", "100.00", "--json")
    assert said.code == 1
    error = json.loads(said.out)
    assert error["error"] == "outcome_unknown"
    transaction_id = error["message"].split()[-1]
    assert f"transaction {transaction_id}" in said.err
    again = ops.json("player", "fund", "ann", "EUR", "100.00", "--transaction-id", transaction_id)
    assert (again["replay"], again["balance"]) == (True, 100)


def test_a_withdrawal_takes_only_what_is_not_reserved(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "10.00")
    reserved = ops.json("player", "reserve", "ann", "EUR", "4.00")
    assert (reserved["reserved"], reserved["spendable"]) == (Decimal("4.00"), Decimal("6.00"))
    assert ops.error("player", "withdraw", "ann", "EUR", "6.01") == "insufficient_funds"
    assert ops.json("player", "withdraw", "ann", "EUR", "6.00")["balance"] == Decimal("4.00")
    assert ops.error("player", "reserve", "ann", "EUR", "0.01") == "insufficient_funds"
    released = ops.json("player", "release", "ann", "EUR", reserved["reservation_id"])
    assert (released["reserved"], released["spendable"]) == (Decimal("0.00"), Decimal("4.00"))


def test_a_reservation_is_made_once_for_its_id(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "10.00")
    reserve = ("player", "reserve", "ann", "EUR", "4.00", "--reservation-id", "res-1")
    assert [ops.json(*reserve)["reserved"] for _ in range(2)] == [Decimal("4.00")] * 2
    other = ("player", "reserve", "ann", "EUR", "4.01", "--reservation-id", "res-1")
    assert ops.error(*other) == "transaction_mismatch"


def test_a_reservation_is_paid_out_by_a_withdrawal_that_names_it(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "10.00")
    name = ops.json("player", "reserve", "ann", "EUR", "4.00")["reservation_id"]
    payout = ("player", "withdraw", "ann", "EUR", "4.00", "--reservation", name)
    assert ops.json(*payout)["balance"] == Decimal("6.00")
    (wallet,) = ops.json("player", "show", "ann")["wallets"]
    assert (wallet["reserved"], wallet["spendable"]) == (Decimal("0.00"), Decimal("6.00"))
    assert ops.error(*payout) == "reservation_over"
    assert ops.error("player", "release", "ann", "EUR", name) == "reservation_over"


def test_deposits_and_withdrawals_are_ledger_entries_of_the_platform(ops: Console) -> None:
    moved = ops.json("player", "fund", "ann", "EUR", "10.00")
    entry = ops.world.history.find(PLATFORM, moved["transaction_id"])
    assert entry is not None
    assert ops.json("ledger", "verify", "--all")["entries"] == 1


@pytest.mark.parametrize(
    ("currency", "amount", "error"),
    [
        ("EUR", "0", "invalid_request"),
        ("EUR", "ten", "invalid_request"),
        ("EUR", "NaN", "invalid_request"),
        ("EUR", "1.001", "amount_precision"),
        ("JPY", "1.5", "amount_precision"),
        ("XXX", "1", "unsupported_currency"),
    ],
)
def test_an_amount_that_is_none_moves_nothing(
    ops: Console, currency: str, amount: str, error: str
) -> None:
    assert ops.error("player", "fund", "ann", currency, amount) == error
    assert ops.world.accounts.player("ann") is None


def test_nothing_is_withdrawn_from_a_wallet_that_does_not_exist(ops: Console) -> None:
    assert ops.error("player", "withdraw", "ann", "EUR", "1") == "player_not_found"
    ops.json("player", "fund", "ann", "EUR", "1")
    assert ops.error("player", "withdraw", "ann", "USD", "1") == "wallet_not_found"
    assert ops.error("player", "reserve", "ann", "USD", "1") == "wallet_not_found"


def test_a_blocked_player_is_shown_as_blocked_until_unblocked(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "1")
    assert ops.json("player", "block", "ann") == {"player_id": "ann", "blocked": True}
    assert ops.json("player", "show", "ann")["blocked"]
    assert "ann (blocked)" in ops("player", "show", "ann").out
    assert not ops.json("player", "unblock", "ann")["blocked"]
    assert not ops.json("player", "show", "ann")["blocked"]
    assert ops.error("player", "block", "bob") == "player_not_found"


def test_people_get_a_table_with_aligned_amounts(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "1000")
    ops.json("player", "fund", "ann", "USD", "0.50")
    lines = ops("player", "show", "ann").out.splitlines()
    assert lines[0] == "ann (active)"
    head = [
        *("currency", "balance", "spendable", "reserved", "held", "held_wins", "blocked", "seq"),
    ]
    table = lines[[line.split() for line in lines].index(head) :]
    assert len(table[0]) == len(table[1]) == len(table[2])
    assert "1000.00" in table[1]


# Sessions


def test_a_session_opens_with_a_wallet_for_a_known_player_only(ops: Console) -> None:
    command = ("session", "open", "ann", "USD", "--game", GAME)
    assert ops.error(*command) == "player_not_found"
    ops.json("player", "fund", "ann", "EUR", "1")
    opened = ops.json(*command, "--session-id", "sess-1", "--ttl-minutes", "10")
    assert (opened["session_id"], opened["status"]) == ("sess-1", "active")
    session = ops.world.sessions.get("sess-1")
    assert session is not None
    assert session.expires_at == ops.clock.now() + 600
    assert [w.currency for w in ops.world.accounts.wallets("ann")] == ["EUR", "USD"]
    assert ops.json(*command)["session_id"] != "sess-1"


def test_the_id_of_a_session_is_given_once(ops: Console) -> None:
    ops.json("player", "fund", "ann", "EUR", "1")
    command = ("session", "open", "ann", "EUR", "--game", GAME, "--session-id", "sess-1")
    ops.json(*command)
    ops.clock.advance(1)
    assert ops.error(*command) == "session_exists"


def test_a_session_is_suspended_resumed_and_closed_for_good(ops: Console) -> None:
    session_id = ops.world.player("ann")
    assert ops.json("session", "suspend", session_id)["status"] == "suspended"
    assert ops.json("session", "resume", session_id)["status"] == "active"
    assert ops.json("session", "close", session_id)["status"] == "closed"
    assert ops.json("session", "close", session_id)["status"] == "closed"
    assert ops.error("session", "resume", session_id) == "session_closed"
    assert ops.error("session", "close", "none") == "session_not_found"


def test_no_session_opens_where_they_are_switched_off_or_not_for_the_currency(
    ops: Console,
) -> None:
    ops.json("player", "fund", "ann", "EUR", "1")
    command = ("session", "open", "ann", "EUR", "--game", GAME)
    ops.world.configure(currencies=("USD",))
    assert ops.error(*command) == "unsupported_currency"
    ops.world.configure(launches_off=Off())
    assert ops.error(*command) == "sessions_disabled"
    assert ops.error(*command, "--integration", "none") == "integration_not_found"


def test_a_session_that_ops_opened_is_played_in_through_the_hook(
    ops: Console, hook: Caller
) -> None:
    ops.json("player", "fund", "ann", "EUR", "10.00")
    session = ops.json("session", "open", "ann", "EUR", "--game", GAME)
    fields = {
        "action": "balance",
        "player_id": "ann",
        "currency": "EUR",
        "session_id": session["session_id"],
    }
    assert hook(fields).balance == Decimal("10.00")


# Which stack

OUTPUTS = {
    f"{name}TableName": name.lower()
    for name in (
        "Ledger",
        "Wallets",
        "Players",
        "Sessions",
        "Rounds",
        "Registry",
        "Audit",
        "Deliveries",
        "Partners",
        "References",
    )
} | {"SecretPrefix": "prod/integration/", "CustomerKeyArn": "arn:key"}


def test_a_stack_is_known_by_its_outputs() -> None:
    stack = read_stack(FakeCloudFormation(OUTPUTS), "prod")
    assert (stack.tables.ledger, stack.tables.registry) == ("ledger", "registry")
    assert (stack.secret_prefix, stack.key_arn) == ("prod/integration/", "arn:key")
    layered = read_stack(FakeCloudFormation(OUTPUTS | {"CryptographyLayerArn": "arn"}), "prod")
    assert (stack.layered, layered.layered) == (False, True)


def test_a_stack_that_is_no_wallet_is_refused() -> None:
    with pytest.raises(AdminError, match="LedgerTableName"):
        read_stack(FakeCloudFormation({}), "other")


def test_without_a_local_stack_the_verbs_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="make run"):
        connect(None, None, tmp_path / "stack.json")
    (tmp_path / "stack.json").write_text('{"endpoint": "http://localhost:1"}')
    with pytest.raises(OpsError, match="api_key, secret_key, stack_name"):
        connect(None, None, tmp_path / "stack.json")


def test_a_verb_that_is_used_wrongly_ends_with_2(ops: Console) -> None:
    assert ops("player", "fund", "ann").code == 2
    assert ops("player", "dance").code == 2
    assert ops("session", "open", "ann", "EUR").code == 2


def test_every_verb_takes_json_and_a_stack_name(ops: Console) -> None:
    verbs = (
        "integration add,player fund,player withdraw,player show,player reserve,player block,"
        "player unblock,session open,session close,session suspend,session resume,ledger history,"
        "ledger explain,ledger verify,sign"
    )
    for verb in verbs.split(","):
        said = ops(*verb.split(), "--help").out
        assert "--json" in said, verb
        assert "--stack-name" in said, verb
