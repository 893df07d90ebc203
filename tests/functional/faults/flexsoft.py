"""Every action of Flexsoft, ready to be sent through a wire that can fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from tests.functional.faults.desks import Seat, flexsoft_at
from tests.functional.faults.scenes import Case
from tests.functional.flexsoft.partner import INTEGRATION, Partner


def an_id() -> str:
    return uuid4().hex


@dataclass
class FlexsoftSeat(Seat):
    """Flexsoft's player; bets are of 10.00 EUR, wins of 25.00."""

    partner: Partner = field(init=False)
    round_id: str = ""

    def __post_init__(self) -> None:
        self.partner = flexsoft_at(self.desk)

    def arrange(self, action: str) -> Case:
        self.round_id = an_id()
        return _ARRANGE[action](self)

    def done(self, send: Callable[..., Any], *given: Any, status: int = 200, **fields: Any) -> str:
        """Send what has to have happened before; return its id."""
        key = an_id()
        reply = send(*given, provider_tx_id=key, **{"round_id": self.round_id} | fields)
        assert reply.status == status, reply
        return key

    def bet(self, status: int = 200, **fields: Any) -> str:
        return self.done(self.partner.bet, 10_000, status=status, **fields)

    def money(
        self,
        send: Callable[..., Any],
        *given: Any,
        key: str = "",
        moves: int = 0,
        answer: tuple[int, str] = (200, "ok"),
        is_copy: bool = False,
        **fields: Any,
    ) -> Case:
        key = key or an_id()
        named = {"provider_tx_id": key, "round_id": self.round_id} | fields
        sent = lambda: send(*given, **named)  # noqa: E731
        return self.case(sent, key, moves, answer, integration=INTEGRATION, is_copy=is_copy)

    def auth(self, session_token: str) -> Case:
        partner = self.partner
        playing = partner.session_token
        partner.launch(f"ps-{an_id()}")
        token, known = partner.user_token, session_token or partner.session_token
        partner.session_token = playing
        exchange = lambda: partner.auth(user_token=token, session_token=known)  # noqa: E731
        return self.case(exchange, in_one_write=False)

    def win(self, moves: int = 1_500, **fields: Any) -> Case:
        return self.money(self.partner.win, 25_000, moves=moves, **fields)

    def roll_back(self, bet: str, **fields: Any) -> Case:
        return self.money(self.partner.roll_back, bet, **fields)

    def win_of_rolled_back_bet(self) -> Case:
        bet = self.bet()
        self.done(self.partner.roll_back, bet)
        answer = (409, "round_refunded")
        return self.win(moves=0, withdraw_provider_tx_id=bet, answer=answer)

    def win_of_another_round(self) -> Case:
        bet, self.round_id = self.bet(), an_id()
        return self.win(withdraw_provider_tx_id=bet)

    def rollback_of_a_paid_bet(self) -> Case:
        bet = self.bet()
        self.done(self.partner.win, 25_000, withdraw_provider_tx_id=bet, round_id=an_id())
        return self.roll_back(bet, moves=1_500, answer=(409, "round_finished"))

    def second_rollback(self) -> Case:
        bet = self.bet()
        self.done(self.partner.roll_back, bet)
        return self.roll_back(bet)

    def late_bet(self) -> Case:
        bet = an_id()
        self.done(self.partner.roll_back, bet)
        answer = (409, "bet_cancelled")
        return self.money(self.partner.bet, 10_000, key=bet, answer=answer, is_copy=True)

    def replay(self) -> Case:
        bet = self.bet()
        return self.money(self.partner.bet, 10_000, key=bet, moves=-1_000, is_copy=True)


_ARRANGE: Final[dict[str, Callable[[FlexsoftSeat], Case]]] = {
    "auth": lambda seat: seat.auth(""),
    "auth under another token": lambda seat: seat.auth(f"ps-{an_id()}"),
    "balance": lambda seat: seat.case(seat.partner.balance),
    "bet": lambda seat: seat.money(seat.partner.bet, 10_000, moves=-1_000),
    "free bet": lambda seat: seat.money(seat.partner.bet, 10_000, action="FREE_BET"),
    "refused bet": lambda seat: seat.money(
        seat.partner.bet, 99_000_000, answer=(402, "insufficient_funds")
    ),
    "win": lambda seat: seat.win(withdraw_provider_tx_id=seat.bet()),
    "free win": lambda seat: seat.win(
        moves=2_500, action="FREE_BET_WIN", withdraw_provider_tx_id=seat.bet(action="FREE_BET")
    ),
    "win without a round": lambda seat: seat.win(withdraw_provider_tx_id=seat.bet(), round_id=...),
    "win of another round": FlexsoftSeat.win_of_another_round,
    "win of a rolled back bet": FlexsoftSeat.win_of_rolled_back_bet,
    "rollback": lambda seat: seat.roll_back(seat.bet()),
    "rollback of a free bet": lambda seat: seat.roll_back(seat.bet(action="FREE_BET")),
    "rollback of an unknown bet": lambda seat: seat.roll_back(an_id()),
    "rollback of a paid bet": FlexsoftSeat.rollback_of_a_paid_bet,
    "second rollback": FlexsoftSeat.second_rollback,
    "late bet": FlexsoftSeat.late_bet,
    "close round": lambda seat: seat.money(seat.partner.close_round),
    "replay": FlexsoftSeat.replay,
}
ACTIONS: Final = tuple(_ARRANGE)
