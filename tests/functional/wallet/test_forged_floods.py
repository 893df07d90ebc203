"""Forged requests in masses cost a bounded number of reads, and no write."""

from collections import Counter
from dataclasses import replace

import pytest

from casino.aws.clients import secrets_client
from casino.integrations.store.cached_registry import (
    UNKNOWN_READS,
    UNKNOWN_READS_PER_S,
    CachedRegistry,
)
from casino.integrations.store.keyring import REFRESH_INTERVAL_S, SecretsManagerKeyring
from testing.clock import FakeClock
from testing.desk import HookDesk
from testing.hooks import API_KEY, SECRET_KEY, encode, proxy_event, signed_headers
from testing.world import World
from tests.functional.wallet.interrupted import Wire

FORGED = 10_000
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
        return [name for name in self.dynamodb.calls if name not in ("get_item", "batch_get_item")]


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


def test_10000_unknown_keys_read_a_bounded_number_of_times_and_no_secret(gate: Gate) -> None:
    assert gate.send(API_KEY, SECRET_KEY) == 200
    before, secrets = gate.dynamodb.calls["get_item"], gate.secrets.calls.total()
    statuses: Counter[int] = Counter()
    for number in range(FORGED):
        statuses[gate.send(f"forged-{number}", "guessed")] += 1
        gate.clock.sleep(1 / PER_S)
    reads = gate.dynamodb.calls["get_item"] - before
    assert reads <= UNKNOWN_READS + UNKNOWN_READS_PER_S * SECONDS
    assert statuses == {401: reads, 503: FORGED - reads}
    assert gate.secrets.calls.total() == secrets
    assert gate.writes == []
    assert gate.send(API_KEY, SECRET_KEY) == 200


def test_10000_times_the_same_unknown_key_is_read_every_ten_seconds(gate: Gate) -> None:
    for _ in range(FORGED):
        assert gate.send("forged", "guessed") == 401
        gate.clock.sleep(1 / PER_S)
    assert gate.dynamodb.calls["get_item"] <= SECONDS / 10 + 1
    assert gate.writes == []
