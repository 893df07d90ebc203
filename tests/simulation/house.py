"""The casino of a history: furnished once in a process, and copied for every seed."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from casino.aws.lean.protocol import DynamoDb, SecretsManager
from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.hold import session_naming
from casino.wallet.model import Player, Session, session_key
from casino.wiring.accounts import accounts_handler
from casino.wiring.hooks import hook_handler
from casino.wiring.tokens import token_hook_handler
from casino.wiring.winupgo import winupgo_handler
from testing.clock import FakeClock
from testing.credentials import FakeSecrets
from testing.template import create_tables
from testing.world import GAME, World
from tests.simulation.choices import Choices
from tests.simulation.dynamodb_model import DynamoDbModel
from tests.simulation.kernel import START_S, Host, Kernel
from tests.simulation.lambdas import Handler, Lambdas
from tests.simulation.machine import bind_sleeps, late_sleep
from tests.simulation.messages import CASHIER, CURRENCY, INTEGRATIONS, first_pair
from tests.simulation.secrets_model import SecretsModel
from tests.simulation.wire import Wire

PLAYERS: Final = ("ann", "ben")
START_MINOR: Final = 10_000
_OPENED: Final = "2026-01-01T11:00:00.000Z"


@dataclass
class House:
    """Everything in one history; `words` is what it tells of itself."""

    choices: Choices
    kernel: Kernel = field(default_factory=Kernel)
    words: list[str] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        furnished, environment = _furnished()
        self.model = _copy_of(furnished, lambda: self.kernel.now_us / 1_000_000)
        secrets = SecretsModel(self.clock)
        self.secrets: dict[str, FakeSecrets] = {
            dialect: secrets.add(each.secret_name, first_pair(dialect))
            for dialect, each in INTEGRATIONS.items()
        }
        self.wire = Wire(self.kernel, self.choices, self.model, secrets, self.tell)
        self.lambdas = Lambdas(self.kernel, self.choices, _HANDLERS, self.tell)
        self.world = World(DynamoDb(self.wire), environment)  # type: ignore[arg-type]
        self.outside = Host(self.kernel, "outside")

    def tell(self, words: str, *, step: bool = True) -> None:
        """Write down what happens now; a step is what is done, and not what is answered."""
        self.steps += step
        self.words.append(f"{self.kernel.now_us / 1e6:10.6f} {words}")

    @property
    def clock(self) -> FakeClock:
        """The world's time, without a skew."""
        return _WorldClock(self.kernel)

    @contextmanager
    def wired(self) -> Iterator[None]:
        """Let the functions' clients of AWS be those that lead into this house."""
        wire: Any = self.wire
        clients: dict[str, Any] = {
            "dynamodb_client": lambda: DynamoDb(wire),
            "secrets_client": lambda: SecretsManager(wire, sleep=late_sleep),
        }
        with (
            patch.dict(os.environ, self.world.environment),
            patch.multiple("casino.wiring.hooks", **clients),
            patch("casino.wiring.accounts.dynamodb_client", clients["dynamodb_client"]),
        ):
            yield


class _WorldClock(FakeClock):
    def __init__(self, kernel: Kernel) -> None:
        super().__init__(START_S)
        self._kernel = kernel

    def now(self) -> float:
        return START_S + self._kernel.now_us / 1_000_000


#: How a function makes its handler, by dialect: as functions/*/app.py does.
_HANDLERS: Final[Mapping[str, Callable[[], Handler]]] = {
    "igsp": lambda: hook_handler(Igsp()),
    "flexsoft": lambda: token_hook_handler(Flexsoft()),
    "winupgo": lambda: winupgo_handler(),
    CASHIER: lambda: accounts_handler(),
}


def session_of(dialect: str, player_id: str) -> str:
    """Return the id of the player's open session."""
    if dialect == "winupgo":
        return session_naming(player_id, "1")
    if dialect == "flexsoft":
        return session_key(INTEGRATIONS[dialect].name, f"token-{player_id}")
    return f"session-{player_id}"


@cache
def _furnished() -> tuple[DynamoDbModel, dict[str, str]]:
    """Return a casino with its integrations, and players with money and sessions."""
    bind_sleeps()
    model = DynamoDbModel()
    client = model.client()
    environment = create_tables(client, "sim") | {"CACHE_SECONDS": "60"}
    world = World(client, environment)
    for dialect, integration in INTEGRATIONS.items():
        world.registry.put(integration, (first_pair(dialect).api_key,))
    for player_id in PLAYERS:
        player = Player(player_id, blocked=False, created_at=_OPENED)
        world.accounts.add_player(player, currencies=(CURRENCY,))
        world.deposit(player_id, CURRENCY, f"{START_MINOR // 100}.00")
        for dialect, integration in INTEGRATIONS.items():
            who = (session_of(dialect, player_id), player_id, CURRENCY, integration.name, GAME)
            assert world.sessions.add(Session(*who, "active", _OPENED, START_S + 3_600))
    return model, environment


def _copy_of(model: DynamoDbModel, now: Callable[[], float]) -> DynamoDbModel:
    """Return a model with the same items; no item is ever changed where it stands."""
    copy = DynamoDbModel(now)
    for name, table in model.tables.items():
        copy.tables[name] = replace(table, items=dict(table.items))
    return copy
