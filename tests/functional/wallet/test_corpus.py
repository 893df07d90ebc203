"""Replays the recorded corpus of iGSP: each hook gets the answer that it got then, byte for byte.

Each file of `corpus/igsp/` is one casino from its opening on, one step in a line. A step with `do`
arranges something; the others are requests as API Gateway hands them over, with the exact answer.
Whoever changes an answer on purpose edits its line.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from casino.audit.model import Who
from casino.bonus.model import BonusTerms
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import Off
from casino.integrations.store.items import registry_key
from casino.wallet.model import Player, Session
from casino.wallet.refusals import REFUSALS
from casino.wallet.store.items import session_item
from casino.wiring import hooks as wiring
from casino.wiring.players import bonus_admin
from testing.clock import FakeClock
from testing.hooks import API_KEY, HOOKS, Handler, proxy_event
from testing.integrations import with_terms
from testing.world import GAME, SANDBOX, World

FILES: Final = sorted((Path(__file__).parent / "corpus" / "igsp").glob("*.jsonl"))
LEAST: Final = 500
#: Only API Gateway itself answers with these.
UNREACHABLE: Final = {"not_found"}
WHO: Final = Who("local:test", "the corpus")
OPENED: Final[dict[str, Any]] = {
    "integration": SANDBOX.name,
    "game_id": GAME,
    "status": "active",
    "opened_at": "2026-01-01T00:00:00Z",
}

type Step = dict[str, Any]
type Call = Callable[[str, Any], Any]


def read_steps(file: Path) -> list[Step]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


class Replay:
    """A casino whose clock shows what the steps say, and whose DynamoDB fails when they say so."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.clock = FakeClock(0)
        self.limits = replace(world.limits, clock=self.clock)
        self.bonuses = bonus_admin(world.client, world.tables, self.clock)
        self._handlers: dict[str | None, Handler] = {}
        self._call: Call = world.client._make_api_call
        self._fault: Step = {}
        monkeypatch.setattr(world.client, "_make_api_call", self._call_or_fail)
        monkeypatch.setattr(wiring, "dynamodb_client", lambda: world.client)
        monkeypatch.setattr(wiring, "SystemClock", lambda: self.clock)

    def answer(self, step: Step) -> dict[str, Any]:
        """Send a request at its moment; return status, headers and body."""
        self.clock.sleep(step["at"] - self.clock.now())
        route = step["route"]
        if route not in self._handlers:
            self._handlers[route] = wiring.hook_handler(Igsp(route), self.world.environment)
        self._fault = dict(step.get("fault", {}))
        try:
            return self._handlers[route](event_of(step), None)
        finally:
            self._fault = {}

    def arrange(self, step: Step) -> None:
        """Do what a step says that is no request."""
        world, given = self.world, dict(step)
        match given.pop("do"):
            case "player":
                world.accounts.add_player(Player(step["player_id"], False, "2026-01-01T00:00:00Z"))
            case "wallet":
                world.accounts.add_wallet(step["player_id"], step["currency"])
                if "deposit" in step:
                    world.deposit(step["player_id"], step["currency"], step["deposit"])
            case "session":
                made = Session(**OPENED | given)
                if world.accounts.player(made.player_id) is not None:
                    assert world.sessions.add(made)
                else:  # no use case makes a session of nobody
                    item = session_item(made)
                    world.client.put_item(TableName=world.tables.sessions, Item=item)
            case "set_status":
                assert world.sessions.set_status(**given)
            case "block":
                world.accounts.set_blocked(**given)
            case "limits" | "grant" | "exclude" as what:
                self._allow(what, given)
            case "reserve":
                world.accounts.set_reserved(**given)
            case "integration":
                keys = tuple(given.pop("api_keys", (API_KEY,)))
                if not given.pop("bets_enabled", True):  # as it was called when it was recorded
                    given["bets_off"] = Off()
                world.registry.put(with_terms(SANDBOX, **given), keys)
            case "registry item":
                # Recorded when kind and name stood together in the key.
                kind, _, name = step["item"]["id"]["S"].partition("#")
                item = {**step["item"], **registry_key(kind, name)}
                world.client.put_item(TableName=world.tables.registry, Item=item)
            case "secret":
                _store_secret(**given)
            case other:
                raise AssertionError(f"no such step: {other}")

    def _allow(self, what: str, given: Step) -> None:
        """Say what a wallet may stake, and of what."""
        if what == "exclude":
            self.limits.exclude(**given, who=WHO)
            return
        owner = (given.pop("player_id"), given.pop("currency"))
        if what == "limits":
            self.limits.set(*owner, given["limits"], who=WHO)
        else:
            self.bonuses.grant(*owner, BonusTerms(**given), who=WHO)

    def _call_or_fail(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        fault = self._fault
        if fault.get("operation") != operation or fault.get("times") == 0:
            return self._call(operation, parameters)
        if "times" in fault:
            fault["times"] -= 1
        if fault.get("applied"):
            self._call(operation, parameters)
        if "error" not in fault:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")
        raise ClientError(fault["error"], operation)


def event_of(step: Step) -> dict[str, Any]:
    """Return the event of a request; `event` holds what deviates from an ordinary one."""
    body, in_base64 = step.get("body", ""), "base64" in step
    if "padded_to" in step:
        body = body.ljust(step["padded_to"])
    path = HOOKS if step["route"] is None else f"/webhooks/igsp/v1/{step['route']}"
    ip = step.get("source_ip", "192.0.2.10")
    event = proxy_event(step["base64"] if in_base64 else body, step["headers"], path, ip)
    event["requestContext"]["requestId"] = step["id"]
    deviations: dict[str, Any] = step.get("event", {})
    return event | {"isBase64Encoded": in_base64} | deviations


def _store_secret(name: str, version: str, api_key: str, secret_key: str, stage: str = "") -> None:
    """Put a version under a stage of a secret, or create the secret with its first version."""
    client: Any = boto3.client("secretsmanager")
    text = json.dumps({"api_key": api_key, "secret_key": secret_key})
    fields = {"ClientRequestToken": version, "SecretString": text}
    if stage:
        client.put_secret_value(SecretId=name, VersionStages=[stage], **fields)
    else:
        client.create_secret(Name=name, **fields)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recorded_request_gets_its_recorded_answer(
    file: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay(world, monkeypatch)
    different = []
    for step in read_steps(file):
        if "do" in step:
            replay.arrange(step)
        elif (answer := replay.answer(step)) != step["answer"]:
            different.append({"id": step["id"], "was": step["answer"], "is": answer})
    assert not different
    assert world.verifier.everything().faults == ()


def test_corpus_holds_every_code_that_a_request_can_get() -> None:
    requests = [step for file in FILES for step in read_steps(file) if "do" not in step]
    bodies = [json.loads(request["answer"]["body"]) for request in requests]
    assert len({request["id"] for request in requests}) == len(requests) >= LEAST
    assert {body["error"] for body in bodies if "error" in body} == REFUSALS.keys() - UNREACHABLE
