"""iGSP at an endpoint whose wire to DynamoDB can fail, and every action that is sent through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from casino.base.errors import RetryableError
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.store.cached_registry import CachedRegistry
from casino.wallet.dialect import Outcome
from casino.wallet.model import PLATFORM, Kind, Transaction
from testing.clock import FakeClock
from testing.desk import HookDesk
from testing.world import GAME, SANDBOX, World
from tests.functional.faults.scenes import Case, Sent
from tests.functional.faults.wire import Wire

START_MINOR: Final = 1_000_000


class Desk:
    """An endpoint wired as in `casino.wiring`, with a manual clock and a wire that can fail.

    `client` is the one that goes through the wire.
    """

    def __init__(self, world: World, clock: FakeClock, client: Any) -> None:
        self.world = world
        self.clock = clock
        self.wire = Wire(client, clock)
        on_wire = replace(world, client=client)
        registry = CachedRegistry(on_wire.registry, clock, ttl_s=float("inf"))
        self._desk = HookDesk(on_wire, registry, clock=clock, jitter=lambda: 1.0)

    def hook(self, fields: Mapping[str, Any]) -> Sent:
        """Sign and send one hook; copies are traced alike, so that their answers compare."""
        reply = self._desk.hook(fields, X_Trace_Id="trace")
        code = self._desk.notes.records[-1].outcome
        return Sent(reply.status, code, reply.text, reply.replayed)

    def platform(self, request: Transaction) -> Sent:
        """Send a deposit or withdrawal, as the platform's tools do."""
        try:
            answer = self._desk.wallet.transact(request, SANDBOX.wallet)
        except RetryableError as error:
            body = Igsp().answer(Outcome(error.code, request.trace_id)).body
            return Sent(503, error.code, body)
        return Sent(answer.status, answer.code, answer.body, answer.replay)


@dataclass
class Seat:
    """A new player with 10,000.00 EUR in a session; `minor` is what is expected to be left."""

    desk: Desk
    player_id: str = field(default_factory=lambda: f"p-{uuid4()}")
    round_id: str = field(default_factory=lambda: f"r-{uuid4()}")
    session_id: str = ""
    minor: int = START_MINOR

    def __post_init__(self) -> None:
        self.session_id = self.desk.world.player(self.player_id, amount="10000.00")

    def arrange(self, action: str) -> Case:
        """Return the request of an action, in a round of its own, ready to be sent."""
        self.round_id = f"r-{uuid4()}"
        return _ARRANGE[action](self)

    def fields(self, action: str, amount: str, **more: Any) -> dict[str, Any]:
        return {
            "action": action,
            "player_id": self.player_id,
            "currency": "EUR",
            "amount": Decimal(amount),
            "game_id": GAME,
            "transaction_id": f"tx-{uuid4()}",
            "session_id": self.session_id,
            "type": action,
            **more,
        }

    def bet(self, amount: str = "10.00", **more: Any) -> dict[str, Any]:
        return self.fields("bet", amount, **{"round_id": self.round_id, **more})

    def refund(self, bet: Mapping[str, Any]) -> dict[str, Any]:
        bet_id = bet["transaction_id"]
        amount, stake_type = str(bet["amount"]), bet["type"]
        return self.fields("refund", amount, type=stake_type, bet_transaction_id=bet_id)

    def done(self, fields: dict[str, Any], status: int = 200) -> dict[str, Any]:
        """Send what has to have happened before."""
        assert self.desk.hook(fields).status == status
        return fields

    def case(
        self, fields: Mapping[str, Any], moves_minor: int, status: int = 200, code: str = "ok"
    ) -> Case:
        """Return the request; with what was done before, it changes the balance by so much."""
        self.minor += moves_minor
        key = fields.get("transaction_id", "")
        send = lambda: self.desk.hook(fields)  # noqa: E731
        return Case(send, status, code, self.minor, key, SANDBOX.name)

    def platform_case(
        self, kind: Kind, amount_minor: int, moves_minor: int, status: int = 200, code: str = "ok"
    ) -> Case:
        self.minor += moves_minor
        key = f"{kind}-{uuid4()}"
        request = Transaction(PLATFORM, key, kind, kind, self.player_id, "EUR", amount_minor)
        send = lambda: self.desk.platform(request)  # noqa: E731
        return Case(send, status, code, self.minor, key, PLATFORM)

    def balance(self) -> Case:
        fields = {"action": "balance", "player_id": self.player_id, "currency": "EUR"}
        return self.case({**fields, "session_id": self.session_id}, 0)

    def win(self) -> Case:
        self.done(self.bet())
        win = self.fields("win", "25.00", round_id=self.round_id, finished=True)
        return self.case(win, 1_500)

    def late_bet(self) -> Case:
        bet = self.bet()
        self.done(self.refund(bet), status=404)
        return replace(self.case(bet, 0, 409, "bet_cancelled"), is_copy=True)

    def second_refund(self) -> Case:
        bet = self.done(self.bet())
        self.done(self.refund(bet))
        return self.case(self.refund(bet), 0, 409, "bet_already_refunded")


_ARRANGE: Final[dict[str, Callable[[Seat], Case]]] = {
    "balance": Seat.balance,
    "bet": lambda seat: seat.case(seat.bet(), -1_000),
    "tip": lambda seat: seat.case(seat.fields("bet", "10.00", type="tip"), -1_000),
    "freespin": lambda seat: seat.case(seat.bet(type="freespin"), 0),
    "win": Seat.win,
    "refund": lambda seat: seat.case(seat.refund(seat.done(seat.bet())), 0),
    "refund of an unknown bet": lambda seat: seat.case(
        seat.refund(seat.bet()), 0, 404, "bet_not_found"
    ),
    "second refund": Seat.second_refund,
    "late bet": Seat.late_bet,
    "refused bet": lambda seat: seat.case(seat.bet("99999.99"), 0, 402, "insufficient_funds"),
    "replay": lambda seat: replace(seat.case(seat.done(seat.bet()), -1_000), is_copy=True),
    "deposit": lambda seat: seat.platform_case("deposit", 5_000, 5_000),
    "withdrawal": lambda seat: seat.platform_case("withdrawal", 3_000, -3_000),
    "refused withdrawal": lambda seat: seat.platform_case(
        "withdrawal", 9_999_999, 0, 402, "insufficient_funds"
    ),
}
ACTIONS: Final = tuple(_ARRANGE)
