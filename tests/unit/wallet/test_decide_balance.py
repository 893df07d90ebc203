"""A balance tells what a player can spend: what refuses it, in which order, and the figure."""

import pytest

from casino.wallet.decide_session import decide_balance
from casino.wallet.decision import BalanceFacts, Refusal, exclusion_of
from casino.wallet.model import Player
from casino.wallet.queries import BalanceQuery
from testing.transactions import AT, NOW, PLAYER, SESSION
from tests.unit.wallet.granted import granted
from tests.unit.wallet.situations import WALLET, Parts, changed, each, each_pair, row

USUAL = {
    "player": Player(PLAYER, False, AT, introduced_to=frozenset({"EUR#sandbox"})),
    "wallet": WALLET,
    "session": SESSION,
    "query": BalanceQuery("sandbox", PLAYER, "EUR", "s1"),
}

#: In the order of the checks.
REFUSED = [
    row("session_not_found", "there is no session", session=None),
    row("session_not_found", "the session is another integration's", session={"integration": "x"}),
    row("player_mismatch", "the session is another player's", session={"player_id": "p2"}),
    row("currency_mismatch", "the session is in another currency", session={"currency": "USD"}),
    row("session_suspended", "the session is suspended", session={"status": "suspended"}),
    row("demo_session", "the session is a demo", session={"is_demo": True}),
    row("session_not_active", "the session never opened", session={"status": "failed"}),
    row("player_not_found", "the player is unknown", player=None),
]

NO_SESSION = {"session_id": None}

TOLD = [
    row(100_000, "nothing is wrong"),
    row(74_900, "funds are reserved", wallet={"reserved_minor": 25_100}),
    row(101_000, "there is bonus money", wallet={"bonus": granted()}),
    row(100_000, "the bonus money is past its end", wallet={"bonus": granted(expires_at=0)}),
    row(-1, "more is reserved than there is", wallet={"reserved_minor": 100_001}),
    row(0, "the player has no wallet in the currency", wallet=None),
    row(100_000, "the player is blocked", player={"blocked": True}, wallet={"blocked": True}),
    row(100_000, "the session still opens", session={"status": "launching"}),
    row(100_000, "the session is closed", session={"status": "closed"}),
    row(100_000, "the session is over", session={"expires_at": 0}),
    row(100_000, "no session is named", query=NO_SESSION, session=None),
]


def decided(parts: Parts) -> Refusal | int:
    found = {name: changed(model, parts.get(name, {})) for name, model in USUAL.items()}
    query = found.pop("query")
    return decide_balance(BalanceFacts(**found), query, 0)


@each(REFUSED)
def test_a_balance_is_refused_when(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each_pair(REFUSED)
def test_the_first_of_two_reasons_refuses_a_balance(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each(TOLD)
def test_a_balance_is_told_when(parts: Parts, decision: int) -> None:
    assert decided(parts) == decision


@pytest.mark.parametrize("introduced_to", [(), ("EUR#another",), ("USD#sandbox",), ("EUR#sand",)])
def test_a5_without_a_session_a_player_never_met_is_as_good_as_unknown(
    introduced_to: tuple[str, ...],
) -> None:
    player = {"introduced_to": frozenset(introduced_to)}
    parts: Parts = {"query": NO_SESSION, "session": None, "player": player}

    assert decided(parts) == Refusal("player_not_found")
    assert decided({"player": player}) == 100_000, "a session proves the player by itself"


def test_an_unknown_player_has_no_balance_without_a_session_either() -> None:
    parts = {"query": NO_SESSION, "session": None, "player": None}

    assert decided(parts) == Refusal("player_not_found")


@pytest.mark.parametrize(
    ("excluded_until", "cool_off_until", "code"),
    [
        (NOW + 1, NOW + 1, "rg_self_excluded"),
        (NOW, NOW + 1, "rg_cool_off"),
        (NOW, NOW, None),
    ],
)
def test_an_exclusion_ends_at_its_moment(
    excluded_until: int, cool_off_until: int, code: str | None
) -> None:
    player = Player(
        PLAYER, False, AT, self_excluded_until=excluded_until, cool_off_until=cool_off_until
    )
    assert exclusion_of(player, NOW) == code
