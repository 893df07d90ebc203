"""The players' page says what is special about each, and a KYC check decides through the casino."""

from collections.abc import Callable

import httpx
import pytest

from casino.audit.model import of_player
from casino.base.times import iso_utc
from ops.context import Operations
from sandbox.traits import PLAYERS, SAID, give
from testing.play import Play
from testing.world import World
from tests.functional.console.conftest import ORIGIN

type ReadRows = Callable[[str], list[list[str]]]

OWN = {"Origin": ORIGIN}


def test_what_the_check_says_decides_whether_a_player_may_bet(
    site: httpx.Client, play: Play, rows: ReadRows, operations: Operations
) -> None:
    expected = {
        "pending": ("registered", "blocked", "player_blocked"),
        "deny": ("restricted", "blocked", "player_blocked"),
        "allow": ("verified", "plays", ""),
    }
    for verdict, (level, state, error) in expected.items():
        form = {"player": "player-912", "verdict": verdict}
        answer = site.post("/players/kyc", data=form, headers=OWN, follow_redirects=True)
        assert rows(answer.text)[1][2:4] == [level, state]
        assert (play.bet("1.00", transaction_id=f"bet-{verdict}").json.get("error") or "") == error
    said = [each.reason for each in operations.audit.records(of_player("player-912"))]
    assert {f"the KYC check says {verdict}" for verdict in expected} <= set(said)


@pytest.mark.parametrize(
    "form",
    [{}, {"player": "player-912", "verdict": "maybe"}, {"player": "p_other", "verdict": "deny"}],
)
def test_a_verdict_of_no_sense_changes_nothing(
    site: httpx.Client, play: Play, form: dict[str, str]
) -> None:
    assert site.post("/players/kyc", data=form, headers=OWN).status_code == 400
    assert play.bet("1.00", transaction_id="bet-1").status == 200


@pytest.mark.parametrize(
    ("trait", "amount", "error"),
    [
        ("normal", "900.00", ""), ("blocked", "1.00", "player_blocked"),
        ("excluded", "1.00", "rg_self_excluded"),
        ("limited", "50.00", ""), ("limited", "50.01", "rg_stake_limit"),
        ("kyc-allow", "1.00", ""), ("kyc-deny", "1.00", "player_blocked"),
        ("kyc-pending", "1.00", "player_blocked"), ("closed", "1.00", "session_expired"),
    ],
)  # fmt: skip
def test_a_trait_is_what_the_wallet_decides_by(
    world: World, play: Play, operations: Operations, trait: str, amount: str, error: str
) -> None:
    give(operations, trait, "player-912", play.session_id)
    assert (play.bet(amount, transaction_id="bet-1").json.get("error") or "") == error


def test_who_cools_off_does_so_for_a_week(
    site: httpx.Client, play: Play, rows: ReadRows, operations: Operations
) -> None:
    give(operations, "cooling-off", "player-912", play.session_id)
    end = iso_utc(operations.clock.now() + 7 * 24 * 3600)
    assert rows(site.get("/players").text)[1][3] == f"cooling off until {end}"


def test_every_test_player_has_words() -> None:
    assert {each.player_id for each in PLAYERS} < SAID.keys()
