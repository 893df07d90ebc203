"""The hot path's budget: how often a request goes to DynamoDB, and what it may cost there.

Round trips are counted at the wire: every HTTP request that leaves for DynamoDB or Secrets
Manager, retries included. The ids are as long as a provider's may well be, so that the sizes are
honest. tests/integration/test_budget_ministack.py asks DynamoDB's own meter for the writes.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from testing.capacity import item_size
from testing.hooks import HOOKS, Caller, Reply, load_function
from testing.meter import READ, READ_THEN_WRITE, Meter
from testing.world import World


@dataclass
class Player:
    """Plays through one function, with ids of 36 characters everywhere."""

    meter: Meter
    send: Caller
    player_id: str
    session_id: str
    game_id: str = field(default_factory=lambda: str(uuid4()))
    round_id: str = field(default_factory=lambda: str(uuid4()))

    def fields(self, action: str, **more: Any) -> dict[str, Any]:
        return {
            "action": action,
            "player_id": self.player_id,
            "currency": "EUR",
            "amount": Decimal("12345.67"),
            "game_id": self.game_id,
            "transaction_id": str(uuid4()),
            "session_id": self.session_id,
            "type": action,
            **more,
        }

    def __call__(self, fields: dict[str, Any], status: int = 200) -> Reply:
        """Send, with the meter at zero."""
        self.meter.sent.clear()
        reply = self.send(fields, X_Trace_Id=str(uuid4()))
        assert reply.status == status, reply
        return reply


@pytest.fixture
def play(world: World, meter: Meter) -> Player:
    return player_at(world, meter, "hooks", HOOKS)


def player_at(world: World, meter: Meter, function: str, path: str) -> Player:
    """A player at one function whose caches are warm."""
    player_id = str(uuid4())
    session_id = world.player(player_id, amount="98765432.10")
    player = Player(meter, Caller(load_function(function), path), player_id, session_id)
    if function in ("hooks", "balance"):
        player(balance(player))
    else:
        player(player.fields(function, type="none"), status=400)
    assert "GetSecretValue" in meter.round_trips
    return player


def balance(player: Player) -> dict[str, Any]:
    return {
        "action": "balance",
        "player_id": player.player_id,
        "currency": "EUR",
        "session_id": player.session_id,
    }


def round_bet(player: Player, **more: Any) -> dict[str, Any]:
    return player.fields("bet", **{"round_id": player.round_id, **more})


def refund_of(player: Player, bet: dict[str, Any]) -> dict[str, Any]:
    bet_id = bet["transaction_id"]
    return player.fields("refund", type=bet["type"], bet_transaction_id=bet_id)


@pytest.mark.parametrize("with_round", [True, False])
@pytest.mark.parametrize("action", ["bet", "win"])
def test_a_bet_or_win_makes_two_round_trips(
    play: Player, meter: Meter, action: str, with_round: bool
) -> None:
    play(play.fields(action, **({"round_id": play.round_id} if with_round else {})))
    assert meter.round_trips == READ_THEN_WRITE


def test_a_refund_makes_two_round_trips(play: Player, meter: Meter) -> None:
    bet = round_bet(play)
    play(bet)
    play(refund_of(play, bet))
    assert meter.round_trips == READ_THEN_WRITE
    assert meter.read_units() <= 5


def test_a_refusal_makes_two_round_trips(play: Player, meter: Meter) -> None:
    play(round_bet(play, amount=Decimal("99999999.99")), status=402)
    assert meter.round_trips == READ_THEN_WRITE
    play(refund_of(play, round_bet(play)), status=404)
    assert meter.round_trips == READ_THEN_WRITE


def test_a_replay_makes_one_round_trip(play: Player, meter: Meter) -> None:
    bet = round_bet(play)
    refunded = round_bet(play)
    sent = [
        (bet, 200),
        (play.fields("win", round_id=play.round_id), 200),
        (refunded, 200),
        (refund_of(play, refunded), 200),
        (round_bet(play, amount=Decimal("99999999.99")), 402),
        (refund_of(play, round_bet(play)), 404),
    ]
    for fields, status in sent:
        first = play(fields, status=status)
        again = play(fields, status=status)
        assert meter.round_trips == READ
        assert (again.replayed, again.text) == (True, first.text)


@pytest.mark.parametrize("with_session", [True, False])
def test_a_balance_makes_one_round_trip(play: Player, meter: Meter, with_session: bool) -> None:
    fields = balance(play)
    if not with_session:
        del fields["session_id"]
    play(fields)
    assert meter.round_trips == READ
    assert meter.read_units() == (3 if with_session else 2)


@pytest.mark.parametrize("function", ["bet", "win", "refund", "balance"])
def test_an_action_costs_the_same_on_its_own_url(world: World, meter: Meter, function: str) -> None:
    player = player_at(world, meter, function, f"/webhooks/igsp/v1/{function}")
    if function == "balance":
        player(balance(player))
        assert meter.round_trips == READ
    elif function == "refund":
        player(refund_of(player, round_bet(player)), status=404)
        assert meter.round_trips == READ_THEN_WRITE
    else:
        player(player.fields(function, round_id=player.round_id))
        assert meter.round_trips == READ_THEN_WRITE


@pytest.mark.parametrize("kind", ["bet", "tip", "freespin", "win", "jackpot", "tournament"])
def test_a_bet_or_win_in_a_round_costs_four_read_and_six_write_units(
    play: Player, meter: Meter, kind: str
) -> None:
    play(round_bet(play))
    action = "bet" if kind in ("bet", "tip", "freespin") else "win"
    play(play.fields(action, type=kind, round_id=play.round_id, finished=True))
    assert meter.read_units() == 4
    written = meter.written()
    assert len(written) == 3
    assert meter.write_units() == 6, {name: item_size(item) for name, item in written.items()}


def test_every_kind_of_ledger_entry_stays_below_one_kilobyte(play: Player, meter: Meter) -> None:
    bet = round_bet(play)
    play(bet)
    unknown = refund_of(play, round_bet(play))
    for fields, status in [
        (refund_of(play, bet), 200),
        (refund_of(play, bet), 409),
        (unknown, 404),
        (round_bet(play, amount=Decimal("99999999.99")), 402),
        (play.fields("win", type="tournament", round_id=play.round_id, finished=True), 200),
    ]:
        play(fields, status=status)
        sizes = {name: item_size(item) for name, item in meter.written().items()}
        assert max(sizes.values()) < 1024, sizes
