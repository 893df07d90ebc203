"""Tens of thousands of mutants against one warm handler: none accepted, none a crash.

Half of them were tampered with after they were signed; the others are signed as they should be
and hold what no wallet may take. The same mutants are sent in each run.
"""

import io
import logging
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from testing.hooks import (
    HOOKS,
    Caller,
    Reply,
    encode,
    load_function,
    proxy_event,
    signed_headers,
)
from testing.leaks import leaks_in
from testing.world import GAME, World
from tests.functional.wallet.hostile import hostile_bodies, write
from tests.functional.wallet.mutants import Mutant, tampered

LEAST = 20_000


@dataclass
class Target:
    """A warm handler, what it printed, and hooks that it would accept."""

    hook: Caller
    printed: io.StringIO
    world: World
    hooks: list[dict[str, str]]

    def send(self, event: Mapping[str, Any]) -> Reply:
        with redirect_stdout(self.printed):
            return self.hook.send(event)

    def everything(self) -> dict[str, Any]:
        """Return all that stands, to tell whether anything moved."""
        return {
            "ledger": {repr(record) for record in self.world.history.everything()},
            "rounds": {repr(round_) for round_ in self.world.history.rounds()},
            "wallets": list(self.world.accounts.wallets()),
        }


def aim(world: World, monkeypatch: pytest.MonkeyPatch) -> Target:
    """Warm a handler up: in the test itself, so that its tens of thousands of records are not kept.

    A logger of its own writes to where stdout points when it is made, and pytest hears only of
    loggers that propagate or were there when the test began.
    """
    session_id = world.player("player-912")
    service = f"wallet-{uuid4()}"
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
    printed = io.StringIO()
    with redirect_stdout(printed):
        hook = Caller(load_function("hooks"))
        monkeypatch.setattr(logging.getLogger(service), "propagate", False)
        bet = _fields(session_id, "bet", type='"bet"', round_id='"round-1"')
        placed = hook.send(_signed(bet | {"transaction_id": '"placed"'}))
        assert placed.status == 200
    hooks = [
        {name: bet[name] for name in ("player_id", "currency", "session_id")}
        | {"action": '"balance"'},
        bet | {"comment": '"Ünï €"'},
        _fields(session_id, "win", type='"win"', round_id='"round-1"'),
        _fields(session_id, "refund", type='"bet"', bet_transaction_id='"placed"'),
    ]
    return Target(hook, printed, world, hooks)


def _fields(session_id: str, action: str, **more: str) -> dict[str, str]:
    return {
        "action": f'"{action}"',
        "player_id": '"player-912"',
        "currency": '"EUR"',
        "amount": "2.50",
        "game_id": f'"{GAME}"',
        "transaction_id": f'"{action}-1"',
        "session_id": f'"{session_id}"',
    } | more


def _signed(fields: dict[str, str]) -> dict[str, Any]:
    body = write(fields)
    return proxy_event(body, signed_headers(body))


def _mutants(hooks: list[dict[str, str]]) -> Iterator[Mutant]:
    dice = random.Random(20_251_017)
    for fields in hooks:
        yield from tampered(write(fields), dice)
        yield from hostile_bodies(fields)


def test_no_mutant_is_accepted_and_none_is_a_crash(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = aim(world, monkeypatch)
    before = target.everything()
    sent: set[bytes] = set()
    wrong: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for mutant in _mutants(target.hooks):
        if mutant.identity() in sent:
            continue
        sent.add(mutant.identity())
        reply = target.send(mutant.event())
        if reply.status not in mutant.statuses or reply.json.get("status") != reply.status:
            fault = f"{mutant.name}: {reply.status} {reply.json.get('error')}"
            wrong[fault] += 1
            examples.setdefault(fault, repr(mutant)[:500])
    assert not wrong, "\n".join(f"{wrong[key]} x {key}: {examples[key]}" for key in wrong)
    assert len(sent) >= LEAST
    assert target.everything() == before
    assert "unexpected error" not in target.printed.getvalue()
    assert leaks_in(target.printed.getvalue()) == []
    for fields in target.hooks:
        accepted = target.send(_signed(fields))
        assert accepted.status == 200, "it was the mutation that was refused"


def test_a_refund_that_names_itself_is_refused_for_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = aim(world, monkeypatch)
    fields = target.hooks[3] | {"bet_transaction_id": '"refund-1"'}
    reply = target.send(_signed(fields))
    assert 400 <= reply.status < 500, reply
    assert reply.json["retryable"] is False


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"body": None},
        {"headers": None, "multiValueHeaders": None, "requestContext": None, "body": None},
        {"headers": {}, "requestContext": {"identity": None}, "body": ""},
        {"path": HOOKS, "httpMethod": "GET", "headers": {}, "body": encode({}).decode()},
    ],
)
def test_an_event_without_anything_in_it_is_unauthorized(
    world: World, monkeypatch: pytest.MonkeyPatch, event: dict[str, Any]
) -> None:
    target = aim(world, monkeypatch)
    assert target.send(event).status == 401
