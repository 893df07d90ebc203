"""Every variant really moves money: a benchmark of what does not work would mean nothing.

On a MiniStack with the real tables: a bet moves the balance by exactly the stake and leaves one
entry, its copy gets the same answer and moves nothing, and a forged bet is refused. On the way the
round trips and the capacity are counted at the wire; of the wallet, for every action.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import boto3

from benchmarks.aws import wire
from benchmarks.aws.wire import Call, Wire
from benchmarks.functions import emulator, variants
from benchmarks.functions.bets import CURRENCY, STAKE_MINOR, Event, Player
from benchmarks.functions.emulator import Function
from benchmarks.functions.variants import COMMON_ENVIRONMENT, Variant
from casino.wallet.model import wallet_key
from sandbox import ministack
from sandbox.stack import local_aws
from testing.hooks import API_KEY, SECRET_KEY
from testing.template import create_tables
from testing.world import SANDBOX, World

_FUNDS: Final = "1000.00"
_IDEMPOTENCY: Final = "idempotency"


class WrongVariantError(Exception):
    """A variant does not do its job; the message names it and what it did."""


def check(compared: Sequence[Variant]) -> dict[str, dict[str, Any]]:
    """Return by variant `title`, `round_trips` and `capacity` of a bet and of its replay.

    Of the wallet those of a win, a refund and a balance, too. Raises `WrongVariantError`.
    """
    with _casino() as (world, counted):
        results = {}
        for variant in compared:
            table = _Table(world, counted, variant.name)
            costs = _costs(table.bet_and_replay(variant))
            results[variant.name] = {"title": variant.title, **costs}
            if variant.name == "wallet":
                more = _costs(table.other_actions())
                for part, figures in more.items():
                    results[variant.name][part] |= figures
        return results


@dataclass(frozen=True)
class _Books:
    """What the tables hold of a player: the balance in minor units, and the number of entries."""

    balance_minor: int
    entries: int


class _Table:
    """A player of its own for each variant, and all that this player's wallet must obey."""

    def __init__(self, world: World, counted: Wire, name: str) -> None:
        self._world, self._wire, self._name = world, counted, name
        player_id = f"{uuid4()}"
        self._player = Player(player_id, world.player(player_id, CURRENCY, _FUNDS))

    def bet_and_replay(self, variant: Variant) -> dict[str, list[Call]]:
        """Check a bet, its copy and a forgery; return the calls of each."""
        with self._started(variant) as function:
            # Whatever is read once and then kept is none of the second bet's calls.
            self._must(function, self._player.bet(), -STAKE_MINOR)
            bet = self._player.bet()
            body, calls = self._must(function, bet, -STAKE_MINOR)
            again, calls_again = self._must(function, bet, 0)
            if again != body:
                raise self._wrong(f"the copy of a bet got {again}, the bet {body}")
            self._refuse(function, {**bet, "body": bet["body"].replace("1.25", "9.25")})
        return {"bet": calls, "replay": calls_again}

    def other_actions(self) -> dict[str, list[Call]]:
        """Check the wallet's other hooks in a round of one bet; return the calls of each."""
        bet_id, round_id = str(uuid4()), str(uuid4())
        bet = self._player.hook("bet", transaction_id=bet_id, round_id=round_id)
        win = self._player.hook("win", transaction_id=str(uuid4()), round_id=round_id)
        refunded = str(uuid4())
        lost = self._player.hook("bet", transaction_id=refunded, round_id=str(uuid4()))
        refund = self._player.hook(
            "refund", transaction_id=str(uuid4()), bet_transaction_id=refunded, type="bet"
        )
        balance = self._player.hook("balance")
        with self._started(variants.wallet()) as function:
            self._must(function, bet, -STAKE_MINOR)
            self._must(function, lost, -STAKE_MINOR)
        return {
            "win": self._once("WinFunction", win, STAKE_MINOR),
            "refund": self._once("RefundFunction", refund, STAKE_MINOR),
            "balance": self._once("BalanceFunction", balance, 0),
        }

    def _once(self, function_name: str, event: Event, moved_minor: int) -> list[Call]:
        with self._started(variants.wallet(function_name)) as function:
            # It fills every cache and moves nothing.
            self._refuse(function, {**event, "body": "{}"})
            return self._must(function, event, moved_minor)[1]

    @contextmanager
    def _started(self, variant: Variant) -> Iterator[Function]:
        environment = {
            **COMMON_ENVIRONMENT,
            **self._world.environment,
            "AWS_ENDPOINT_URL": self._wire.endpoint,
        }
        with emulator.running(variant.folders, environment) as function:
            yield function

    def _must(self, function: Function, event: Event, moved_minor: int) -> tuple[str, list[Call]]:
        """Send an event that moves the balance by so much; return the answer, and the calls."""
        before = self._books()
        self._wire.take()
        response = function.invoke(event)
        calls = self._wire.take()
        after = self._books()
        if response["statusCode"] != HTTPStatus.OK:
            raise self._wrong(f"answered {response}", function)
        told = json.loads(response["body"])["balance"]
        if round(told * 100) != after.balance_minor:
            raise self._wrong(f"told {told}, the wallet holds {after.balance_minor}", function)
        expected = _Books(
            before.balance_minor + moved_minor, before.entries + int(moved_minor != 0)
        )
        if after != expected:
            raise self._wrong(f"left {after} instead of {expected}", function)
        return response["body"], calls

    def _refuse(self, function: Function, event: Event) -> None:
        before = self._books()
        status = function.invoke(event)["statusCode"]
        if status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._wrong(f"answered a forgery with {status}", function)
        if self._books() != before:
            raise self._wrong("a forgery moved money", function)

    def _books(self) -> _Books:
        wallet = self._world.accounts.wallet(self._player.player_id, CURRENCY)
        entries = self._world.client.query(
            TableName=self._world.tables.ledger,
            IndexName="by_wallet",
            KeyConditionExpression="wallet = :wallet",
            ExpressionAttributeValues={
                ":wallet": {"S": wallet_key(self._player.player_id, CURRENCY)}
            },
            Select="COUNT",
        )
        return _Books(wallet.balance_minor if wallet else 0, entries["Count"])

    def _wrong(self, what: str, function: Function | None = None) -> WrongVariantError:
        text = f"{self._name}: {what}"
        return WrongVariantError(str(function.failure(text)) if function else text)


