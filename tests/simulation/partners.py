"""The providers: they play rounds, send copies, lose patience, send things in the wrong order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from casino.signing.pair import Pair
from casino.wallet.hold import HoldRequest
from casino.wallet.model import Transaction
from testing.world import GAME
from tests.simulation.choices import Options
from tests.simulation.house import PLAYERS, House, session_of
from tests.simulation.kernel import Signal
from tests.simulation.messages import CURRENCY, INTEGRATIONS, Message, first_pair, write

_MS: Final = 1_000
_PATIENCE: Final = Options((3, 3_000 * _MS), (2, 1_000 * _MS), (1, 200 * _MS))
_BACKOFF: Final = Options((4, 100 * _MS), (2, 5 * _MS), (1, 2_000 * _MS), (1, 61_000 * _MS))
_LOST: Final = Options((25, False), (1, True))
_COPIES: Final = Options((9, 0), (2, 1), (1, 2))
_APART: Final = Options((3, 0), (3, 2 * _MS), (2, 500 * _MS), (1, 66_000 * _MS))
_ALTERED: Final = Options((30, False), (1, True))
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
_WINS: Final = Options((4, 500), (2, 0), (1, 1), (1, 7_000))
_COURSES: Final = Options(
    (6, "won"),
    (3, "undone"),
    (2, "both ends"),
    (1, "undone twice"),
    (2, "ends first"),
    (2, "at once"),
    (1, "bet alone"),
)
_DIALECTS: Final = Options((3, "igsp"), (2, "flexsoft"), (3, "winupgo"))
_PLAYER: Final = Options((5, PLAYERS[0]), (1, PLAYERS[1]))
_SHARED: Final = Options((2, False), (1, True))
_FINISHED: Final = Options((2, True), (1, False))
MOST_TRIES: Final = 4


@dataclass(frozen=True)
class Attempt:
    """One time that a message was sent; the signal's value is the function's response."""

    name: str
    message: Message
    begun_us: int
    response: Signal

    @property
    def status(self) -> int | None:
        """Return the response's status; `None` when the environment ended first."""
        return self.response.value["statusCode"] if self.response.value else None

    @property
    def is_definitive(self) -> bool:
        """Whether the response decides what was asked."""
        return self.status is not None and self.status < 500


@dataclass
class Provider:
    """Sends messages into a house; `pairs` is what it signs with."""

    house: House
    attempts: list[Attempt] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    """When each process of this history began that may write an entry."""
    asked: dict[tuple[str, str], list[Transaction]] = field(default_factory=dict)
    """What was asked for under each id."""
    rotating: set[str] = field(default_factory=set)
    """The dialects whose secret is being replaced."""
    pairs: dict[str, Pair] = field(
        default_factory=lambda: {dialect: first_pair(dialect) for dialect in INTEGRATIONS}
    )

    def send(self, message: Message, name: str) -> Attempt:
        """Send a message once; the response may come later."""
        house = self.house
        event = message.event(self.pairs[message.dialect], house.clock.now())
        house.tell(f"{name}: sent")
        signal = house.lambdas.invoke(message.dialect, event, name)
        attempt = Attempt(name, message, house.kernel.now_us, signal)
        self.attempts.append(attempt)
        self.begun[name] = attempt.begun_us
        wanted = self.asked.setdefault(message.key, [])
        if message.asks not in wanted:
            wanted.append(message.asks)
        return attempt

    def deliver(self, message: Message, name: str = "", tries: int = MOST_TRIES) -> int | None:
        """Send a message until it is answered for good; return the status, or `None`."""
        choices, name = self.house.choices, name or message.name
        for number in range(1, tries + 1):
            attempt = self.send(message, f"{name} try {number}")
            came = attempt.response.wait(choices.pick(f"{name} {number} patience", _PATIENCE))
            lost = choices.pick(f"{name} {number} answer lost", _LOST)
            if lost:
                self.house.tell(f"{attempt.name}: the answer is lost on its way")
            elif came and attempt.is_definitive:
                self.house.tell(f"{attempt.name}: answered {attempt.status}", step=False)
                return attempt.status
            else:
                said = attempt.status or "its connection is closed"
                said = f"{attempt.name}: {said if came else 'nothing comes in time'}"
                self.house.tell(said, step=False)
            if number < tries:
                self.house.kernel.pause(choices.pick(f"{name} {number} backoff", _BACKOFF))
        self.house.tell(f"{name}: given up", step=False)
        return None

    def start(self, name: str, body: Callable[[], object], delay_us: int = 0) -> None:
        """Begin something beside."""
        self.house.kernel.start(name, self.house.outside, body, delay_us)

    def with_copies(self, message: Message) -> int | None:
        """Deliver a message; copies, or a forged one under its id, may come beside it."""
        choices, name = self.house.choices, message.name
        for number in range(choices.pick(f"{name} copies", _COPIES)):
            self._beside(message, f"{name} copy {number + 1}")
        if choices.pick(f"{name} altered", _ALTERED):
            self._beside(message.altered(), f"{name} altered")
        return self.deliver(message)

    def _beside(self, message: Message, name: str) -> None:
        delay_us = self.house.choices.pick(f"{name} apart", _APART)
        self.start(name, lambda: self.deliver(message, name, tries=1), delay_us)


