"""A seeded crowd of transactions on a few wallets, in every order that makes trouble.

Processes share players, rounds and some of the transactions themselves, in three dialects on the
same wallets; copies come late or at once, ends come before what they end, and money runs out now
and then.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from casino.wallet.hold import HoldRequest
from casino.wallet.model import Kind, Transaction
from testing.world import GAME, SANDBOX

ROUNDS: Final = 12
FLEXSOFT: Final = "flexsoft-eu"
WINUPGO: Final = "studio-eu"


@dataclass(frozen=True)
class Seat:
    """A player with a session at each integration, for the crowd to share."""

    player_id: str
    session_id: str
    at_flexsoft: str
    at_winupgo: str


@dataclass
class Member:
    """One process' part of the crowd: its transactions do not depend on any answer."""

    name: str
    seats: Sequence[Seat]
    shared: Sequence[Transaction]
    rounds: Sequence[Sequence[Transaction]]
    chance: random.Random
    sent: list[Transaction] = field(default_factory=list)
    bets: list[Transaction] = field(default_factory=list)

    def transactions(self, count: int) -> list[Transaction]:
        while len(self.sent) < count:
            self.sent.extend(self._next(len(self.sent) / count))
        return self.sent[:count]

    def _next(self, progress: float) -> Iterator[Transaction]:
        choices = ("bet", "win", "refund", "duplicate", "late bet", "shared", "shared refund")
        others = ("round", "shared round")
        weights = (30, 16, 8, 10, 3, 8, 3, 10, 6)
        match self.chance.choices(choices + others, weights=weights)[0]:
            case "bet":
                yield self.bet()
            case "win":
                yield self._play("win", self._seat(), "win", self.chance.randrange(4_000))
            case "refund" if self.bets:
                yield self._refund(self.chance.choice(self.bets))
            case "duplicate" if self.sent:
                yield self.chance.choice(self.sent)
            case "late bet":
                bet = self.bet()
                yield self._refund(bet)
                yield bet
            case "shared":
                # All processes come by the same transaction at about the same time.
                yield self.shared[int(progress * len(self.shared))]
            case "shared refund":
                bet = self.shared[int(progress * len(self.shared))]
                yield self._refund(bet)
            case "round":
                yield from self.round()
            case "shared round":
                # Each process in an order of its own.
                played = self.rounds[int(progress * len(self.rounds))]
                yield from self.chance.sample(played, len(played))
            case _:
                yield self.bet()

    def _seat(self) -> Seat:
        return self.chance.choice(self.seats)

    def bet(self) -> Transaction:
        stake_type = self.chance.choice(("bet", "bet", "bet", "tip", "freespin"))
        bet = self._play("bet", self._seat(), stake_type, self.chance.randrange(1, 5_000))
        self.bets.append(bet)
        return bet

    def _refund(self, bet: Transaction) -> Transaction:
        seat = Seat(bet.player_id, bet.session_id or "", "", "")
        refund = self._play("refund", seat, bet.type, bet.amount_minor)
        return replace(refund, round_id=None, finished=False, bet_transaction_id=bet.transaction_id)

    def round(self) -> list[Transaction]:
        """Return a round of Flexsoft or WinUpGo, now and then out of order or with both ends."""
        played = self.chance.choice((flexsoft_round, winupgo_round))
        name = f"{self.name}-{self.chance.getrandbits(64):016x}"
        seat, stake = self._seat(), self.chance.randrange(1, 3_000)
        first, *ends = played(seat, name, stake, self.chance.randrange(4_000))
        chosen = self.chance.sample(ends, self.chance.choice((1, 1, 2, 3)))
        if self.chance.random() < 0.15:
            return [*chosen, first]
        return [first, *chosen]

    def _play(self, kind: Kind, seat: Seat, type_: str, amount_minor: int) -> Transaction:
        number = self.chance.getrandbits(64)
        optional: dict[str, Any] = {}
        if self.chance.random() < 0.8:
            optional["round_id"] = f"round-{seat.player_id}-{self.chance.randrange(ROUNDS)}"
            optional["finished"] = self.chance.random() < 0.02
        return Transaction(
            integration=SANDBOX.name,
            transaction_id=f"{self.name}-{number:016x}",
            kind=kind,
            type=type_,
            player_id=seat.player_id,
            currency="EUR",
            amount_minor=amount_minor,
            game_id=GAME,
            session_id=seat.session_id,
            trace_id=f"trace-{number:016x}",
            **optional,
        )


def crowd(seats: Sequence[Seat], processes: int, count: int, seed: int) -> list[list[Transaction]]:
    """Return `count` transactions for each of `processes`."""
    together = Member("shared", seats, (), (), random.Random(f"{seed}/shared"))
    shared = [together.bet() for _ in range(count // 4)]
    rounds = [together.round() for _ in range(count // 20)]
    members = [
        Member(f"p{number}", seats, shared, rounds, random.Random(f"{seed}/{number}"))
        for number in range(processes)
    ]
    return [member.transactions(count) for member in members]


def flexsoft_round(seat: Seat, name: str, stake_minor: int, win_minor: int) -> list[Transaction]:
    """Return a bet, its win, its win in another round, and its rollback under two ids."""
    bet = Transaction(
        integration=FLEXSOFT,
        transaction_id=f"{name}-bet",
        kind="bet",
        type="bet",
        player_id=seat.player_id,
        currency="EUR",
        amount_minor=stake_minor,
        game_id=GAME,
        session_id=seat.at_flexsoft,
        round_id=f"round-{name}",
        trace_id=f"trace-{name}",
    )
    end = replace(bet, bet_transaction_id=bet.transaction_id, by_bet=True)
    win = replace(end, transaction_id=f"{name}-win", kind="win", type="win", amount_minor=win_minor)
    back = replace(end, transaction_id=f"{name}-back", kind="refund", round_id=None)
    return [
        bet,
        win,
        replace(win, transaction_id=f"{name}-odd", round_id=f"other-{name}"),
        back,
        replace(back, transaction_id=f"{name}-again"),
    ]


def winupgo_round(seat: Seat, name: str, stake_minor: int, win_minor: int) -> list[Transaction]:
    """Return a hold, its settlement, and its rollback under two keys."""
    hold = HoldRequest(
        integration=WINUPGO,
        transaction_id=f"{name}-hold",
        kind="hold",
        type="hold",
        player_id="",
        currency="EUR",
        amount_minor=stake_minor,
        session_id=seat.at_winupgo,
        round_id=f"round-{name}",
        bet_transaction_id=f"bet-{name}",
        trace_id=f"trace-{name}",
    )
    end = replace(hold, session_id=None)
    settle = replace(end, transaction_id=f"{name}-settle", kind="settle", type="settle")
    back = replace(end, transaction_id=f"{name}-back", kind="rollback", type="rollback")
    back = replace(back, amount_minor=0, currency="")
    return [
        hold,
        replace(settle, amount_minor=win_minor),
        back,
        replace(back, transaction_id=f"{name}-again"),
    ]