def _costs(calls: Mapping[str, Sequence[Call]]) -> dict[str, Any]:
    return {
        "round_trips": {action: len(made) for action, made in calls.items()},
        "capacity": {action: _units(made) for action, made in calls.items()},
    }


def _units(calls: Sequence[Call]) -> dict[str, float]:
    tables = sum(call.write_tables for call in calls)
    index = sum(call.write_index for call in calls)
    return {
        "write": tables + index,
        "write_tables": tables,
        "write_index": index,
        "read": sum(call.read for call in calls),
    }


@contextmanager
def _casino() -> Iterator[tuple[World, Wire]]:
    """Start a MiniStack with the template's tables, the integration and the peers' table."""
    with tempfile.TemporaryDirectory() as folder:
        local = ministack.start(Path(folder), ministack.free_port())
        try:
            with wire.counting(local.endpoint) as counted:
                yield _world(local), counted
        finally:
            local.stop()


def _world(local: ministack.MiniStack) -> World:
    session = boto3.Session("test", "test", region_name=local_aws(local)["AWS_REGION"])
    client = session.client("dynamodb", endpoint_url=local.endpoint)
    world = World(client, {**create_tables(client, "bench"), "IDEMPOTENCY_TABLE": _IDEMPOTENCY})
    client.create_table(
        TableName=_IDEMPOTENCY,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    session.client("secretsmanager", endpoint_url=local.endpoint).create_secret(
        Name=SANDBOX.secret_name,
        SecretString=json.dumps({"api_key": API_KEY, "secret_key": SECRET_KEY}),
    )
    world.configure()
    return world
