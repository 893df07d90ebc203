"""The functions in this process, against DynamoDB and Secrets Manager as moto emulates them.

moto is not isolated between threads: these tests are single-threaded on purpose.
"""

from collections.abc import Iterator

import pytest

from testing.emulator import emulated_world, quick_moto
from testing.events import check_world
from testing.hooks import Caller, load_function
from testing.launching import PLAYER, PROVIDER_URL, Desk, Output, introduce, make_desk, stock
from testing.meter import Meter, attach_meter
from testing.play import Play
from testing.world import World


@pytest.fixture(autouse=True, scope="session")
def moto_is_quick() -> Iterator[None]:
    with quick_moto():
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with emulated_world() as world:
        # moto answers within botocore's clients: the hooks' own would ask the network.
        monkeypatch.setenv("WALLET_AWS_CLIENT", "botocore")
        for name, value in world.environment.items():
            monkeypatch.setenv(name, value)
        yield world
        check_world(world)


@pytest.fixture
def meter(world: World, monkeypatch: pytest.MonkeyPatch) -> Meter:
    """Every client that the hooks' functions make is metered."""
    return attach_meter(world, monkeypatch)


@pytest.fixture
def hook(world: World) -> Caller:
    """The one URL of iGSP."""
    return Caller(load_function("hooks"))


@pytest.fixture
def play(world: World, hook: Caller) -> Play:
    """player-912 with EUR 1000.00 in an active session."""
    return Play(world, hook, session_id=world.player("player-912"))


@pytest.fixture
def desk(world: World) -> Desk:
    """player-912 of age and verified, a game to launch, and the session API in front of them."""
    world.player(PLAYER)
    introduce(world)
    stock(world)
    world.configure(url=PROVIDER_URL)
    return make_desk(world)


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Output:
    """All that was written: metrics, and log lines with their fields."""
    return lambda: capsys.readouterr().out + str([vars(record) for record in caplog.records])