@dataclass
class Round:
    """One round of one provider, as its choices shape it; `number` names it in the history."""

    provider: Provider
    number: int

    def __post_init__(self) -> None:
        self.name = f"round {self.number}"
        self._pick = self.provider.house.choices.pick
        self._dialect = self._pick(f"{self.name} dialect", _DIALECTS)

    def start(self) -> None:
        """Let it begin at its time."""
        delay_us = self._pick(f"{self.name} starts", _STARTS)
        self.provider.start(self.name, self.play, delay_us)

    def play(self) -> None:
        """Play it."""
        first, win, back = self._messages()
        course = self._pick(f"{self.name} course", _COURSES)
        self.provider.house.tell(f"{self.name} ({self._dialect}): {course}", step=False)
        deliver = self.provider.with_copies
        if course == "ends first":
            deliver(back)
            deliver(first)
            deliver(win)
            return
        if course == "at once":
            for message in (first, win, back):
                self._beside(message)
            return
        status = deliver(first)
        if status is None:
            deliver(back)
        elif course == "both ends":
            self._beside(win)
            self._beside(back)
        elif course == "undone twice":
            deliver(back)
            deliver(self._again(back))
        elif course == "undone":
            deliver(back)
        elif course == "won" and status < 300:
            deliver(win)

    def _beside(self, message: Message) -> None:
        self.provider.start(message.name, lambda: self.provider.with_copies(message))

    def _again(self, back: Message) -> Message:
        """Return the same undoing under another id."""
        asks = replace(back.asks, transaction_id=f"{back.asks.transaction_id} again")
        return write(asks, self._dialect)

    def _messages(self) -> tuple[Message, Message, Message]:
        """Return a bet, what pays it, and what undoes it."""
        dialect, name = self._dialect, f"r{self.number}"
        shared = self._pick(f"{self.name} shared", _SHARED)
        player_id = self._pick(f"{self.name} player", _PLAYER)
        common: dict[str, Any] = {
            "integration": INTEGRATIONS[dialect].name,
            "player_id": player_id,
            "currency": CURRENCY,
            "game_id": GAME,
            "session_id": session_of(dialect, player_id),
            "round_id": f"{dialect}-shared" if shared else f"{dialect}-{name}",
        }
        stake = self._pick(f"{self.name} stake", _STAKES)
        win = self._pick(f"{self.name} win", _WINS)
        if dialect == "winupgo":
            return _hold_round(common, name, stake, win)
        bet = Transaction(
            **common, transaction_id=f"{name} bet", kind="bet", type="bet", amount_minor=stake
        )
        by_bet = dialect == "flexsoft"
        named = bet.transaction_id if by_bet else None
        finished = dialect == "igsp" and self._pick(f"{self.name} finished", _FINISHED)
        paid = replace(
            bet,
            transaction_id=f"{name} win",
            kind="win",
            type="win",
            amount_minor=win,
            bet_transaction_id=named,
            finished=finished,
            by_bet=by_bet,
        )
        back = replace(
            bet,
            transaction_id=f"{name} refund",
            kind="refund",
            bet_transaction_id=bet.transaction_id,
            round_id=None,
            by_bet=by_bet,
        )
        if dialect == "flexsoft":
            back = replace(back, amount_minor=0)
        return write(bet, dialect), write(paid, dialect), write(back, dialect)


def _hold_round(
    common: Mapping[str, Any], name: str, stake: int, win: int
) -> tuple[Message, Message, Message]:
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
    return write(hold, "winupgo"), write(settle, "winupgo"), write(back, "winupgo")
