"""The rounds that providers play: in order, undone, doubled, and with their ends first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from casino.wallet.hold import HoldRequest
from casino.wallet.model import PLATFORM, Kind, Transaction
from testing.world import GAME
from tests.simulation.choices import Options
from tests.simulation.house import PLAYERS, session_of
from tests.simulation.messages import (
    CASHIER,
    CURRENCY,
    INTEGRATIONS,
    Message,
    balance_of,
    opening,
    write,
)
from tests.simulation.partners import Provider

_MS: Final = 1_000
_STARTS: Final = Options(
    (5, 0),
    (3, 3 * _MS),
    (3, 30 * _MS),
    (2, 700 * _MS),
    (1, 5_000 * _MS),
    (1, 62_000 * _MS),
    (1, 67_000 * _MS),
)
_STAKES: Final = Options((4, 250), (2, 6_000), (2, 10_000), (1, 1), (1, 0), (1, 20_000))
#: Above 65.00 a win is held.
_WINS: Final = Options((4, 500), (2, 0), (1, 1), (1, 7_000))
_COURSES: Final = Options(
    (6, "won"),
    (3, "undone"),
    (2, "both ends"),
    (1, "undone twice"),
    (1, "undone twice at once"),
    (2, "ends first"),
    (2, "at once"),
    (1, "bet alone"),
    (2, "balance beside"),
)
_DIALECTS: Final = Options((6, "igsp"), (4, "flexsoft"), (6, "winupgo"), (3, CASHIER))
_CASH: Final = Options((1, 5_000), (1, 12_000), (1, 9_999))
_CASH_KINDS: Final[Options[Kind]] = Options((1, "deposit"), (1, "withdrawal"))
_STAKE_TYPES: Final = Options((6, "bet"), (1, "tip"), (1, "freespin"))
_WIN_TYPES: Final = Options((5, "win"), (1, "jackpot"))
_PLAYER: Final = Options((5, PLAYERS[0]), (1, PLAYERS[1]))
_SHARED: Final = Options((2, False), (1, True))
_FINISHED: Final = Options((2, True), (1, False))
_OPENED: Final = Options((3, False), (1, True))
_TWO_BETS: Final = Options((3, False), (1, True))


@dataclass
class Round:
    """One round of one provider, as its choices shape it; `number` names it in the history."""

    provider: Provider
    number: int

    def __post_init__(self) -> None:
        self.name = f"round {self.number}"
        self._pick = self.provider.house.choices.pick
        self._dialect = self._pick(f"{self.name} dialect", _DIALECTS)
        self._player = self._pick(f"{self.name} player", _PLAYER)

    def start(self) -> None:
        """Let it begin at its time."""
        delay_us = self._pick(f"{self.name} starts", _STARTS)
        self.provider.start(self.name, self.play, delay_us)

    def play(self) -> None:
        """Play it."""
        if self._dialect == CASHIER:
            self.provider.with_copies(self._cash())
            return
        session_id = session_of(self._dialect, self._player)
        if self._dialect == "winupgo" and self._pick(f"{self.name} opens a session", _OPENED):
            message, session_id = opening(f"r{self.number} session", self._player)
            self.provider.with_copies(message)
        first, win, back = self._messages(session_id, f"r{self.number}")
        course = self._pick(f"{self.name} course", _COURSES)
        self.provider.house.tell(f"{self.name} ({self._dialect}): {course}", step=False)
        self._hold_beside(session_id)
        deliver = self.provider.with_copies
        if course == "ends first":
            for message in (back, first, win):
                deliver(message)
            return
        if course == "at once":
            for message in (first, win, back):
                self._beside(message)
            return
        if course == "balance beside" and self._dialect != "winupgo":
            self._beside(balance_of(first))
        status = deliver(first)
        if status is None:
            deliver(back)
        elif course == "both ends":
            self._beside(win)
            self._beside(back)
        elif course == "undone twice":
            deliver(back)
            deliver(self._again(back))
        elif course == "undone twice at once":
            self._beside(back)
            self._beside(self._again(back))
        elif course == "undone":
            deliver(back)
        elif course in ("won", "balance beside") and status < 300:
            deliver(win)

    def _beside(self, message: Message) -> None:
        self.provider.start(message.name, lambda: self.provider.with_copies(message))

    def _hold_beside(self, session_id: str) -> None:
        """Hold another stake in the same session meanwhile, sometimes, and settle it."""
        two_bets = self._dialect == "winupgo" and self._pick(f"{self.name} has two bets", _TWO_BETS)
        if not two_bets:
            return
        other, settlement, _ = self._messages(session_id, f"r{self.number} more")

        def play() -> None:
            if self.provider.with_copies(other) == 200:
                self.provider.with_copies(settlement)

        self.provider.start(other.name, play)

    def _again(self, back: Message) -> Message:
        """Return the same undoing under another id."""
        asks = replace(back.asks, transaction_id=f"{back.asks.transaction_id} again")
        return write(asks, self._dialect)

    def _cash(self) -> Message:
        """Return a deposit or a withdrawal."""
        kind = self._pick(f"{self.name} moves", _CASH_KINDS)
        amount = self._pick(f"{self.name} amount", _CASH)
        key = f"r{self.number}-{kind}"
        asks = Transaction(PLATFORM, key, kind, kind, self._player, CURRENCY, amount)
        return write(asks, CASHIER)

    def _messages(self, session_id: str, name: str) -> tuple[Message, Message, Message]:
        """Return a bet, what pays it, and what undoes it."""
        dialect = self._dialect
        shared = self._pick(f"{self.name} shared", _SHARED)
        common: dict[str, Any] = {
            "integration": INTEGRATIONS[dialect].name,
            "player_id": self._player,
            "currency": CURRENCY,
            "game_id": GAME,
            "session_id": session_id,
            "round_id": f"{dialect}-shared" if shared else f"{dialect}-{name}",
        }
        stake = self._pick(f"{self.name} stake", _STAKES)
        win = self._pick(f"{self.name} win", _WINS)
        asked: tuple[Transaction, Transaction, Transaction]
        if dialect == "winupgo":
            asked = _hold_round(common, name, stake, win)
        else:
            asked = self._round(common, name, stake, win)
        first, paid, back = (write(each, dialect) for each in asked)
        return first, paid, back

    def _round(
        self, common: Mapping[str, Any], name: str, stake: int, win: int
    ) -> tuple[Transaction, Transaction, Transaction]:
        by_bet, stake_type, win_type = self._dialect == "flexsoft", "bet", "win"
        if not by_bet:
            stake_type = self._pick(f"{self.name} stake type", _STAKE_TYPES)
            win_type = self._pick(f"{self.name} win type", _WIN_TYPES)
        bet = Transaction(
            **common,
            transaction_id=f"{name} bet",
            kind="bet",
            type=stake_type,
            amount_minor=stake,
        )
        paid = replace(
            bet,
            transaction_id=f"{name} win",
            kind="win",
            type=win_type,
            amount_minor=win,
            bet_transaction_id=bet.transaction_id if by_bet else None,
            finished=not by_bet and self._pick(f"{self.name} finished", _FINISHED),
            by_bet=by_bet,
        )
        back = replace(
            bet,
            transaction_id=f"{name} refund",
            kind="refund",
            bet_transaction_id=bet.transaction_id,
            round_id=None,
            by_bet=by_bet,
            amount_minor=0 if by_bet else stake,
        )
        return bet, paid, back


def _hold_round(
    common: Mapping[str, Any], name: str, stake: int, win: int
) -> tuple[HoldRequest, HoldRequest, HoldRequest]:
    hold = HoldRequest(
        **common,
        transaction_id=f"{name} hold",
        kind="hold",
        type="hold",
        amount_minor=stake,
        bet_transaction_id=f"{name} bet",
    )
    settle = replace(
        hold, transaction_id=f"{name} settle", kind="settle", type="settle", amount_minor=win
    )
    back = replace(
        hold, transaction_id=f"{name} rollback", kind="rollback", type="rollback", amount_minor=0
    )
    return hold, settle, back
