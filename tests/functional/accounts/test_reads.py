"""What the casino's own API tells: wallets, their history by pages, the story of a transaction."""

import base64
import json
from typing import Any

import pytest

from testing.back_office import BackOffice, event_of
from testing.hooks import Caller
from testing.launching import Output
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console

WALLET = "/players/ann/wallets/EUR"
HISTORY = f"{WALLET}/history"


@pytest.fixture
def play(world: World, hook: Caller, office: BackOffice) -> Play:
    """ann has EUR 95.00: she paid in 100, bet 10 and won 5."""
    assert office.move("deposits", 100, "pay-1").status == 200
    play = Play(world, hook, player_id="ann", session_id=world.session("ann"))
    play.bet("10.00", transaction_id="bet-1", round_id="r1")
    play.win("5.00", transaction_id="win-1", round_id="r1")
    return play


def ids(page: dict[str, Any]) -> list[str]:
    return [row["transaction_id"] for row in page["entries"]]


def test_wallets_are_shown_in_exact_decimals_and_at_once(office: BackOffice, play: Play) -> None:
    office.post("/players/ann/wallets/JPY/deposits", amount=5000)
    office.post("/players/ann/block")
    told = office.get("/players/ann/wallets")
    assert (told.status, told.headers["Cache-Control"]) == (200, "no-store")
    eur, _ = told.json["wallets"]
    assert eur == {
        "currency": "EUR",
        "balance": "95.00",
        "spendable": "95.00",
        "reserved": "0.00",
        "held": "0.00",
        "held_wins": "0.00",
        "blocked": True,
        "seq": 3,
    }
    assert '"balance":5000,' in told.body
    assert office.get("/players/nobody/wallets").error == "player_not_found"


def test_the_history_comes_in_pages_the_newest_first(office: BackOffice, play: Play) -> None:
    page = office.get(f"{HISTORY}?limit=2").json
    assert (ids(page), page["complete"]) == (["win-1", "bet-1"], True)
    rest = office.get(f"{HISTORY}?limit=2&cursor={page['next_cursor']}").json
    assert (ids(rest), rest["complete"], rest["next_cursor"]) == (["pay-1"], True, None)
    bet = page["entries"][1]
    assert (bet["amount"], bet["balance_before"], bet["balance_after"]) == (
        *("10.00", "100.00", "90.00"),
    )


def test_the_command_line_and_the_api_tell_the_same(
    world: World, office: BackOffice, play: Play
) -> None:
    play.refund("3.00", "late", transaction_id="refund-1", round_id="r2")
    world.index()
    ops = Console(world)
    rows = json.loads(ops("ledger", "history", "ann", "EUR", "--json").out, parse_float=str)
    assert office.get(HISTORY).json["entries"] == rows["entries"][::-1]
    for name in ("bet-1", "pay-1", "late"):
        said = json.loads(ops("ledger", "explain", name, "--json").out, parse_float=str)
        assert office.get(f"/transactions/{name}").json == said | (
            {} if name == "late" else {"replays_seen": None}
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=bet", ["bet-1"]),
        ("outcome=refused", []),
        ("round_id=r1", ["win-1", "bet-1"]),
        ("integration=platform", ["pay-1"]),
        ("game_id=nothing", []),
        ("from=2020-01-01", ["win-1", "bet-1", "pay-1"]),
        ("to=2020-01-01T00:00:00Z", []),
        ("from=2999-01-01", []),
    ],
)
def test_the_history_is_filtered(
    office: BackOffice, play: Play, query: str, found: list[str]
) -> None:
    assert ids(office.get(f"{HISTORY}?{query}").json) == found


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=1e2", "limit=-1", "limit=\N{ARABIC-INDIC DIGIT FIVE}"),
        *("kind=loan", "outcome=tombstone", "from=yesterday", "to=0001-01-01T00:00%2B14:00"),
        *("from=9999-12-31T23:59:59-14:00", "kind=", "player_id=bob", "Limit=5", "cursor=x"),
        f"round_id={'x' * 2049}",
    ],
)
def test_a_question_that_nobody_reads_so_is_refused(
    office: BackOffice, play: Play, query: str
) -> None:
    refused = office.get(f"{HISTORY}?{query}")
    assert (refused.status, refused.error) == (400, "invalid_request")


def test_a_parameter_given_twice_is_refused(office: BackOffice, play: Play) -> None:
    event = event_of("GET", f"{HISTORY}?limit=5")
    event["multiValueQueryStringParameters"] = {"limit": ["5", "100"]}
    assert office.send(event).error == "invalid_request"


