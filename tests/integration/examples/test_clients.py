"""The clients of `examples/` play against the deployed stack, and are answered to the cent."""

import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from sandbox.flexsoft.part import FlexsoftPart
from sandbox.part import Stage
from sandbox.up import Casino, open_seat
from sandbox.winupgo.part import connect
from testing.template import PROJECT
from tests.integration.examples import test_igv_callbacks
from tests.integration.invo import test_part

EXAMPLES = PROJECT / "examples"
#: A client, the command that runs it, and the program that must be installed for it.
IGSP = [
    pytest.param("php", "igsp/client.php", "php", id="PHP"),
    pytest.param("node", "igsp/client.mjs", "node", id="Node"),
    pytest.param("java", "igsp/Client.java", "javac", id="Java"),
    pytest.param(sys.executable, "igsp/client.py", sys.executable, id="Python"),
]
FLEXSOFT = [
    pytest.param("php", "flexsoft/client.php", "php", id="PHP"),
    pytest.param("node", "flexsoft/client.mjs", "node", id="Node"),
    pytest.param(sys.executable, "flexsoft/client.py", sys.executable, id="Python"),
]
WINUPGO = [
    pytest.param("php", "winupgo/client.php", "php", id="PHP"),
    pytest.param("node", "winupgo/client.mjs", "node", id="Node"),
    pytest.param(sys.executable, "winupgo/client.py", sys.executable, id="Python"),
]

ACCOUNTS = [
    pytest.param("php", "accounts/client.php", "php", id="PHP"),
    pytest.param("node", "accounts/client.mjs", "node", id="Node"),
    pytest.param(sys.executable, "accounts/client.py", sys.executable, id="Python"),
]

CASHIER_SAID = [
    "add 201 -",
    "deposit 200 50.00",
    "replay 200 50.00",
    "mismatch 409 transaction_mismatch",
    "withdraw 200 37.50",
    "reserve 201 5.00",
    "wallets 200 -",
    "spendable 32.50",
    "release 200 -",
    "history 200 withdrawal deposit",
    "transaction 200 50.00",
]


def run(
    casino: Casino, runtime: str, client: str, needs: str, secret_key: str
) -> subprocess.CompletedProcess[str]:
    """Run a client as a new player of its own, who has EUR 10.00 at first."""
    if shutil.which(needs) is None:
        pytest.skip(f"no {needs} on this machine, see examples/README.md")
    seat = open_seat(casino.operations, f"p_{Path(client).name}", "EUR", "10.00")
    configuration = {
        "HOOKS_URL": casino.stack.hooks_url,
        "API_KEY": casino.credentials.api_key,
        "SECRET_KEY": secret_key,
        "PLAYER_ID": seat.player_id,
        "CURRENCY": seat.currency,
        "SESSION_ID": seat.session_id,
        "GAME_ID": "demo-game",
    }
    return subprocess.run(
        [runtime, str(EXAMPLES / client)],
        env={"PATH": os.environ["PATH"], **configuration},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("runtime", "client", "needs"), IGSP)
def test_client_plays_every_action_of_the_guide_to_the_cent(
    casino: Casino, runtime: str, client: str, needs: str
) -> None:
    played = run(casino, runtime, client, needs, casino.credentials.secret_key)

    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.splitlines() == [
        "balance 200 10.00",
        "bet 200 7.50",
        "replay 200 7.50",
        "win 200 17.50",
        "refund 200 20.00",
        "tip 200 19.90",
        "freespin 200 19.90",
        "freespin-win 200 20.20",
        "jackpot 200 25.20",
        "balance 200 25.20",
    ]


@pytest.mark.parametrize(("runtime", "client", "needs"), IGSP)
def test_client_fails_and_says_why_when_it_is_refused(
    casino: Casino, runtime: str, client: str, needs: str
) -> None:
    played = run(casino, runtime, client, needs, "not-the-secret")

    assert played.returncode != 0
    assert "balance 403" in played.stderr
    assert "invalid_signature" in played.stderr


