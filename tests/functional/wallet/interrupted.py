"""A client that is interrupted between two calls, and what DynamoDB says then."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from casino.wallet.model import Player, Transaction
from testing.world import GAME, World

AT = "2026-01-01T00:00:00.000Z"


class Wire:
    """A client that counts its calls and runs `before[call]` ahead of one, once."""

    def __init__(self, client: Any) -> None:
        self.calls: Counter[str] = Counter()
        self.before: dict[str, Callable[[], object]] = {}
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls[name] += 1
            self.before.pop(name, lambda: None)()
            return getattr(self._client, name)(**request)

        return call


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def cancelled(*codes: str) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def refused(code: str, status: int) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "Call")


def add_player(world: World, player_id: str = "ann", *, blocked: bool = False) -> None:
    world.accounts.add_player(Player(player_id, blocked, AT))


def bet(player_id: str, session_id: str, number: int = 1, amount_minor: int = 10_00) -> Transaction:
    return Transaction(
        integration="sandbox",
        transaction_id=f"bet-{number}",
        kind="bet",
        type="bet",
        player_id=player_id,
        currency="EUR",
        amount_minor=amount_minor,
        game_id=GAME,
        session_id=session_id,
        round_id="round-1",
    )