def test_a_cursor_opens_no_other_players_wallet(
    world: World, office: BackOffice, play: Play
) -> None:
    world.player("bob")
    cursor = office.get(f"{HISTORY}?limit=1").json["next_cursor"]
    foreign = "/players/bob/wallets/EUR/history?limit=1"
    assert office.get(f"{foreign}&cursor={cursor}").error == "invalid_request"
    own = office.get(foreign).json
    assert own["next_cursor"] is None
    # Even under the right digest, a place among somebody else's entries shows none of them.
    said = json.loads(base64.urlsafe_b64decode(f"{cursor}==="))
    said[2] = [99, "sandbox", "bet-1"]
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    shown = office.get(f"{HISTORY}?limit=100&cursor={forged}")
    assert ids(shown.json) == ["win-1", "bet-1", "pay-1"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/players/bob/wallets/EUR/history", "player_not_found"),
        ("/players/ann/wallets/USD/history", "wallet_not_found"),
        ("/players/ann/wallets/eur/history", "unsupported_currency"),
        ("/players/ann/wallets/EUR%23ann/history", "unsupported_currency"),
        ("/players/EUR%23ann/wallets", "player_not_found"),
        ("/players/..%2Fann/wallets", "player_not_found"),
        ("/players/../wallets", "player_not_found"),
        (f"/players/{'a' * 300}/wallets", "player_not_found"),
        ("/players/ann/wallets?limit=5", "invalid_request"),
        ("/players/ann?profile=1", "invalid_request"),
        ("/transactions/none", "transaction_not_found"),
        (f"/transactions/{'a' * 4000}", "transaction_not_found"),
        ("/transactions/bet-1?integration=platform", "transaction_not_found"),
        ("/transactions/bet-1?integration=sandbox%23tx", "transaction_not_found"),
        ("/transactions/bet-1?player=ann", "invalid_request"),
    ],
)
def test_what_is_not_there_is_named(office: BackOffice, play: Play, path: str, code: str) -> None:
    assert office.get(path).error == code


def test_a_transaction_is_found_by_each_of_its_names(
    world: World, office: BackOffice, play: Play
) -> None:
    won = play.win("2.50", transaction_id="odd id/#%41", round_id="r1")
    reference, trace_id = won.json["transaction_id"], won.headers["X-Trace-Id"]
    assert office.get(f"/transactions/{reference}").error == "transaction_not_found"
    world.index()
    own = "odd id/#%41"
    event = event_of("GET", "/transactions/x")
    for name in (reference, trace_id, own, "odd%20id%2F%23%2541"):
        told = office.send(event | {"pathParameters": {"reference": name}})
        assert told.json["transaction_id"] == own, name
        assert told.json["platform_transaction_id"] == reference
    named = event | {"queryStringParameters": {"integration": "sandbox"}}
    assert office.send(named | {"pathParameters": {"reference": own}}).json["amount"] == "2.50"


def test_who_asked_for_a_deposit_and_why_is_told(office: BackOffice, play: Play) -> None:
    told = office.get("/transactions/pay-1").json
    assert (told["reason"], told["asked_by"].split("/")[-1]) == ("a test", "till-1")
    assert told["chain"]["hash_matches"] is True


def test_a_payout_names_the_reservation_that_it_paid_and_no_bet(
    world: World, office: BackOffice, play: Play
) -> None:
    reserved = office.move("reservations", 20).json["reservation_id"]
    assert office.move("withdrawals", 20, "out-1", reservation_id=reserved).status == 200
    (row,) = office.get(f"{HISTORY}?kind=withdrawal").json["entries"]
    for told in (row, office.get("/transactions/out-1").json):
        assert (told["reservation_id"], told["refunds_bet"]) == (reserved, None)
    assert "pays out" in Console(world)("ledger", "explain", "out-1").out


def test_a_name_of_several_transactions_names_them(
    world: World, office: BackOffice, play: Play
) -> None:
    reference = play.win("2.50", transaction_id="win-2", round_id="r1").json["transaction_id"]
    play.bet("1.00", transaction_id=reference, round_id="r1")
    world.index()
    refused = office.get(f"/transactions/{reference}")
    assert (refused.status, refused.error) == (409, "ambiguous_transaction")
    assert "win-2 of sandbox" in refused.json["message"]


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "a\x7fb", "\N{GRINNING FACE}", "%ED%A0%80", "'"]
)
@pytest.mark.parametrize("where", ["reference", "player_id", "currency", "integration", "cursor"])
def test_no_text_breaks_an_answer(office: BackOffice, play: Play, text: str, where: str) -> None:
    event = event_of("GET", HISTORY)
    if where in ("reference", "integration"):
        event = event_of("GET", "/transactions/bet-1")
    query = {where: text} if where in ("integration", "cursor") else None
    place = event["pathParameters"] | ({} if query else {where: text})
    told = office.send(event | {"pathParameters": place, "queryStringParameters": query})
    assert 400 <= told.status < 500, told.body


def test_no_question_writes_anything_or_logs_a_name(
    world: World, office: BackOffice, play: Play, output: Output
) -> None:
    office.patch("/players/ann", name="Anastasia", birth_date="1990-12-31")
    before = world.client.scan(TableName=world.tables.audit)["Count"]
    for path in ("/players/ann", "/players/ann/wallets", HISTORY, "/transactions/bet-1"):
        assert office.get(path).status == 200
    office.get("/players/someone@example.org/wallets")
    logged = output()
    assert world.client.scan(TableName=world.tables.audit)["Count"] == before
    for text in ("Anastasia", "1990-12-31", "example.org"):
        assert text not in logged
    assert "'player_id': 'ann'" in logged
