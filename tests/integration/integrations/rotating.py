"""An integration that is rotated again and again under traffic, by a rotation that keeps dying.

Two providers send signed hooks all the time: one uses each new pair as soon as it may, one
only after the rotation. Somebody forges signatures meanwhile, which uses up every refresh that the
rate limit allows, and somebody tries the retired pairs.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from random import Random
from typing import Any

from casino.audit.model import Who
from casino.integrations.credentials import NoPreviousError
from casino.integrations.deployed import STEPS
from casino.signing.pair import Pair
from casino.wiring.rotation import Handler, rotation_handler
from ops.context import Operations
from ops.verbs import rotation
from testing.crashes import Crashes, CrashingClient
from testing.issuer import Issuer
from tests.integration.integrations.senders import Front, Heard, Sender, Worker, post, until

WHO = Who("test", "a rotation under traffic")
NAME = "acme"
PLAYER = "p_rotation"
GAME = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


class Rotating:
    """The traffic, and everything that rotates the integration."""

    def __init__(self, operations: Operations, front: Front, issuer: Issuer, first: Pair) -> None:
        self.operations = operations
        self.front = front
        self.issuer = issuer
        self.random = Random(20261121)
        self.crashes = Crashes()
        dynamodb = CrashingClient(operations.dynamodb, self.crashes)
        secrets = CrashingClient(operations.secrets, self.crashes)
        self.handler = local_rotation(operations, dynamodb, secrets)
        self.desk = replace(operations, dynamodb=dynamodb, secrets=secrets).rotation(WHO)
        self.session_id = _seat(operations)
        self.early = Sender(front, first, lambda number: self.fields("early", number))
        self.late = Sender(front, first, lambda number: self.fields("late", number))
        self.forged: list[Heard] = []
        self.probes: list[Heard] = []
        self.retired: list[tuple[Pair, float]] = []

    def fields(self, sender: str, number: int) -> dict[str, Any]:
        fields = {"player_id": PLAYER, "currency": "EUR", "session_id": self.session_id}
        if number % 2:
            return fields | {"action": "balance"}
        bet = {"action": "bet", "type": "bet", "amount": 0.01, "game_id": GAME}
        return fields | bet | {"transaction_id": f"{sender}-{number}"}

    @contextmanager
    def traffic(self) -> Iterator[None]:
        """Keep everybody sending."""
        workers = [self.early.worker, self.late.worker, Worker(self._forge), Worker(self._probe)]
        with ExitStack() as all_end:  # also when one of them tells of an error
            for worker in workers:
                worker.start()
                all_end.callback(worker.stop)
            yield
            last = self.retired[-1][0]
            until(lambda: any(heard.pair is last for heard in self.probes), "the last probe")

    def rotate(self, number: int, *, deployed: bool) -> None:
        """Stage, rotate and retire once; every fourth time the `api_key` stays the same."""
        old = self.late.pair
        same_key = number % 4 == 3
        new = self.issuer.pair(old.api_key if same_key else None)
        version = f"{number:032d}"
        self.crashes.run_to_the_end(lambda: self.desk.stage(NAME, new, version), self.random)
        # The provider waits for the moment that `stage` prints.
        everywhere = time.time() + self.operations.stack.cache_s
        until(lambda: time.time() > everywhere, "the moment that stage printed")
        self.early.pair = new
        if deployed:
            rotation.rotate(self.operations, NAME, who=WHO)
        else:
            self._steps(version)
        rotated_at = time.time()
        until(lambda: self.late.uses(old, rotated_at), "a late request")
        until(lambda: self.early.uses(new, rotated_at), "an early request")
        if number % 10 == 5:
            until(lambda: self.late.heard[-1].old, "being told that the pair is the previous one")
        self.late.pair = new
        until(lambda: self.late.uses(new, rotated_at), "the late switch")
        self.crashes.run_to_the_end(lambda: self._retire(old), self.random)

    def prove(self) -> None:
        """Nothing valid was refused, nothing retired or forged was taken."""
        for heard in self.early.heard + self.late.heard:
            assert heard.status == 200, heard
        for heard in self.probes:
            assert heard.status in (401, 403), heard
        for heard in self.forged:
            assert heard.status in (401, 403), heard  # 401 when the key was retired meanwhile
        probed = {heard.pair.fingerprint for heard in self.probes}
        assert probed == {pair.fingerprint for pair, _ in self.retired}

    def _steps(self, version: str) -> None:
        """The four steps as Secrets Manager calls them; sometimes all over again from the start."""
        secret = self.operations.integrations.named(NAME).secret_name
        for place in range(len(STEPS)):
            again = self.random.random() < 0.1
            for each in STEPS[0 if again else place : place + 1]:
                event = {"Step": each, "SecretId": secret, "ClientRequestToken": version}
                self.crashes.run_to_the_end(lambda: self.handler(event, None), self.random)  # noqa: B023 - called at once

    def _retire(self, old: Pair) -> None:
        with suppress(NoPreviousError):  # it was retired before the crash
            self.desk.retire_previous(NAME)
        if all(pair is not old for pair, _ in self.retired):
            self.retired.append((old, time.time() + self.operations.stack.cache_s))

    def _forge(self) -> None:
        """A known key, a signature of another secret."""
        fields = self.fields("forged", 0)
        self.forged.append(post(self.front, self.early.pair, fields, "guessed"))

    def _probe(self) -> None:
        """Use the pairs that are refused everywhere by now, each several times."""
        due = [pair for pair, at in self.retired if time.time() > at]
        for pair in due[-8:]:
            self.probes.append(post(self.front, pair, self.fields("retired", 0)))


def local_rotation(operations: Operations, dynamodb: Any, secrets: Any) -> Handler:
    """Return the function's handler in this process, over these clients."""
    tables = operations.stack.tables
    names = ("ledger", "wallets", "players", "sessions", "rounds", "registry", "audit")
    environment = {f"{name.upper()}_TABLE": str(getattr(tables, name)) for name in names}
    environment["STAGE"] = "local"
    return rotation_handler(environment, dynamodb, secrets)


def _seat(operations: Operations) -> str:
    operations.players.create(PLAYER, "EUR", who=WHO)
    operations.players.deposit(PLAYER, "EUR", 100_000_00, "opening", who=WHO)
    opened = operations.sessions.open(
        PLAYER, "EUR", GAME, who=WHO, integration=NAME, ttl_s=12 * 3600
    )
    return opened.session_id
