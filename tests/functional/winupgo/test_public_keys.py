"""Ed25519: WinUpGo's public key instead of a secret, from its adding to its rotation."""

import base64
import json
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casino.base.clock import SystemClock
from casino.signing import ed25519
from casino.wiring.rotation import rotation_handler
from testing.hooks import load_function
from testing.world import World
from tests.functional.ops.console import Console, LocalFunctions
from tests.functional.winupgo.partner import INTEGRATION, KEY_ID, Partner, connect, pair_text
from tests.functional.winupgo.test_cases import said

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
ACCESS = ("--brand", "brand-7", "--area", "EU", "--provider", "studio", "--client", "client-1")
#: Every y that a point of small order may have, the last two in a second spelling.
SMALL = [
    0,
    1,
    2**255 - 20,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    2**255 - 19,
    2**255 - 18,
]


@pytest.fixture
def ops(world: World) -> Console:
    """A console whose rotations run in this process, as deployed."""
    functions = LocalFunctions(rotation_handler(world.environment))
    return Console(world, clock=SystemClock(), functions=functions)


def add(ops: Console, text: str, family: str = "winupgo") -> str:
    """Add WinUpGo with a pair; return the error, or nothing."""
    command = ("integration", "add", INTEGRATION, "--family", family, "--credentials-file", "-")
    done = ops(*command, "--json", stdin=text)
    return str(done.json["error"]) if done.code else ""


def key_text(raw: bytes) -> str:
    secret_key = f"ed25519:{base64.b64encode(raw).decode()}"
    return json.dumps({"api_key": KEY_ID, "secret_key": secret_key})


def partner(world: World, key: Ed25519PrivateKey) -> Partner:
    session = world.session("player-912", integration=INTEGRATION)
    return Partner(world, load_function("winupgo"), session, key)


def test_a_public_key_is_added_staged_and_rotated(ops: Console) -> None:
    assert add(ops, pair_text(OLD)) == ""
    ops.json("integration", "access", INTEGRATION, *ACCESS)
    ops.world.player("player-912")
    assert said(partner(ops.world, OLD).authorize("k1")) == (200, "authorized")
    assert said(partner(ops.world, NEW).settle("k2")) == (401, "INVALID_SIGNATURE")
    ops.json("integration", "stage", INTEGRATION, "--file", "-", stdin=pair_text(NEW))
    assert said(partner(ops.world, NEW).settle("k2")) == (200, "credited")
    ops.json("integration", "rotate", INTEGRATION)
    late = partner(ops.world, OLD).settle("k2")
    assert (late.status, late.replayed, late.headers["X-Secret-Version"]) == (200, True, "previous")
    ops.json("integration", "retire-previous", INTEGRATION)
    assert said(partner(ops.world, OLD).settle("k2")) == (401, "INVALID_SIGNATURE")
    assert partner(ops.world, NEW).settle("k2").replayed


def test_a_secret_gives_way_to_a_public_key(world: World, ops: Console) -> None:
    connect(world)
    ops.json("integration", "stage", INTEGRATION, "--file", "-", stdin=pair_text(NEW))
    ops.json("integration", "rotate", INTEGRATION)
    assert partner(world, NEW).roll_back("k1").status == 200


def test_a_stack_without_the_layer_takes_no_key_that_needs_it(ops: Console) -> None:
    ops.layered = False
    assert add(ops, pair_text(OLD)) == "layer_missing"
    rsa = json.dumps({"api_key": "a", "secret_key": "0123456789abcdef" * 4})
    assert add(ops, rsa, "igv-merchant") == "layer_missing"
    assert ops.world.registry.get(INTEGRATION) is None
    assert add(ops, rsa) == ""
    said = ops("integration", "stage", INTEGRATION, "--file", "-", stdin=pair_text(NEW))
    assert (said.code, "deploy it again" in said.err) == (1, True)


def test_a_function_without_the_layer_answers_that_it_is_unavailable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = connect(world, OLD)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    reply = sender.authorize("k1")
    assert (said(reply), reply.json["retryable"]) == ((503, "UNAVAILABLE"), True)


@pytest.mark.parametrize("family", ["igsp", "flexsoft", "invo", "igv-seller"])
def test_no_other_family_takes_a_public_key_for_its_secret(ops: Console, family: str) -> None:
    assert add(ops, pair_text(OLD), family) == "invalid_request"


@pytest.mark.parametrize("raw", [b"", OLD.public_key().public_bytes_raw()[:-1], bytes(33)])
def test_what_is_no_key_is_not_added(ops: Console, raw: bytes) -> None:
    assert add(ops, key_text(raw)) == "invalid_request"
    assert add(ops, key_text(raw).replace("=", "")) == "invalid_request"


@pytest.mark.parametrize("y", SMALL)
@pytest.mark.parametrize("sign", [0, 2**255])
def test_a_key_that_anybody_could_sign_for_is_not_added(ops: Console, y: int, sign: int) -> None:
    raw = (y + sign).to_bytes(32, "little")
    assert add(ops, key_text(raw)) == "invalid_request"


def test_such_a_key_verifies_nothing_though_the_library_takes_it() -> None:
    neutral = bytes([1]) + bytes(31)
    forged = neutral + bytes(32)  # made without any secret
    Ed25519PublicKey.from_public_bytes(neutral).verify(forged, b"whatever")
    key = f"ed25519:{base64.b64encode(neutral).decode()}"
    assert not ed25519.fits(b"whatever", forged, key)
