"""A provider's way of sending: it tries again, sends copies, loses patience and answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from casino.signing.pair import Pair
from casino.wallet.model import Transaction
from tests.simulation.choices import Options
from tests.simulation.house import House
from tests.simulation.kernel import Signal
from tests.simulation.messages import INTEGRATIONS, Message, code_of, first_pair

_MS: Final = 1_000
_PATIENCE: Final = Options((3, 3_000 * _MS), (2, 1_000 * _MS), (1, 200 * _MS))
_BACKOFF: Final = Options((4, 100 * _MS), (2, 5 * _MS), (1, 2_000 * _MS), (1, 61_000 * _MS))
_LOST: Final = Options((25, False), (1, True))
_COPIES: Final = Options((9, 0), (2, 1), (1, 2))
_APART: Final = Options((3, 0), (3, 2 * _MS), (2, 500 * _MS), (1, 66_000 * _MS))
_ALTERED: Final = Options((30, False), (1, True))
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
        """Whether the response decides what was asked: one that says "unauthorized" does not."""
        if self.status is None or self.status >= 500:
            return False
        return code_of(self.message.dialect, self.response.value["body"]) != "unauthorized"


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
        event = message.event(self.pairs.get(message.dialect), house.clock.now())
        house.tell(f"{name}: {message.words}")
        signal = house.lambdas.invoke(message.dialect, event, name)
        attempt = Attempt(name, message, house.kernel.now_us, signal)
        self.attempts.append(attempt)
        self.begun[name] = attempt.begun_us
        wanted = self.asked.setdefault(message.key, [])
        if message.asks not in wanted and not message.reads:
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
        altered = message.altered()
        if altered is not None and choices.pick(f"{name} altered", _ALTERED):
            self._beside(altered, altered.name)
        return self.deliver(message)

    def _beside(self, message: Message, name: str) -> None:
        delay_us = self.house.choices.pick(f"{name} apart", _APART)
        self.start(name, lambda: self.deliver(message, name, tries=1), delay_us)
