"""A seeded crowd of transactions on a few wallets, in every order that makes trouble.

Processes share players, rounds and some of the transactions themselves, copies come late or at
once, refunds come before their bets, and money runs out now and then.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from casino.wallet.model import Kind, Transaction
from testing.world import GAME, SANDBOX

ROUNDS: Final = 12


@dataclass(frozen=True)
class Seat:
    """A player with a session, for the crowd to share."""

    player_id: str
    session_id: str


@dataclass
class Member:
    """One process' part of the crowd: its transactions do not depend on any answer."""

    name: str
    seats: Sequence[Seat]
    shared: Sequence[Transaction]
    chance: random.Random
    sent: list[Transaction] = field(default_factory=list)
    bets: list[Transaction] = field(default_factory=list)

    def transactions(self, count: int) -> list[Transaction]:
        while len(self.sent) < count:
            self.sent.extend(self._next(len(self.sent) / count))
        return self.sent[:count]

    def _next(self, progress: float) -> Iterator[Transaction]:
        choices = ("bet", "win", "refund", "duplicate", "late bet", "shared", "shared refund")
        match self.chance.choices(choices, weights=(40, 22, 10, 10, 4, 10, 4))[0]:
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
        seat = Seat(bet.player_id, bet.session_id or "")
        refund = self._play("refund", seat, bet.type, bet.amount_minor)
        return replace(refund, round_id=None, finished=False, bet_transaction_id=bet.transaction_id)

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
    together = Member("shared", seats, (), random.Random(f"{seed}/shared"))
    shared = [together.bet() for _ in range(count // 4)]
    members = [
        Member(f"p{number}", seats, shared, random.Random(f"{seed}/{number}"))
        for number in range(processes)
    ]
    return [member.transactions(count) for member in members]
