"""Forged requests in masses cost a bounded number of reads, and no write."""

from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest

from casino.audit.model import Who
from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.integrations.rotation import Rotation
from casino.integrations.store.cached_registry import EARLY_S, CachedRegistry
from casino.integrations.store.keyring import REFRESH_INTERVAL_S, SecretsManagerKeyring
from casino.integrations.store.secrets import SecretsManagerStore
from casino.signing.pair import Pair
from testing.clock import FakeClock
from testing.credentials import FakePairProvider, pair_of
from testing.desk import HookDesk
from testing.hooks import API_KEY, SECRET_KEY, encode, proxy_event, signed_headers
from testing.world import SANDBOX, World
from tests.functional.wallet.interrupted import Wire

FORGED = 10_000
NEW = pair_of("new")
PER_S = 500
SECONDS = FORGED / PER_S
BODY = encode({"action": "balance", "player_id": "player-912", "currency": "EUR"})


class Gate:
    """One execution environment whose calls are counted, in a time of its own."""

    def __init__(self, world: World) -> None:
        self.clock = FakeClock()
        self.dynamodb, self.secrets = Wire(world.client), Wire(secrets_client())
        casino = replace(world, client=self.dynamodb)
        registry = CachedRegistry(casino.registry, self.clock)
        keyring = SecretsManagerKeyring(self.secrets, self.clock, registry)
        self.desk = HookDesk(casino, registry, keyring, self.clock)

    def send(self, api_key: str, secret_key: str) -> int:
        headers = signed_headers(BODY, api_key, secret_key, at=self.clock.now())
        status: int = self.desk.handle(proxy_event(BODY, headers))["statusCode"]
        return status

    @property
    def writes(self) -> list[str]:
        return [
            name
            for name in self.dynamodb.calls
            if name not in ("query", "get_item", "batch_get_item")
        ]


def stage(world: World, pair: Pair) -> None:
    store, clock = SecretsManagerStore(secrets_client()), SystemClock()
    rotation = Rotation(store, world.registry, FakePairProvider(), clock, Who("an operator"))
    rotation.stage(SANDBOX.name, pair, str(uuid4()))


@pytest.fixture
def gate(world: World) -> Gate:
    world.player("player-912")
    return Gate(world)


def test_10000_bad_signatures_read_the_secret_once_in_a_refresh_interval(gate: Gate) -> None:
    statuses: Counter[int] = Counter()
    for _ in range(FORGED):
        statuses[gate.send(API_KEY, "guessed")] += 1
        gate.clock.sleep(1 / PER_S)
    assert statuses == {403: FORGED}
    rounds = SECONDS / REFRESH_INTERVAL_S
    assert gate.secrets.calls["get_secret_value"] <= 3 * (rounds + 1) + 1
    assert gate.dynamodb.calls.total() <= 2 * (SECONDS / 60 + 1) + rounds + 1
    assert gate.writes == []
    assert gate.send(API_KEY, SECRET_KEY) == 200


@pytest.mark.parametrize("key", ["forged", "forged-{number}"], ids=["one key", "many keys"])
def test_a9_10000_unknown_keys_read_the_keys_once_in_five_seconds_and_no_secret(
    gate: Gate, key: str
) -> None:
    assert gate.send(API_KEY, SECRET_KEY) == 200
    secrets, known = gate.secrets.calls.total(), gate.dynamodb.calls["batch_get_item"]
    for number in range(FORGED):
        assert gate.send(key.format(number=number), "guessed") == 401
        gate.clock.sleep(1 / PER_S)
    assert gate.dynamodb.calls["query"] <= SECONDS / EARLY_S + 1
    assert gate.dynamodb.calls["batch_get_item"] == known
    assert gate.secrets.calls.total() == secrets
    assert gate.writes == []
    assert gate.send(API_KEY, SECRET_KEY) == 200


def test_a9_a_new_pair_works_five_seconds_after_it_was_staged_in_the_middle_of_a_flood(
    gate: Gate, world: World
) -> None:
    statuses: Counter[int] = Counter()
    for number in range(PER_S * 7):
        gate.send(f"forged-{number}", "guessed")
        gate.send(API_KEY, "guessed")
        if number == PER_S:
            stage(world, NEW)
        if number >= PER_S * 6:
            statuses[gate.send(NEW.api_key, NEW.secret_key)] += 1
        gate.clock.sleep(1 / PER_S)
    assert statuses == {200: PER_S}
