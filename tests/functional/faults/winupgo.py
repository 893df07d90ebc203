"""Every action of WinUpGo, ready to be sent through a wire that can fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from testing.hooks import Reply
from tests.functional.faults.desks import Seat, winupgo_at
from tests.functional.faults.scenes import Case
from tests.functional.winupgo.partner import INTEGRATION, Partner


@dataclass
class WinupgoSeat(Seat):
    """WinUpGo's player; holds are of 2.50 EUR, wins of 5.00."""

    partner: Partner = field(init=False)
    bet_id: str = ""
    any_session: str = ""

    def __post_init__(self) -> None:
        self.partner = winupgo_at(self.desk)
        self.any_session = self.desk.world.session(self.player_id, integration=INTEGRATION)

    def arrange(self, action: str) -> Case:
        self.bet_id = uuid4().hex
        return _ARRANGE[action](self)

    def done(self, send: Callable[..., Reply], **fields: Any) -> str:
        """Send what has to have happened before; return its key."""
        key = uuid4().hex
        reply = send(key, bet_id=self.bet_id, **fields)
        assert reply.status == 200, reply
        return key

    def hold(self) -> str:
        self.minor -= 250
        self.held += 250
        return self.done(self.partner.authorize)

    def bet(self, send: Callable[..., Reply], moves: int = 0, **more: Any) -> Case:
        """Return a request about the bet."""
        answer, key = more.pop("answer", (200, "ok")), more.pop("key", "") or uuid4().hex
        bet_id, given = self.bet_id, more.pop("given", ())
        is_copy = more.pop("is_copy", False)
        unrecorded = more.pop("unrecorded", False)
        sent = lambda: send(key, *given, bet_id=bet_id, **more)  # noqa: E731
        found = "" if unrecorded else key
        return self.case(sent, found, moves, answer, integration=INTEGRATION, is_copy=is_copy)

    def held_now(self, **more: Any) -> Case:
        self.held += 250
        return self.bet(self.partner.authorize, -250, **more)

    def ended(self, send: Callable[..., Reply], moves: int, **more: Any) -> Case:
        """Return the end of a bet that is held."""
        self.hold()
        self.held -= 250
        return self.bet(send, moves, **more)

    def moved_since(self) -> Case:
        self.hold()
        self.held -= 250
        self.desk.world.deposit(self.player_id, "EUR", "1.00")
        return self.bet(self.partner.settle, 100 + 500)

    def after(self, first: str, second: str, code: str) -> Case:
        """Return the second end of a bet."""
        self.hold()
        self.done(getattr(self.partner, first))
        self.held -= 250
        back = first == "roll_back"
        status = 200 if code == "rollback_repeated" else 409
        moves = 250 if back else 500
        return self.bet(getattr(self.partner, second), moves, answer=(status, code))

    def late_hold(self) -> Case:
        self.done(self.partner.roll_back)
        return self.bet(self.partner.authorize, answer=(409, "bet_rolled_back"))

    def second_hold(self) -> Case:
        self.hold()
        return self.bet(self.partner.authorize, answer=(409, "duplicate_bet"))

    def replay(self) -> Case:
        return self.bet(self.partner.authorize, key=self.hold(), is_copy=True)

    def session(self) -> Case:
        key = uuid4().hex
        sent = lambda: self.partner.open_session(key)  # noqa: E731
        answer, own = (201, "ok"), INTEGRATION
        return self.case(sent, key, answer=answer, integration=own, in_one_write=False)

    def event(self) -> Case:
        event_id = uuid4().hex
        sent = lambda: self.partner.tell(f"key-{event_id}", event_id)  # noqa: E731
        return self.case(sent, f"event:{event_id}", integration=INTEGRATION)


_ARRANGE: Final[dict[str, Callable[[WinupgoSeat], Case]]] = {
    "session": WinupgoSeat.session,
    "event": WinupgoSeat.event,
    "hold": WinupgoSeat.held_now,
    "hold in any session": lambda seat: seat.held_now(session_id=seat.any_session),
    "refused hold": lambda seat: seat.bet(
        seat.partner.authorize, given=("99999.00",), answer=(402, "insufficient_funds")
    ),
    "second hold": WinupgoSeat.second_hold,
    "late hold": WinupgoSeat.late_hold,
    "settle": lambda seat: seat.ended(seat.partner.settle, 500),
    "loss": lambda seat: seat.ended(seat.partner.settle, 0, given=("0",)),
    "settle, the wallet moved": WinupgoSeat.moved_since,
    "settle without a hold": lambda seat: seat.bet(
        seat.partner.settle, answer=(409, "bet_not_authorized"), unrecorded=True
    ),
    "settle after rollback": lambda seat: seat.after("roll_back", "settle", "bet_rolled_back"),
    "second settle": lambda seat: seat.after("settle", "settle", "duplicate_bet"),
    "rollback": lambda seat: seat.ended(seat.partner.roll_back, 250),
    "rollback of an unknown bet": lambda seat: seat.bet(
        seat.partner.roll_back, answer=(200, "rollback_unknown_bet")
    ),
    "rollback after settle": lambda seat: seat.after("settle", "roll_back", "bet_already_settled"),
    "second rollback": lambda seat: seat.after("roll_back", "roll_back", "rollback_repeated"),
    "replay": WinupgoSeat.replay,
}
ACTIONS: Final = tuple(_ARRANGE)
