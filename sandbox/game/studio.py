"""What the games of Flexsoft and WinUpGo share: seats, ways to play a round, requests in view."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

import httpx
from starlette.concurrency import run_in_threadpool

from sandbox.game.line import Line
from sandbox.game.routes import Game
from sandbox.game.stakes import Chance, amount, decimal, stakes, whole

_ATTEMPTS: Final = 4
#: Before a request is sent again; each time twice as long.
_PAUSE_S: Final = 0.2
#: The headers that say how a request was signed; no key and no token is among them.
_SHOWN: Final = (
    "x-signature", "x-idempotency-key", "content-digest", "signature-input", "signature",
)  # fmt: skip


class Calls:
    """The requests of one round and their answers, as the page shows them."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    def ask(self, send: Callable[[], httpx.Response]) -> httpx.Response | None:
        """Send until somebody answers, and return the answer.

        None means that nobody knows what became of the request: no answer, or only 5xx.
        """
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
            try:
                response = send()
            except httpx.TransportError as error:
                self.shown.append({"call": "no answer", "answer": type(error).__name__})
                continue
            self.shown.append(_exchange(response))
            if response.status_code < 500:
                return response
        return None


def at_the_door(response: httpx.Response) -> bool:
    """Tell whether a request was refused unread: it has to be sent again, rightly signed."""
    return response.status_code in (401, 403)


#: Sends something once more, and tells what it moves in its round; None when nobody answers.
type Owed = Callable[[Calls], dict[str, Any] | None]


@dataclass
class Seat:
    """A player at a game; `token` is all that the page's address says of it."""

    token: str
    game: str
    player: str
    currency: str
    return_url: str | None = None
    balance: Decimal | None = None
    rounds: list[dict[str, Any]] = field(default_factory=list)
    #: Round → what the wallet has not answered of it, so the studio sends it again.
    owed: dict[str, Owed] = field(default_factory=dict, repr=False)
    #: A player's rounds come one after the other, however often the button is pressed.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def played(
        self, round_id: str, stake: Decimal, win: Decimal | None, **more: Any
    ) -> dict[str, Any]:
        """Return a round as page and books show it; `more` may hold `error`, `said` and `cell`.

        It moved its win and its stake, unless `net` says other.
        """
        net = more.pop("net", Decimal(0) if win is None else win - stake)
        return {
            "round_id": round_id, "bet": self._shown(stake), "win": self._shown(win),
            "balance": self.shown_balance, "net": self._shown(net), **more,
        }  # fmt: skip

    def owes(self, round_id: str, stake: Decimal, error: str, owed: Owed) -> dict[str, Any]:
        """Return a round that the wallet has to hear of again."""
        self.owed[round_id] = owed
        return self.played(round_id, stake, None, error=error, net=None)

    @property
    def shown_balance(self) -> str | None:
        """What the page shows that the player has."""
        return self._shown(self.balance)

    def _shown(self, value: Decimal | None) -> str | None:
        return None if value is None else str(whole(value, self.currency))


class Way(NamedTuple):
    """One way to play a round: what the page calls it, and what plays it."""

    name: str
    play: Callable[[Any, Decimal, Calls], dict[str, Any]]


class Studio[S: Seat](Game[S]):
    """A game whose rounds a counterpart plays in its own words."""

    def __init__(self) -> None:
        self.seats: dict[str, S] = {}
        self.chance = Chance(seed=1)
        self.line = Line()

    @abstractmethod
    def enter(self, seat: S, calls: Calls) -> None:
        """Find out what the player has, where that can be known."""

    @abstractmethod
    def ways(self, seat: S) -> Mapping[str, Way]:
        """Return how a round can be played now; the first is the usual one."""

    def session(self, token: str) -> S | None:
        """Return who plays under a token."""
        return self.seats.get(token)

    async def show(self, session: S) -> dict[str, Any]:
        """Return the state of a session."""
        calls = Calls()
        async with session.turn:
            await run_in_threadpool(self.enter, session, calls)
        return {
            "game": session.game,
            "player": session.player,
            "currency": session.currency,
            "is_demo": False,
            "return_url": session.return_url,
            "balance": session.shown_balance,
            "stakes": stakes(session.currency),
            "rounds": session.rounds,
            "calls": calls.shown,
            "ways": self._named(session),
        }

    async def spin(self, session: S, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Play a round."""
        stake = amount(decimal(wanted.get("stake")), session.currency)
        async with session.turn:
            calls = Calls()
            await run_in_threadpool(self._send_owed, session, calls)
            ways = self.ways(session)
            way = ways.get(wanted.get("way") or next(iter(ways)))
            if way is None:
                raise ValueError("a round cannot be played in this way now")
            played = await run_in_threadpool(way.play, session, stake, calls)
            session.rounds.append(played | {"calls": calls.shown})
            return session.rounds[-1] | {"ways": self._named(session)}

    def books(self, session: S) -> dict[str, Any]:
        """Return what the studio believes that happened."""
        return {
            "player": session.player, "currency": session.currency,
            "rounds": session.rounds, "owed": len(session.owed),
        }  # fmt: skip

    async def settle(self, session: S) -> None:
        """Send again what the wallet has not answered yet."""
        async with session.turn:
            await run_in_threadpool(self._send_owed, session, Calls())

    def _send_owed(self, seat: S, calls: Calls) -> None:
        for round_id, send in list(seat.owed.items()):
            self.line.free()
            told = send(calls)
            if told is None:
                return  # the rest would not be answered either
            seat.owed.pop(round_id, None)
            for played in seat.rounds:
                if played["round_id"] == round_id:
                    played.update(told)

    def _named(self, seat: S) -> list[dict[str, str]]:
        return [{"id": name, "name": way.name} for name, way in self.ways(seat).items()]


def _exchange(response: httpx.Response) -> dict[str, Any]:
    request = response.request
    return {
        "call": f"{request.method} {request.url}",
        "headers": {name: request.headers[name] for name in _SHOWN if name in request.headers},
        "body": request.content.decode(),
        "status": response.status_code,
        "answer": response.text,
    }