def play(
    part: FlexsoftPart, casino: Casino, runtime: str, client: str, needs: str, secret_key: str
) -> subprocess.CompletedProcess[str]:
    """Run one of Flexsoft's clients as a new player of its own, who has EUR 10.00 at first."""
    if shutil.which(needs) is None:
        pytest.skip(f"no {needs} on this machine, see examples/README.md")
    player = f"p_flexsoft_{Path(client).name}"
    open_seat(casino.operations, player, "EUR", "10.00")
    seat = part.seat(player, "EUR")
    configuration = {
        "WALLET_URL": part.caller.url,
        "PUBLIC_KEY": part.caller.public_key,
        "SECRET_KEY": secret_key,
        "USER_TOKEN": seat.user_token,
        "SESSION_TOKEN": seat.session_token,
    }
    return subprocess.run(
        [runtime, str(EXAMPLES / client)],
        env={"PATH": os.environ["PATH"], **configuration},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("runtime", "client", "needs"), FLEXSOFT)
def test_flexsofts_client_plays_every_action(
    flexsoft: FlexsoftPart, casino: Casino, runtime: str, client: str, needs: str
) -> None:
    played = play(flexsoft, casino, runtime, client, needs, flexsoft.caller.secret_key)

    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.splitlines() == [
        "auth 200 10000",
        "bet 200 7500",
        "replay 200 7500",
        "conflict 409 -",
        "win 200 17500",
        "bet 200 16500",
        "rollback 200 17500",
        "free-bet 200 17500",
        "free-win 200 17800",
        "close 200 -",
        "balance 200 17800",
    ]
    refused = play(flexsoft, casino, runtime, client, needs, "not-the-secret")
    assert refused.returncode != 0
    assert "auth 401 invalid_signature" in refused.stderr


@pytest.mark.parametrize(("runtime", "client", "needs"), WINUPGO)
def test_winupgos_client_plays_every_action(
    casino: Casino, stage: Stage, runtime: str, client: str, needs: str
) -> None:
    if shutil.which(needs) is None:
        pytest.skip(f"no {needs} on this machine, see examples/README.md")
    player = f"p_winupgo_{Path(client).name}"
    open_seat(casino.operations, player, "EUR", "10.00")
    partner = connect(stage, player)
    given = {name.upper(): value for name, value in asdict(partner).items()}

    def play(**changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [runtime, str(EXAMPLES / client)],
            env={"PATH": os.environ["PATH"], "WALLET_URL": partner.url, **given, **changed},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    played = play()
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.splitlines() == [
        "session 201 -",
        "authorize 200 authorized",
        "replay 200 authorized",
        "mismatch 409 IDEMPOTENCY_MISMATCH",
        "settle 200 credited",
        "too-late 409 BET_ALREADY_SETTLED",
        "authorize 200 authorized",
        "rollback 200 rolled_back",
        "authorize 200 authorized",
        "loss 200 credited",
        "event 200 accepted",
    ]
    wallet = casino.operations.accounts.wallet(player, "EUR")
    assert wallet is not None
    assert (wallet.balance_minor, wallet.held_minor) == (1150, 0)
    refused = play(SECRET_KEY="not-the-secret")
    assert refused.returncode != 0
    assert "session 401 INVALID_SIGNATURE" in refused.stderr


def test_every_client_is_played() -> None:
    clients = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*/*.*")}
    played = {str(row.values[1]) for row in [*IGSP, *FLEXSOFT, *WINUPGO]}
    played |= {str(row.values[1]) for row in ACCOUNTS}
    played |= {f"igv/{row.values[1]}" for row in test_igv_callbacks.SENDERS}
    assert clients == played | {f"invo/{name}" for _, name in test_part.SENDERS}


@pytest.mark.parametrize(("runtime", "client", "needs"), ACCOUNTS)
def test_the_cashiers_client_moves_money_and_reads_what_became_of_it(
    casino: Casino, runtime: str, client: str, needs: str
) -> None:
    if shutil.which(needs) is None:
        pytest.skip(f"no {needs} on this machine, see examples/README.md")
    configuration = {
        "API_URL": casino.stack.base_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-central-1",
        "PLAYER_ID": f"p_cashier_{Path(client).name}",
        "CURRENCY": "EUR",
    }

    def run_it() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [runtime, str(EXAMPLES / client)],
            env={"PATH": os.environ["PATH"], **configuration},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    said = run_it()
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == CASHIER_SAID
    again = run_it()
    assert again.returncode != 0
    assert "add 409" in again.stderr
    assert "player_exists" in again.stderr
