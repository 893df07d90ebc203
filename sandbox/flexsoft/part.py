"""Flexsoft's part of the local stack: connects it, launches games, and plays signed requests."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import httpx

from casino.dialects.flexsoft.client import game_id
from casino.integrations.model import ProviderTerms
from ops.context import Operations
from ops.verbs import catalogue
from ops.verbs.session import launch
from sandbox.flexsoft.caller import Caller
from sandbox.part import Counterpart, Played, Stage, Step, UnexpectedAnswerError, checked
from sandbox.processes import TIMEOUT_S

INTEGRATION: Final = "flexsoft"
GAMES: Final = ("chicken-race", "aviadrone")
#: Who plays, and in what; a blocked player cannot be launched.
_PLAYERS: Final = (("p_demo_1", "EUR"), ("p_demo_2", "USD"), ("p_low_balance", "EUR"))


class FlexsoftProcess(Counterpart):
    """A running simulated Flexsoft."""

    name = "flexsoft"


@dataclass(frozen=True)
class Seat:
    """A player in a launched game."""

    user_id: str
    currency: str
    user_token: str
    session_token: str


@dataclass(frozen=True)
class FlexsoftPart:
    """Flexsoft beside a deployed stack."""

    operations: Operations
    caller: Caller
    process: FlexsoftProcess
    title = "Flexsoft: signed requests over HTTP"

    def game(self, user_id: str = _PLAYERS[0][0], currency: str = _PLAYERS[0][1]) -> str:
        """Launch a game through the session API, and return the URL for a browser."""
        game = game_id(INTEGRATION, GAMES[0])
        opened = launch(self.operations, user_id, currency, game).data
        assert isinstance(opened, dict)  # noqa: S101 - what this verb answers
        return str(opened["url"])

    def seat(self, user_id: str, currency: str) -> Seat:
        """Launch a game; its token is unused."""
        token = self.game(user_id, currency).rpartition("/")[2]
        state = httpx.get(f"{self.process.base_url}/admin/state", timeout=TIMEOUT_S).json()
        return Seat(user_id, currency, state["sessions"][token]["userToken"], token)

    def described(self) -> dict[str, Any]:
        """Return what tools need to call as Flexsoft does, with tokens that nobody has used."""
        return asdict(self.caller) | {
            "players": [vars(self.seat(*player)) for player in _PLAYERS],
        }

    def play(self) -> Iterator[Played]:
        """Play every step; raises `UnexpectedAnswerError` at a wrong answer."""
        for route, step in steps(self.seat(*_PLAYERS[0])):
            response = self.caller.send(route, step.fields)
            answer = response.json()
            data = answer["data"] or {}
            balance = data.get("new_balance", data.get("balance"))
            shown = "" if balance is None else f"{balance / 1000:.2f}"
            error = "" if response.is_success else str(answer["message"]).partition(":")[0]
            yield checked(step, response, error, shown)


def steps(seat: Seat) -> list[tuple[str, Step]]:
    """Return URLs and requests: ids are new in each run, so it can be played again and again."""
    run = uuid.uuid4().hex[:8]
    who = {"user_id": seat.user_id, "session_token": seat.session_token, "currency": seat.currency}
    tokens = {"user_token": seat.user_token, "session_token": seat.session_token}

    def money(action: str, tx: str, amount: int, **more: object) -> dict[str, object]:
        own = {"action": action, "amount": amount, "provider_tx_id": f"{tx}-{run}"}
        return {**who, "game": GAMES[0], "round_id": f"r1-{run}", **own, **more}

    def bet_of(tx: str) -> dict[str, str]:
        return {"withdraw_provider_tx_id": f"{tx}-{run}"}

    bet, free = money("BET", "b1", 1_000), {"round_id": f"r3-{run}"}
    close = {"action": "CLOSE_ROUND", "provider_tx_id": f"c1-{run}", "round_id": f"r1-{run}"}
    return [
        ("auth", Step("auth: the token of the launch", tokens)),
        ("auth", Step("the same exchange again", tokens)),
        ("auth", Step("the token in another session", tokens | {"session_token": "ps_other"}, 401,
                      "session_not_found")),
        ("withdraw", Step("BET 1.00", bet)),
        ("withdraw", Step("the same bet again", bet, replay=True)),
        ("withdraw", Step("its id with another amount", bet | {"amount": 1_500}, 409,
                          "transaction_mismatch")),
        ("deposit", Step("WIN 2.50", money("WIN", "w1", 2_500, **bet_of("b1")))),
        ("withdraw", Step("BET 2.00", money("BET", "b2", 2_000, round_id=f"r2-{run}"))),
        ("deposit", Step("ROLL_BACK of it", money("ROLL_BACK", "x2", 0, **bet_of("b2")))),
        ("deposit", Step("… under a new id", money("ROLL_BACK", "x2b", 0, **bet_of("b2")))),
        ("deposit", Step("ROLL_BACK, never seen", money("ROLL_BACK", "x3", 0, **bet_of("b3")))),
        ("withdraw", Step("… that bet, late", money("BET", "b3", 100), 409, "bet_cancelled", True)),
        ("deposit", Step("ROLL_BACK after the win", money("ROLL_BACK", "x1", 0, **bet_of("b1")),
                         409, "round_finished")),
        ("withdraw", Step("FREE_BET", money("FREE_BET", "f1", 500, **free))),
        ("deposit", Step("FREE_BET_WIN 0.70", money("FREE_BET_WIN", "fw", 700, **free))),
        ("withdraw", Step("BET of 0.005", money("BET", "b4", 5), 400, "amount_precision")),
        ("withdraw", Step("WIN sent to /withdraw", money("WIN", "w2", 100), 400,
                          "unsupported_action")),
        ("deposit", Step("CLOSE_ROUND, for all players", close)),
        ("balance", Step("balance", who)),
    ]  # fmt: skip


def open_part(stage: Stage) -> FlexsoftPart:
    """Connect Flexsoft, start it anew, and bring its games into the catalogue."""
    operations, who = stage.operations, stage.operations.who("the sandbox")
    integration, keys = stage.connect(INTEGRATION, INTEGRATION)
    caller = Caller(f"{stage.base_url}/flexsoft/v1", keys.api_key, keys.secret_key)
    process = stage.start(FlexsoftProcess, 1, caller)
    terms = ProviderTerms(process.base_url, games=GAMES)
    operations.registry.put(replace(integration, provider=terms))
    synced = catalogue.sync(operations, INTEGRATION, who=who)
    if synced.exit_code:
        process.stop()
        raise UnexpectedAnswerError(f"Flexsoft's games were not synced: {synced.as_text()}")
    return FlexsoftPart(operations, caller, process)
