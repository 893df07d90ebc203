"""Every variant really moves money: a benchmark of what does not work would mean nothing.

On a MiniStack with the real tables: a bet moves the balance by exactly the stake and leaves one
entry, its copy gets the same answer and moves nothing, and a forged bet is refused. On the way the
round trips and the capacity are counted at the wire; of the wallet for every action, together with
the sizes of what a bet leaves in the tables.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from benchmarks.aws import wire
from benchmarks.aws.wire import Call, Wire
from benchmarks.figures.results import OURS
from benchmarks.functions import emulator, variants
from benchmarks.functions.emulator import Function
from benchmarks.functions.variants import COMMON_ENVIRONMENT, Variant
from benchmarks.measures.stage import Stage, emulated_aws
from casino.wallet.model import wallet_key
from testing.bets import CURRENCY, STAKE_MINOR, Event, Player
from testing.capacity import item_size
from testing.world import World

_FUNDS: Final = "1000.00"
_IDEMPOTENCY: Final = "idempotency"


class WrongVariantError(Exception):
    """A variant does not do its job; the message names it and what it did."""


def check(compared: Sequence[Variant]) -> dict[str, dict[str, Any]]:
    """Return `round_trips` and `capacity` of a bet and of its replay as `variants`, by name.

    Those of the wallet's other actions and the `item_bytes` are in `wallet`, too. Raises
    `WrongVariantError`.
    """
    with emulated_aws() as local:
        world = Stage.build(local).world
        world.environment["IDEMPOTENCY_TABLE"] = _IDEMPOTENCY
        world.client.create_table(
            TableName=_IDEMPOTENCY,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        with wire.counting(local.endpoint) as counted:
            found: dict[str, Any] = {"variants": {}}
            for variant in compared:
                table = _Table(world, counted, variant.name)
                calls = table.bet_and_replay(variant)
                if variant.name == OURS:
                    calls |= table.other_actions()
                    found["wallet"] = {**_costs(calls), "item_bytes": table.item_bytes()}
                found["variants"][variant.name] = _costs(calls)
            return found


def _costs(calls: Mapping[str, Sequence[Call]]) -> dict[str, Any]:
    return {
        "round_trips": {action: len(made) for action, made in calls.items()},
        "capacity": {action: _units(made) for action, made in calls.items()},
    }


def _units(calls: Sequence[Call]) -> dict[str, float]:
    names = ("write_tables", "write_index", "read")
    units = {name: sum(getattr(call, name) for call in calls) for name in names}
    return {"write": units["write_tables"] + units["write_index"], **units}


class _Table:
    """A player of its own for each variant, and all that this player's wallet must obey."""

    def __init__(self, world: World, counted: Wire, name: str) -> None:
        self._world, self._wire, self._name = world, counted, name
        player_id = str(uuid4())
        self._player = Player(player_id, world.player(player_id, CURRENCY, _FUNDS))
        self._round_id = str(uuid4())

    def bet_and_replay(self, variant: Variant) -> dict[str, list[Call]]:
        """Check a bet, its copy and a forgery; return the calls of each."""
        with self._started(variant) as function:
            # Whatever is read once and then kept is none of the second bet's calls.
            self._must(function, self._player.bet(), -STAKE_MINOR)
            bet = self._player.bet()
            body, calls = self._must(function, bet, -STAKE_MINOR)
            again, calls_again = self._must(function, bet, 0)
            if again != body:
                raise self._wrong(f"the copy of a bet got {again}, the bet {body}", function)
            self._refuse(function, {**bet, "body": bet["body"].replace("1.25", "9.25")})
        return {"bet": calls, "replay": calls_again}

    def other_actions(self) -> dict[str, list[Call]]:
        """Check the wallet's other hooks in a round of one bet; return the calls of each."""
        refunded = str(uuid4())
        refund = self._hook("refund", bet_transaction_id=refunded, type="bet")
        with self._started(variants.wallet()) as function:
            self._must(function, self._hook("bet", round_id=self._round_id), -STAKE_MINOR)
            lost = self._player.hook("bet", transaction_id=refunded, round_id=str(uuid4()))
            self._must(function, lost, -STAKE_MINOR)
        win = self._hook("win", round_id=self._round_id)
        return {
            "win": self._once("WinFunction", win, STAKE_MINOR),
            "refund": self._once("RefundFunction", refund, STAKE_MINOR),
            "balance": self._once("BalanceFunction", self._player.hook("balance"), 0),
        }

    def item_bytes(self) -> dict[str, int]:
        """Return the sizes of what the bet in a round left: entry, its index, round."""
        tables, scan = self._world.tables, self._world.client.scan
        found = [*scan(TableName=tables.ledger)["Items"], *scan(TableName=tables.rounds)["Items"]]
        items = [item for item in found if item.get("round_id") == {"S": self._round_id}]
        (entry,) = (item for item in items if item.get("kind") == {"S": "bet"})
        (played,) = (item for item in items if "kind" not in item)
        keys = {name: entry[name] for name in ("id", "wallet", "seq")}
        sizes = (item_size(item) for item in (entry, keys, played))
        return dict(zip(("entry", "index", "round"), sizes, strict=True))

    def _hook(self, action: str, **fields: Any) -> Event:
        return self._player.hook(action, transaction_id=str(uuid4()), **fields)

    def _once(self, function_name: str, event: Event, moved_minor: int) -> list[Call]:
        with self._started(variants.wallet(function_name)) as function:
            # It fills every cache and moves nothing.
            self._refuse(function, {**event, "body": "{}"})
            return self._must(function, event, moved_minor)[1]

    def _started(self, variant: Variant) -> AbstractContextManager[Function]:
        aws = {"AWS_ENDPOINT_URL": self._wire.endpoint}
        environment = {**COMMON_ENVIRONMENT, **self._world.environment, **aws}
        return emulator.running(variant.folders, environment)

    def _must(self, function: Function, event: Event, moved_minor: int) -> tuple[str, list[Call]]:
        """Send an event that moves the balance by so much; return the answer, and the calls."""
        before = self._books()
        self._wire.take()
        response = function.invoke(event)
        calls = self._wire.take()
        after = self._books()
        if response["statusCode"] != HTTPStatus.OK:
            raise self._wrong(f"answered {response}", function)
        told_minor = round(json.loads(response["body"])["balance"] * 100)
        moved = (before[0] + moved_minor, before[1] + bool(moved_minor))
        if after != moved or told_minor != after[0]:
            raise self._wrong(f"told {told_minor}, left {after} instead of {moved}", function)
        return response["body"], calls

    def _refuse(self, function: Function, event: Event) -> None:
        before = self._books()
        status = function.invoke(event)["statusCode"]
        if status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._wrong(f"answered a forgery with {status}", function)
        if self._books() != before:
            raise self._wrong("a forgery moved money", function)

    def _books(self) -> tuple[int, int]:
        """Return the balance in minor units, and the number of entries."""
        wallet = self._world.accounts.wallet(self._player.player_id, CURRENCY)
        key: Mapping[str, Any] = {"S": wallet_key(self._player.player_id, CURRENCY)}
        entries = self._world.client.query(
            TableName=self._world.tables.ledger,
            IndexName="by_wallet",
            KeyConditionExpression="wallet = :wallet",
            ExpressionAttributeValues={":wallet": key},
            Select="COUNT",
        )
        return wallet.balance_minor if wallet else 0, entries["Count"]

    def _wrong(self, what: str, function: Function) -> WrongVariantError:
        return WrongVariantError(str(function.failure(f"{self._name}: {what}")))
